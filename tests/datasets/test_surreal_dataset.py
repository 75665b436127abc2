import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmpose.registry import DATASETS
from scipy.io import loadmat, savemat

from synpose.datasets.surreal_files import BOX_JOINTS, PART_OF_SEGMENT, joint_box
from synpose.testing import write_surreal_clip, write_surreal_folder, write_video

SIZE = (96, 72)
CLIP = 'run1/01_01/01_01_c0001'
LOAD = [dict(type='LoadPhoto'), dict(type='LoadMatLabels')]


def build(root: Path, **options):
    options = {'split': 'train', 'labels': ('parts', 'depth'), 'pipeline': LOAD, **options}
    return DATASETS.build({'type': 'SurrealDataset', 'data_root': str(root), **options})


@pytest.fixture(scope='module')
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, np.ndarray]]:
    """Three clips of 5 frames in each of two splits, and what run 1 of 'train' was written from."""
    root = write_surreal_folder(tmp_path_factory.mktemp('surreal'), image_size=SIZE)
    return root, write_surreal_clip((root / 'train' / CLIP).parent, '01_01_c0001', 5, SIZE, seed=9)


@pytest.fixture
def root(source: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(source[0], tmp_path / 'surreal'))


def stem(root: Path) -> str:
    return str(root / 'train' / CLIP)


def change(path: str, **values) -> None:
    """Write other values into a MATLAB file; None removes a variable."""
    content = {key: value for key, value in loadmat(path).items() if not key.startswith('__')} | values
    savemat(path, {key: value for key, value in content.items() if value is not None})


def test_every_frame_is_read_back_exactly(source: tuple[Path, dict[str, np.ndarray]]) -> None:
    root, written = source
    dataset = build(root, frames='every', runs=[1])
    assert len(dataset) == 5
    video = cv2.VideoCapture(str(root / 'train' / f'{CLIP}.mp4'))
    for frame in range(5):
        sample = dataset[frame]
        np.testing.assert_array_equal(sample['keypoints'][0], written['joints2D'][..., frame].T)
        np.testing.assert_array_equal(sample['joints_3d'], written['joints3D'][..., frame].T)
        np.testing.assert_array_equal(sample['camera_location'], written['camLoc'].ravel())
        assert sample['pelvis_depth'] == float(written['camLoc'][0, 0]) - float(written['joints3D'][0, 0, frame])
        np.testing.assert_array_equal(sample['parts'], PART_OF_SEGMENT[written['segm'][frame]])
        depth = written['depth'][frame]
        np.testing.assert_array_equal(sample['depth'], np.where(depth < 1e9, depth, 0))
        np.testing.assert_array_equal(sample['img'], video.read()[1])
        box = joint_box(written['joints2D'][:, list(BOX_JOINTS), frame].T)
        np.testing.assert_array_equal(sample['bbox'], box[None])
        assert (sample['frame'], sample['img_id'], sample['clip']) == (frame, frame, CLIP)


@pytest.mark.parametrize(('frames', 'number'), [(1, 1), (2, 1), (5, 3), (6, 3), (7, 4)])
def test_the_middle_frame_is_that_of_the_paper(tmp_path: Path, frames: int, number: int) -> None:
    written = write_surreal_clip(tmp_path / 'test/run0/a', 'a_c0001', frames, (32, 24))
    dataset = build(tmp_path, split='test', runs=[0], test_mode=True)
    sample = dataset[0]
    assert sample['frame'] + 1 == number == int(np.ceil(frames / 2))
    np.testing.assert_array_equal(sample['keypoints'][0], written['joints2D'][..., number - 1].T)
    np.testing.assert_array_equal(sample['parts'], PART_OF_SEGMENT[written['segm'][number - 1]])


def test_random_frames_reach_all_and_follow_the_seed(source) -> None:
    dataset = build(source[0], runs=[1], pipeline=[])
    drawn = []
    for _ in range(2):
        np.random.seed(3)  # noqa: NPY002
        drawn.append([dataset[0]['frame'] for _ in range(60)])
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == set(range(5))


def test_metainfo_and_splits(source) -> None:
    train, test = build(source[0]), build(source[0], split='test', test_mode=True)
    assert train.metainfo['num_keypoints'] == 24
    assert train.metainfo['keypoint_id2name'][0] == 'pelvis'
    assert train.metainfo['flip_indices'][:3] == [0, 2, 1]
    assert len(train) == len(test) == 3
    assert not {train[i]['img_path'] for i in range(3)} & {test[i]['img_path'] for i in range(3)}


def test_labels_not_asked_for_need_no_file(root: Path) -> None:
    for path in root.rglob('*_depth.mat'):
        path.unlink()
    change(f'{stem(root)}_info.mat', joints3D=None, camLoc=None)
    sample = build(root, labels=['parts'], pipeline=[], frames='middle')[1]
    assert not {'depth_mat', 'pelvis_depth'} & set(sample)
    with pytest.raises(FileNotFoundError, match=r'_depth\.mat: does not exist'):
        build(root)


FAULTS = {
    'no joints': (lambda stem: change(f'{stem}_info.mat', joints2D=None), r'_info\.mat: joints2D: missing'),
    'no camera': (lambda stem: change(f'{stem}_info.mat', camLoc=None), r'_info\.mat: camLoc: missing'),
    'no 3-D joints': (lambda stem: change(f'{stem}_info.mat', joints3D=None), r'_info\.mat: joints3D: missing'),
    'camera': (lambda stem: change(f'{stem}_info.mat', camLoc=np.zeros(2)), r'camLoc: must be 3 finite numbers'),
    'shape': (lambda stem: change(f'{stem}_info.mat', joints2D=np.ones((24, 2))), r'joints2D: must be \(2, 24, T\)'),
    **{
        f'{length} frames of joints': (
            lambda stem, shape=shape: change(f'{stem}_info.mat', joints2D=np.ones(shape)),
            rf'has 5 frames, but .* describes {length}$',
        )
        for length, shape in ((1, (2, 24)), (4, (2, 24, 4)), (6, (2, 24, 6)))
    },
    '3-D joints end': (lambda stem: change(f'{stem}_info.mat', joints3D=np.ones((3, 24))), r'joints3D: has 1 frames'),
    'no video': (lambda stem: Path(f'{stem}.mp4').write_bytes(b'no video'), r'mp4: is not a video that can be read'),
}


@pytest.mark.parametrize('fault', FAULTS)
def test_a_bad_clip_stops_or_is_counted(root: Path, fault: str) -> None:
    damage, message = FAULTS[fault]
    damage(stem(root))
    with pytest.raises(ValueError, match=message):
        build(root, frames='middle')
    lenient = build(root, frames='middle', on_error='skip')
    assert len(lenient) == 2
    assert len(lenient.problems) == 1
    assert CLIP in lenient.problems[0]
    train = build(root, runs=[1])  # looked at when it is asked for
    with pytest.raises(ValueError, match=message):
        train[0]
    lenient = build(root, on_error='skip')
    assert lenient[1]['clip'] != CLIP
    assert len(lenient.problems) >= 1


def test_a_frame_missing_in_the_labels(root: Path) -> None:
    change(f'{stem(root)}_segm.mat', segm_3=None)
    with pytest.raises(ValueError, match=r'_segm\.mat: segm_3: missing'):
        build(root, runs=[1], frames='middle')[0]
    change(f'{stem(root)}_depth.mat', depth_3=None)  # the labels are shorter than the video
    with pytest.raises(ValueError, match=r'_depth\.mat: depth_3: missing'):
        build(root, labels=['depth'], runs=[1], frames='middle')[0]
    change(f'{stem(root)}_segm.mat', segm_3=np.ones((3, 3)))
    with pytest.raises(ValueError, match=r'segm_3: is \(3, 3\), but the picture is \(72, 96\)'):
        build(root, runs=[1], frames='middle', test_mode=True, on_error='skip')[0]
    change(f'{stem(root)}_segm.mat', segm_3=np.full((72, 96), 25))
    with pytest.raises(ValueError, match=r'segm_3: must be 0 to 24, but goes from 25 to 25'):
        build(root, runs=[1], frames='middle')[0]


def test_a_video_that_ends_early(root: Path) -> None:
    path = root / 'train' / f'{CLIP}.mp4'
    avi = write_video(path.with_suffix('.avi'), range(0, 250, 2), image_size=SIZE)
    avi.write_bytes(avi.read_bytes()[: avi.stat().st_size // 2])
    avi.rename(path)  # OpenCV goes by the content; the container claims 125 frames
    joints = np.random.default_rng(0).uniform(20, 60, (2, 24, 125))
    change(f'{stem(root)}_info.mat', joints2D=joints, joints3D=np.ones((3, 24, 125)))
    every = build(root, runs=[1], frames='every')
    assert len(every) == 125
    with pytest.raises(ValueError, match=r'01_01_c0001\.mp4: frame 124 cannot be read'):
        every[124]
    replaced = build(root, frames='every', on_error='skip')
    np.random.seed(0)  # noqa: NPY002
    assert replaced[5 + 124]['frame'] != 124
    assert 'frame 124 cannot be read' in replaced.problems[0]


@pytest.mark.parametrize(
    ('joints', 'message'), [(0.0, 'all joints are at one place'), ([[-40.0], [10.0]], 'outside the picture')]
)
def test_frames_without_a_person_are_left_out_and_counted(root: Path, joints, message: str) -> None:
    spread = np.random.default_rng(0).uniform(0, 9, (2, 24, 5)) if joints else np.zeros((2, 24, 5))
    change(f'{stem(root)}_info.mat', joints2D=np.asarray(joints)[..., None] + spread if joints else spread)
    test = build(root, test_mode=True)
    assert len(test) == 2
    assert message in test.problems[0]
    train = build(root)
    assert train[1]['clip'] != CLIP
    assert message in train.problems[0]


def test_nothing_left_and_bad_arguments(root: Path) -> None:
    change(f'{stem(root)}_info.mat', joints2D=np.zeros((2, 24, 5)))
    with pytest.raises(ValueError, match=r'of 1 clip\(s\) none can be used'):
        build(root, runs=[1], test_mode=True)
    with pytest.raises(FileNotFoundError, match='run0: no such folder'):
        build(root, split='valid')
    for options, message in (
        ({'frames': 'first'}, 'frames must be of'),
        ({'frames': 'random', 'test_mode': True}, 'not random in a test'),
        ({'labels': ['normals']}, 'labels must be of'),
        ({'labels': []}, 'labels must be of'),
        ({'on_error': 'ignore'}, "on_error must be 'raise' or 'skip'"),
    ):
        with pytest.raises(ValueError, match=message):
            build(root, **options)
