"""Scale a picture and its stencil."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomImageScale(BaseTransform):
    """Scale a picture by a random factor, or its shorter side to a random length, and its stencil with it.

    The aspect ratio is kept. Ids of a stencil are never mixed (nearest neighbor). For pictures without people as
    samples: joints and boxes are not moved.

    Required keys: ``img``, ``(H, W, 3)`` uint8; ``stencil``, ``(H, W)``, if there is one.

    Changed keys: ``img``, ``stencil``, ``img_shape``.

    Args:
        factor: Smallest and largest factor, drawn uniformly.
        short_side: Smallest and largest length of the shorter side afterwards, px, drawn uniformly. Give one of both.
    """

    def __init__(self, factor: tuple[float, float] | None = None, short_side: tuple[int, int] | None = None) -> None:
        given = factor if short_side is None else short_side
        if given is None or None not in (factor, short_side):
            raise ValueError('give factor or short_side, one of both')
        if len(given) != 2 or not 0 < given[0] <= given[1]:
            raise ValueError(f'factor or short_side must be two positive numbers, the smaller first, but is {given}')
        self.factor, self.short_side = factor, short_side

    def smallest_input(self, size: tuple[float, float]) -> tuple[float, float]:
        """Return the width and height, px, that a picture must have for a result of at least ``size``.

        Raises:
            ValueError: If the shorter side can come out too short for it, whatever the picture.
        """
        if self.factor is not None:
            return size[0] / self.factor[0], size[1] / self.factor[0]
        assert self.short_side is not None
        if max(size) > self.short_side[0]:
            raise ValueError(
                f'{type(self).__name__}: short_side={self.short_side} can be too short for the {size[0]}x{size[1]} px '
                'that a step after it needs'
            )
        return 1, 1

    @cache_randomness
    def _draw(self, low: float, high: float) -> float:
        return np.random.uniform(low, high)  # noqa: NPY002 - the state that MMPose's transforms draw from

    def transform(self, results: dict) -> dict:
        """Scale ``img`` and ``stencil``."""
        height, width = results['img'].shape[:2]
        if self.factor is not None:
            factor = self._draw(*self.factor)
        else:
            assert self.short_side is not None
            factor = round(self._draw(*self.short_side)) / min(width, height)
        size = max(1, round(width * factor)), max(1, round(height * factor))
        smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        results['img'] = cv2.resize(results['img'], size, interpolation=smooth)
        if 'stencil' in results:
            results['stencil'] = cv2.resize(results['stencil'], size, interpolation=cv2.INTER_NEAREST)
        results['img_shape'] = results['img'].shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(factor={self.factor}, short_side={self.short_side})'
