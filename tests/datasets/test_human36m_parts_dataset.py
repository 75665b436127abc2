from pathlib import Path

import numpy as np
import pytest
from mmpose.registry import DATASETS
from scipy.io import loadmat

from synpose.datasets.surreal_files import PART_OF_SEGMENT, joint_box
from synpose.testing import write_human36m_folder

LOAD = [dict(type='LoadImage'), dict(type='LoadMatLabels')]
TEST = 'annotation_body3d/fps50/h36m_test.npz'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Four sequences of three pictures in the test file."""
    return write_human36m_folder(tmp_path)


def build(root: Path, **options):
    options = {'ann_file': TEST, 'labels': ('parts', 'depth'), 'pipeline': LOAD, **options}
    return DATASETS.build({'type': 'Human36mPartsDataset', 'data_root': str(root), **options})


def names_of(dataset) -> list[str]:
    return [Path(dataset.get_data_info(row)['img_path']).stem for row in range(len(dataset))]


def test_samples(root: Path) -> None:
    dataset, content = build(root), np.load(root / TEST)
    assert len(dataset) == 12
    sample = dataset[4]
    np.testing.assert_array_equal(sample['keypoints'][0], content['part'][4, :, :2].astype(np.float32))
    assert sample['pelvis_depth'] == np.float32(content['S'][4, 0, 2])
    np.testing.assert_array_equal(sample['bbox'][0], joint_box(sample['keypoints'][0]))
    labels = root / 'labels/S9/S9_Directions.54138969'
    segm = loadmat(f'{labels}_segm.mat')['segm_6'].astype(int)
    np.testing.assert_array_equal(sample['parts'], PART_OF_SEGMENT[segm])
    depth = loadmat(f'{labels}_depth.mat')['depth_6']
    np.testing.assert_array_equal(sample['depth'], np.where(segm > 0, depth, 0).astype(np.float32))
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
    content = dict(np.load(root / TEST))
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
