"""Scale the colors of a picture."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomChannelScale(BaseTransform):
    """Multiply each channel of a picture by a random factor of its own, as the stacked hourglass's code does.

    Required and changed keys: ``img``, ``(H, W, C)`` uint8; results above 255 become 255.

    Args:
        factors: Smallest and largest factor, drawn uniformly.

    Raises:
        ValueError: If they are not two positive numbers, the smaller first.
    """

    def __init__(self, factors: tuple[float, float] = (0.6, 1.4)) -> None:
        if len(factors) != 2 or not 0 < factors[0] <= factors[1]:
            raise ValueError(f'factors must be two positive numbers, the smaller first, but are {factors}')
        self.low, self.high = factors

    @cache_randomness
    def _draw(self, channels: int) -> np.ndarray:
        # The state that MMPose's transforms draw from.
        return np.random.uniform(self.low, self.high, channels)  # noqa: NPY002

    def transform(self, results: dict) -> dict:
        """Change ``img``."""
        image = results['img']
        levels = np.arange(256)[:, None] * self._draw(image.shape[2])
        table = np.clip(np.round(levels), 0, 255).astype(np.uint8)
        results['img'] = cv2.merge([cv2.LUT(image[..., c], table[:, c]) for c in range(image.shape[2])])
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(factors={(self.low, self.high)})'
