"""Cut a patch out of a picture and its stencil."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomImageCrop(BaseTransform):
    """Cut a patch of a fixed size out of a picture at a random place, out of its stencil at the same one.

    For pictures without people as samples: joints and boxes are not moved.

    Required keys: ``img``, ``(H, W, 3)``; ``stencil``, ``(H, W)``, if there is one.

    Changed keys: ``img``, ``stencil``, ``img_shape``. Added: ``crop``, its (left, top, width, height), px.

    Args:
        size: Width and height, px.

    Raises:
        ValueError: If a picture is smaller, naming the file and both sizes.
    """

    def __init__(self, size: tuple[int, int] = (256, 256)) -> None:
        if len(size) != 2 or not all(isinstance(side, int) and side > 0 for side in size):
            raise ValueError(f'size must be a width and a height, px, but is {size}')
        self.size = (size[0], size[1])

    def smallest_input(self, size: tuple[float, float]) -> tuple[float, float]:
        """Return the width and height, px, that a picture must have; ``size`` is what the steps after this need."""
        if size[0] > self.size[0] or size[1] > self.size[1]:
            raise ValueError(f'{type(self).__name__}(size={self.size}): a step after it needs {size[0]}x{size[1]} px')
        return self.size

    @cache_randomness
    def _corner(self, width: int, height: int) -> tuple[int, int]:
        """Draw left and top, px, of a patch in a picture of this size."""
        free = (width - self.size[0] + 1, height - self.size[1] + 1)
        left, top = np.random.randint(free).tolist()  # noqa: NPY002 - the state that MMPose's transforms draw from
        return left, top

    def transform(self, results: dict) -> dict:
        """Cut ``img`` and ``stencil``."""
        height, width = results['img'].shape[:2]
        if width < self.size[0] or height < self.size[1]:
            wanted = f'{self.size[0]}x{self.size[1]}'
            raise ValueError(f'{results.get("img_path")}: is {width}x{height} px, too small for a patch of {wanted} px')
        left, top = self._corner(width, height)
        for key in ('img', 'stencil'):
            if key in results:
                results[key] = results[key][top : top + self.size[1], left : left + self.size[0]]
        results['img_shape'] = results['img'].shape[:2]
        results['crop'] = (left, top, *self.size)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(size={self.size})'
