import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmpose.registry import TRANSFORMS

POSE = {'keypoints': np.full((2, 100, 2), 0.3, np.float32), 'keypoint_scores': np.full((2, 100), 0.7, np.float32)}


def test_dropped_joints_are_missing_at_all_times() -> None:
    transform = TRANSFORMS.build({'type': 'JointDropout', 'prob': 0.25})
    np.random.seed(0)  # noqa: NPY002
    counts = []
    for _ in range(40):
        found = transform(dict(POSE))
        dropped = found['keypoint_scores'] == 0
        np.testing.assert_array_equal(dropped[0], dropped[1])
        np.testing.assert_array_equal(found['keypoints'], np.where(dropped[..., None], 0, POSE['keypoints']))
        counts.append(dropped[0].sum())
    assert 22 < np.mean(counts) < 28
    assert POSE['keypoint_scores'].min() > 0.5  # the caller's array is left alone


def test_drawn_numbers_can_be_kept() -> None:
    transform = TRANSFORMS.build({'type': 'JointDropout', 'prob': 0.5})
    with cache_random_params(transform):
        first, other = transform(dict(POSE)), transform(dict(POSE))
    np.testing.assert_array_equal(first['keypoints'], other['keypoints'])
    with pytest.raises(ValueError, match=r'prob must lie in'):
        TRANSFORMS.build({'type': 'JointDropout', 'prob': -0.1})
