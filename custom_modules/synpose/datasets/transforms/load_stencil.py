"""Load the instance stencil of an image."""

from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from .label_picture import read_label_picture


@TRANSFORMS.register_module()
class LoadStencil(BaseTransform):
    """Load the instance stencil: which person each pixel shows.

    Put it after ``LoadImage`` and before anything that moves pixels: MMPose's geometric transforms do not know the key.

    Required keys: ``stencil_path``; ``ori_shape`` or ``img_shape`` are checked against if present.

    Added keys: ``stencil``, ``(H, W)`` uint16; 0 is background and k the person whose ``stencil_id`` is k.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is not a 16-bit grayscale PNG of the image's size.
    """

    def transform(self, results: dict) -> dict:
        """Add ``stencil`` to the data sample."""
        results['stencil'] = read_label_picture(results, 'stencil_path')
        return results
