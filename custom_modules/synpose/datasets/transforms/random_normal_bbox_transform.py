"""Scale and rotate boxes by normal random numbers."""

import numpy as np
from mmcv.transforms.utils import cache_randomness
from mmpose.datasets.transforms import RandomBBoxTransform
from mmpose.registry import TRANSFORMS

LIMIT = 2.0  # standard deviations


@TRANSFORMS.register_module()
class RandomNormalBBoxTransform(RandomBBoxTransform):
    """MMPose's ``RandomBBoxTransform`` with the distribution of the stacked hourglass's code, and without shifts.

    Boxes are scaled by 2^N(0, ``scale_factor``) and rotated by N(0, ``rotate_factor``) degrees, both cut at two
    standard deviations; Newell et al. (2016), and Varol et al., "Learning from Synthetic Humans" (2017). MMPose's own
    scales are normal and not log-normal, and it cuts at one.

    Args:
        scale_factor: Standard deviation of the scale's binary logarithm.
        rotate_factor: Standard deviation of the angle, degrees.
        rotate_prob: Probability of any rotation.

    Raises:
        ValueError: If a standard deviation is negative.
    """

    def __init__(self, scale_factor: float = 0.25, rotate_factor: float = 30.0, rotate_prob: float = 0.4) -> None:
        super().__init__(shift_prob=0.0, rotate_factor=rotate_factor, rotate_prob=rotate_prob)
        if scale_factor < 0 or rotate_factor < 0:
            raise ValueError(f'{type(self).__name__}: factors must not be negative: {scale_factor}, {rotate_factor}')
        self.scale_factor = scale_factor

    @cache_randomness
    def _get_transform_params(self, num_bboxes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw offsets ``(N, 2)`` (none), scales ``(N, 1)`` and angles ``(N,)`` in degrees."""
        # The state that MMPose's transforms draw from.
        normal = np.clip(np.random.standard_normal((num_bboxes, 2)), -LIMIT, LIMIT)  # noqa: NPY002
        scale = 2.0 ** (normal[:, :1] * self.scale_factor)
        turned = np.random.random(num_bboxes) < self.rotate_prob  # noqa: NPY002
        angle = np.where(turned, normal[:, 1] * self.rotate_factor, 0.0)
        return np.zeros((num_bboxes, 2), np.float32), scale.astype(np.float32), angle.astype(np.float32)

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(scale_factor={self.scale_factor}, rotate_factor={self.rotate_factor}, '
            f'rotate_prob={self.rotate_prob})'
        )
