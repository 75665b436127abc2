"""Joints that a pose model misses."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class JointDropout(BaseTransform):
    """Drop joints at random: they go to the origin, with score 0, as missing ones do.

    For training, after :class:`NormalizePoseByBox`. A joint of a sequence is dropped at all times.

    Required keys: ``keypoints``, ``(T, V, 2)``; ``keypoint_scores``, ``(T, V)``. Both are changed, as new arrays.

    Args:
        prob: How often each joint is dropped.

    Raises:
        ValueError: If ``prob`` is no probability.
    """

    def __init__(self, prob: float = 0.1) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'prob must lie in [0, 1], but is {prob}')
        self.prob = prob

    @cache_randomness
    def _dropped(self, count: int) -> np.ndarray:
        return np.random.rand(count) < self.prob  # noqa: NPY002 - the state that MMPose's transforms draw from

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Drop joints."""
        dropped = self._dropped(results['keypoint_scores'].shape[1])
        results['keypoints'] = np.where(dropped[:, None], 0, results['keypoints']).astype(np.float32)
        results['keypoint_scores'] = np.where(dropped, 0, results['keypoint_scores']).astype(np.float32)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prob={self.prob})'
