"""Mirror a picture and its stencil."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomImageFlip(BaseTransform):
    """Mirror a picture left to right, its stencil with it.

    For pictures without people as samples: joints and boxes are not moved.

    Required keys: ``img``, ``(H, W, 3)``; ``stencil``, ``(H, W)``, if there is one.

    Changed keys: ``img``, ``stencil``. Added: ``flip``, bool.

    Args:
        prob: How often.
    """

    def __init__(self, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'prob must lie in [0, 1], but is {prob}')
        self.prob = prob

    @cache_randomness
    def _flips(self) -> bool:
        return bool(np.random.rand() < self.prob)  # noqa: NPY002 - the state that MMPose's transforms draw from

    def transform(self, results: dict) -> dict:
        """Mirror ``img`` and ``stencil``, or not."""
        results['flip'] = self._flips()
        if results['flip']:
            for key in ('img', 'stencil'):
                if key in results:
                    results[key] = results[key][:, ::-1]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(prob={self.prob})'
