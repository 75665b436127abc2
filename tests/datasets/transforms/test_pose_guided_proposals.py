import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmpose.registry import TRANSFORMS

from synpose.datasets.transforms.pose_guided_proposals import SHIFT_MEANS, SHIFT_SDS
from synpose.skeletons import COCO17_NAMES

BOX = np.array([[1000.0, 1000.0, 1200.0, 1400.0]], np.float32)


def sample(joints: int = 17, pose: np.ndarray | None = None) -> dict[str, Any]:
    keypoints = np.zeros((1, joints, 2))
    keypoints[0, : len(COCO17_NAMES)] = 1100 if pose is None else 1100 + 80 * pose
    return {
        'img_shape': (4000, 3000),
        'bbox': BOX.copy(),
        'keypoints': keypoints,
        'keypoints_visible': np.ones((1, joints)),
    }


def poses() -> np.ndarray:
    standing = np.zeros((17, 2))
    standing[[5, 6]] = [[-0.2, -1], [0.2, -1]]
    standing[[15, 16]] = [[-0.2, 2], [0.2, 2]]
    return np.stack([standing, standing[:, ::-1]])


@pytest.fixture
def fitted(tmp_path: Path) -> str:
    """Two atomic poses of exact shifts, the first in 30 of 40 pairs, the second one of two ways."""
    spread = (np.eye(4) * 1e-12).tolist()
    records = [
        {'count': 30, 'weights': [1.0], 'means': [[-0.1, 0.2, 0.1, 0.0]], 'covariances': [spread]},
        {'count': 10, 'weights': [0.25, 0.75], 'means': [[0.3] * 4, [-0.3] * 4], 'covariances': [spread] * 2},
    ]
    content = {'joints': COCO17_NAMES, 'atomic_poses': [{**r, 'pose': p.tolist()} for r, p in zip(records, poses())]}
    path = tmp_path / 'fitted.json'
    path.write_text(json.dumps(content))
    return str(path)


def shifts(transform: Any, results: dict[str, Any], times: int) -> np.ndarray:
    np.random.seed(0)  # noqa: NPY002 - the state that MMPose's transforms draw from
    moved = np.concatenate([transform({**results})['bbox'] for _ in range(times)])
    return (moved - BOX) / np.tile(BOX[:, 2:] - BOX[:, :2], 2)


def test_published_shifts_and_crops() -> None:
    found = shifts(TRANSFORMS.build({'type': 'PoseGuidedProposals'}), sample(), 4000)
    # Of a crop of scale u the sides are moved by what is left of 1 - u, the same share in both directions.
    sizes = 1 + found[:, 2:] - found[:, :2]
    crop = (
        (np.abs(sizes[:, 0] - sizes[:, 1]) < 1e-4) & (found[:, 0] >= 0) & (found[:, 2] <= 1e-6) & (sizes[:, 0] > 0.85)
    )
    assert crop.mean() == pytest.approx(0.15, abs=0.015)
    assert sizes[crop].max() <= 1
    assert sizes[crop].mean() == pytest.approx(0.925, abs=0.005)
    np.testing.assert_allclose(found[~crop].mean(axis=0), SHIFT_MEANS, rtol=0, atol=0.007)
    np.testing.assert_allclose(found[~crop].std(axis=0), SHIFT_SDS, rtol=0.05)


def test_the_shift_is_that_of_the_atomic_pose(fitted: str) -> None:
    transform = TRANSFORMS.build({'type': 'PoseGuidedProposals', 'fitted': fitted})
    standing, lying = poses()
    np.testing.assert_allclose(shifts(transform, sample(pose=standing), 5), [[-0.1, 0.2, 0.1, 0.0]] * 5, atol=1e-4)
    np.testing.assert_allclose(shifts(transform, sample(133, standing), 2), [[-0.1, 0.2, 0.1, 0.0]] * 2, atol=1e-4)
    found = shifts(transform, sample(pose=lying), 800)[:, 0]
    assert set(found.round(3).tolist()) == {np.float32(0.3).round(3).item(), np.float32(-0.3).round(3).item()}
    assert (found > 0).mean() == pytest.approx(0.25, abs=0.05)


def test_without_a_torso_atomic_poses_are_drawn_by_their_share(fitted: str) -> None:
    transform = TRANSFORMS.build({'type': 'PoseGuidedProposals', 'fitted': fitted})
    hidden = sample(pose=poses()[0])
    hidden['keypoints_visible'][0, 5] = 0
    found = shifts(transform, hidden, 800)[:, 1]
    assert (np.abs(found - 0.2) < 1e-3).mean() == pytest.approx(0.75, abs=0.05)


def test_boxes_stay_in_the_image_and_do_not_vanish(fitted: str) -> None:
    transform = TRANSFORMS.build({'type': 'PoseGuidedProposals', 'fitted': fitted})
    results = {**sample(pose=poses()[0]), 'img_shape': (1300, 1150)}
    np.testing.assert_allclose(transform(results)['bbox'], [[980, 1080, 1149, 1299]], atol=0.1)
    outside = {**sample(pose=poses()[0]), 'bbox': BOX + 5000}
    np.testing.assert_array_equal(transform(outside)['bbox'], BOX + 5000)
    flat = {**sample(pose=poses()[0]), 'bbox': np.array([[5, 5, 5, 5]], np.float32)}
    np.testing.assert_array_equal(transform(flat)['bbox'], [[5, 5, 5, 5]])
    nobody = {**sample(), 'bbox': np.zeros((0, 4)), 'keypoints': np.zeros((0, 17, 2))}
    assert transform({**nobody, 'keypoints_visible': np.zeros((0, 17))})['bbox'].shape == (0, 4)


def test_randomness_is_cached_and_seldom_is_seldom() -> None:
    transform = TRANSFORMS.build({'type': 'PoseGuidedProposals', 'prob': 0.3})
    with cache_random_params(transform):
        first, second = (transform(sample())['bbox'] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (shifts(transform, sample(), 1000) != 0).any(axis=1).mean() == pytest.approx(0.3, abs=0.04)
    before = sample()
    transform(before)
    np.testing.assert_array_equal(BOX, [[1000, 1000, 1200, 1400]])


def test_another_joint_count_is_refused(fitted: str) -> None:
    transform = TRANSFORMS.build({'type': 'PoseGuidedProposals', 'fitted': fitted})
    with pytest.raises(ValueError, match=r'fitted\.json: fitted on 17 joints a person, but the sample has 59'):
        transform(sample(59))


def test_bad_arguments() -> None:
    with pytest.raises(FileNotFoundError, match='nowhere'):
        TRANSFORMS.build({'type': 'PoseGuidedProposals', 'fitted': 'nowhere.json'})
    with pytest.raises(ValueError, match='prob must lie'):
        TRANSFORMS.build({'type': 'PoseGuidedProposals', 'prob': 2})
