import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmpose.registry import TRANSFORMS

POSE = {'keypoints': np.zeros((1, 4000, 2), np.float32), 'keypoint_scores': np.ones((1, 4000), np.float32)}


def test_joints_move_by_sigma_and_missing_ones_stay() -> None:
    transform = TRANSFORMS.build({'type': 'JointJitter', 'sigma': 0.05})
    np.random.seed(0)  # noqa: NPY002
    scores = POSE['keypoint_scores'].copy()
    scores[0, :100] = 0
    found = transform({**POSE, 'keypoint_scores': scores})
    assert np.abs(found['keypoints'][0, :100]).max() == 0
    assert abs(found['keypoints'][0, 100:].std() - 0.05) < 0.002
    assert abs(found['keypoints'].mean()) < 0.002
    assert np.abs(POSE['keypoints']).max() == 0  # the caller's array is left alone


def test_drawn_numbers_can_be_kept() -> None:
    transform = TRANSFORMS.build({'type': 'JointJitter', 'sigma': 0.05})
    with cache_random_params(transform):
        np.testing.assert_array_equal(transform(dict(POSE))['keypoints'], transform(dict(POSE))['keypoints'])
    with pytest.raises(ValueError, match='sigma must not be negative'):
        TRANSFORMS.build({'type': 'JointJitter', 'sigma': -1})
