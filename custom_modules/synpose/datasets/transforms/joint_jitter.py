"""Joints that a pose model places a little off."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class JointJitter(BaseTransform):
    """Move every joint by Gaussian noise.

    For training, after :class:`NormalizePoseByBox`. Missing joints (score 0) stay where they are.

    Required keys: ``keypoints``, ``(T, V, 2)``; ``keypoint_scores``, ``(T, V)``.

    Changed keys: ``keypoints``, a new array.

    Args:
        sigma: Standard deviation of each coordinate, in the unit of the keypoints: the longer side of the box.

    Raises:
        ValueError: If ``sigma`` is negative.
    """

    def __init__(self, sigma: float = 0.02) -> None:
        if sigma < 0:
            raise ValueError(f'sigma must not be negative, but is {sigma}')
        self.sigma = sigma

    @cache_randomness
    def _noise(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.random.normal(0, self.sigma, shape)  # noqa: NPY002 - the state that MMPose's transforms draw from

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Move the joints."""
        noise = self._noise(results['keypoints'].shape)
        seen = np.asarray(results['keypoint_scores'])[..., None] > 0
        results['keypoints'] = (results['keypoints'] + np.where(seen, noise, 0)).astype(np.float32)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(sigma={self.sigma})'
