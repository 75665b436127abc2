from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import DATASETS
from scipy.io import loadmat, savemat

from synpose.datasets.surreal_files import PART_OF_SEGMENT, joint_box

LOAD = [dict(type='LoadImage'), dict(type='LoadMatLabels', labels=('parts', 'depth'))]
SEQUENCES = ('S9_Directions_1.54138969', 'S9_Directions.54138969', 'S11_Walking_1.60457274', 'S11_Walking_2.60457274')
FRAMES = (1, 6, 11)  # of every fifth frame, as MMPose's converter numbers them


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four sequences of three pictures."""
    rng = np.random.default_rng(0)
    names = []
    for sequence in SEQUENCES:
        subject = sequence.split('_')[0]
        for frame in FRAMES:
            names.append(f'{subject}/{sequence}/{sequence}_{frame:06d}.jpg')
            path = tmp_path / 'images' / names[-1]
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), np.zeros((30, 40, 3), np.uint8))
        (tmp_path / 'labels' / subject).mkdir(parents=True, exist_ok=True)
        for kind in ('segm', 'depth'):
            maps = {f'{kind}_{frame}': rng.integers(0, 25, (30, 40)).astype(float) for frame in FRAMES}
            savemat(tmp_path / 'labels' / subject / f'{sequence}_{kind}.mat', maps)
    joints = rng.uniform(0, 30, (len(names), 17, 3))
    np.savez(tmp_path / 'joints.npz', imgname=names, part=joints, S=rng.uniform(2, 5, (len(names), 17, 4)))
    return tmp_path


def build(root: Path, **options):
    options = {'ann_file': 'joints.npz', 'labels': ('parts', 'depth'), 'pipeline': LOAD, **options}
    return DATASETS.build({'type': 'Human36mPartsDataset', 'data_root': str(root), **options})


def names_of(dataset) -> list[str]:
    return [Path(dataset.get_data_info(row)['img_path']).stem for row in range(len(dataset))]


def test_samples(root: Path) -> None:
    dataset, content = build(root), np.load(root / 'joints.npz')
    assert len(dataset) == 12
    sample = dataset[4]
    np.testing.assert_array_equal(sample['keypoints'][0], content['part'][4, :, :2].astype(np.float32))
    assert sample['pelvis_depth'] == np.float32(content['S'][4, 0, 2])
    np.testing.assert_array_equal(sample['bbox'][0], joint_box(sample['keypoints'][0]))
    labels = root / 'labels/S9/S9_Directions.54138969'
    segm = loadmat(f'{labels}_segm.mat')['segm_6'].astype(int)
    np.testing.assert_array_equal(sample['parts'], PART_OF_SEGMENT[segm])
    np.testing.assert_array_equal(sample['depth'], loadmat(f'{labels}_depth.mat')['depth_6'])
    assert dataset.metainfo['keypoint_id2name'][0] == 'root'


def test_subjects_takes_and_intervals(root: Path) -> None:
    s11 = names_of(build(root, subjects=['S11'], interval=2))
    walking = [f'S11_Walking_{take}.60457274_{frame:06d}' for take in (1, 2) for frame in (1, 11)]
    assert s11 == walking
    one = names_of(build(root, takes='one', interval=3))
    assert one == ['S9_Directions.54138969_000001', 'S11_Walking_1.60457274_000001']


def test_bad_input(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'none\.npz: does not exist'):
        build(root, ann_file='none.npz')
    (root / 'labels/S11/S11_Walking_2.60457274_segm.mat').unlink()
    with pytest.raises(FileNotFoundError, match=r'S11_Walking_2\.60457274: labels: .*_segm\.mat does not exist'):
        build(root)
    assert len(build(root, on_error='skip')) == 9
    assert len(build(root, labels=['depth'])) == 12
    with pytest.raises(ValueError, match=r'of 12 picture\(s\) none can be used'):
        build(root, subjects=['S1'])
    content = dict(np.load(root / 'joints.npz'))
    for changes, message in (
        ({'imgname': np.array(['a.jpg'] * 12)}, r"imgname 0: 'a\.jpg' is not like"),
        ({'part': np.zeros((12, 16, 3))}, r'part and S must be \(12, 17, 3\)'),
    ):
        np.savez(root / 'bad.npz', **{**content, **changes})
        with pytest.raises(ValueError, match=message):
            build(root, ann_file='bad.npz')
    np.savez(root / 'bad.npz', imgname=content['imgname'])
    with pytest.raises(ValueError, match=r'bad\.npz: .*part'):
        build(root, ann_file='bad.npz')
    (root / 'bad.npz').write_bytes(b'no archive')
    with pytest.raises(ValueError, match=r'bad\.npz: cannot be read'):
        build(root, ann_file='bad.npz')
    for options in ({'takes': 'two'}, {'interval': 0}, {'labels': ['flow']}):
        with pytest.raises(ValueError, match='must be'):
            build(root, **options)
