import numpy as np
import pytest

from synpose.datasets.proposals import align_poses, nearest_poses
from synpose.datasets.proposals.atomic_poses import torso_joints
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_NAMES

TORSO = torso_joints(COCO17_NAMES)


def test_place_and_size_do_not_matter() -> None:
    pose = np.random.default_rng(0).uniform(0, 100, (1, 17, 2))
    labeled = np.ones((1, 17), bool)
    aligned = align_poses(pose, labeled, TORSO)
    np.testing.assert_allclose(align_poses(pose * 2.5 + [30, -7], labeled, TORSO), aligned)
    np.testing.assert_allclose(aligned[0, 11:13].mean(axis=0), 0, atol=1e-12)
    assert np.linalg.norm(aligned[0, 5:7].mean(axis=0)) == pytest.approx(1)


def test_the_nearest_is_found_by_labeled_joints() -> None:
    rng = np.random.default_rng(0)
    atomic = align_poses(rng.uniform(0, 100, (3, 17, 2)), np.ones((3, 17), bool), TORSO)
    atomic[1, 0] = 50  # would decide, were it not for the label
    labeled = np.ones((3, 17), bool)
    labeled[1, 0] = False
    poses = atomic.copy()
    poses[1, 0] = 1e6
    aligned = align_poses(poses, labeled, TORSO)
    assert np.isnan(aligned[1, 0]).all()
    assert nearest_poses(aligned, atomic).tolist() == [0, 1, 2]


def test_without_a_torso_it_is_not_known() -> None:
    poses, labeled = np.random.default_rng(0).uniform(0, 100, (2, 17, 2)), np.ones((2, 17), bool)
    labeled[0, 5] = False
    poses[1, 5:13] = 7  # no length
    aligned = align_poses(poses, labeled, TORSO)
    assert np.isnan(aligned).all()
    assert nearest_poses(aligned, np.zeros((4, 17, 2))).tolist() == [-1, -1]


def test_skeletons_of_ours_have_a_torso() -> None:
    assert TORSO == [5, 6, 11, 12]
    assert torso_joints(CROWDPOSE14_NAMES) == [0, 1, 6, 7]
    assert len(torso_joints(JOINT_NAMES)) == 4
    with pytest.raises(ValueError, match='joints: left_hip: missing'):
        torso_joints([name for name in COCO17_NAMES if name != 'left_hip'])
