from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from synpose.datasets.surreal_files import (
    BOX_JOINTS,
    PART_OF_SEGMENT,
    SMPL_JOINTS,
    count_frames,
    joint_box,
    list_clips,
    read_frames,
    read_mat,
)
from synpose.skeletons import BODY_PARTS
from synpose.testing import write_surreal_folder


def test_parts_of_the_segments() -> None:
    # The segments in the order of SURREAL's renderer, part2num in datageneration/main_part1.py.
    segments = (
        *('hips', 'left_up_leg', 'right_up_leg', 'spine', 'left_leg', 'right_leg', 'spine1', 'left_foot', 'right_foot'),
        *('spine2', 'left_toe', 'right_toe', 'neck', 'left_shoulder', 'right_shoulder', 'head', 'left_arm'),
        *('right_arm', 'left_fore_arm', 'right_fore_arm', 'left_hand', 'right_hand', 'left_index', 'right_index'),
    )
    part = {'up_leg': 'upper_leg', 'leg': 'lower_leg', 'foot': 'foot', 'toe': 'foot'}
    part |= {'arm': 'upper_arm', 'fore_arm': 'lower_arm', 'hand': 'hand', 'index': 'hand'}
    assert PART_OF_SEGMENT[0] == 0
    for number, segment in enumerate(segments, 1):
        side, _, limb = segment.partition('_')
        expected = f'{side}_{part[limb]}' if limb in part else 'head' if segment == 'head' else 'torso'
        assert BODY_PARTS[PART_OF_SEGMENT[number]] == expected, segment
    listed = [2, 12, 9, 2, 13, 10, 2, 14, 11, 2, 14, 11, 2, 2, 2, 1, 6, 3, 7, 4, 8, 5, 8, 5]
    assert PART_OF_SEGMENT[1:].tolist() == listed


def test_joints_of_the_box() -> None:
    in_lua = [8, 5, 2, 3, 6, 9, 1, 7, 13, 16, 21, 19, 17, 18, 20, 22]  # opt.jointsIx, from 1
    assert sorted(number - 1 for number in in_lua) == list(BOX_JOINTS)
    assert SMPL_JOINTS[in_lua[6] - 1] == 'pelvis'  # what the code measures depth from


def test_box_by_hand() -> None:
    box = joint_box(np.array([[100.0, 50.0], [139.0, 149.0], [120.0, 60.0]]))
    assert box.tolist() == [100 - 10, 50 - 35, 139 + 10, 149 + 25]
    assert joint_box(np.array([[5.0, 5.0]])).tolist() == pytest.approx([4.75, 4.65, 5.25, 5.25])


def test_clips_of_all_runs(tmp_path: Path) -> None:
    write_surreal_folder(tmp_path, ['val'], 2, 1, (32, 24))
    clips = list_clips(tmp_path / 'val')
    assert clips == [f'run{run}/{name}_01/{name}_01_c0001' for run in range(3) for name in ('01', '02')]
    assert list_clips(tmp_path / 'val', [2]) == clips[4:]
    with pytest.raises(FileNotFoundError, match='run3: no such folder'):
        list_clips(tmp_path / 'val', [3])
    (tmp_path / 'empty/run0').mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match=r'holds no run\*/<sequence>/\*\.mp4'):
        list_clips(tmp_path / 'empty', [0])


@pytest.mark.parametrize('frames', [1, 2, 100])
def test_joints_of_any_number_of_frames(tmp_path: Path, frames: int) -> None:
    joints = np.random.default_rng(0).normal(size=(2, 24, frames)).astype(np.float32)
    savemat(tmp_path / 'a.mat', {'joints2D': joints[..., 0] if frames == 1 else joints})
    found = read_frames(tmp_path / 'a.mat', 'joints2D', 2)
    assert found.shape == (frames, 24, 2)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[frames - 1, 7], joints[:, 7, frames - 1])
    assert count_frames(tmp_path / 'a.mat') == frames


def test_only_the_variable_asked_for_is_read(tmp_path: Path) -> None:
    savemat(tmp_path / 'a.mat', {'segm_1': np.eye(3), 'segm_2': np.ones((200, 200)), 'segm_3': np.eye(2)})
    assert list(read_mat(tmp_path / 'a.mat', ['segm_1'])) == ['segm_1']
    whole = (tmp_path / 'a.mat').read_bytes()
    (tmp_path / 'a.mat').write_bytes(whole[: len(whole) // 2])  # in the middle of segm_2
    np.testing.assert_array_equal(read_mat(tmp_path / 'a.mat', ['segm_1'])['segm_1'], np.eye(3))
    with pytest.raises(ValueError, match=r'a\.mat: (segm_3: missing|cannot be read)'):
        read_mat(tmp_path / 'a.mat', ['segm_3'])


def test_bad_files(tmp_path: Path) -> None:
    path = tmp_path / 'a.mat'
    for read in (lambda: read_mat(path, ['x']), lambda: count_frames(path)):
        with pytest.raises(FileNotFoundError, match=r'a\.mat: does not exist'):
            read()
    for content in (b'', b'text', b'\x89HDF\r\n\x1a\n' + bytes(200), b'MATLAB 7.3 MAT-file'.ljust(124) + b'\0\2IM'):
        path.write_bytes(content)
        for read in (lambda: read_mat(path, ['x']), lambda: count_frames(path)):
            with pytest.raises(ValueError, match=r'a\.mat: cannot be read'):
                read()
    savemat(path, {'joints2D': np.zeros((2, 23, 4)), 'joints3D': np.full((3, 24, 2), np.nan)})
    with pytest.raises(ValueError, match=r'a\.mat: camLoc: missing'):
        read_mat(path, ['joints2D', 'camLoc'])
    with pytest.raises(ValueError, match=r'joints2D: must be \(2, 24, T\), but is \(2, 23, 4\)'):
        read_frames(path, 'joints2D', 2)
    with pytest.raises(ValueError, match='joints3D: must be finite'):
        read_frames(path, 'joints3D', 3)
    savemat(path, {'x': 1.0})
    with pytest.raises(ValueError, match=r'a\.mat: joints2D: missing'):
        count_frames(path)
