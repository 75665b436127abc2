"""Load the depth map of an image."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from .label_picture import read_label_picture


@TRANSFORMS.register_module()
class LoadDepth(BaseTransform):
    """Load the depth map: how far along the optical axis each pixel's surface is.

    Put it after ``LoadImage`` and before anything that moves pixels: MMPose's geometric transforms do not know the key.

    Required keys: ``depth_path``; ``ori_shape`` or ``img_shape`` are checked against if present.

    Added keys: ``depth``, ``(H, W)`` float32, metres (the file holds millimetres); 0 where nothing was hit.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is not a 16-bit grayscale PNG of the image's size.
    """

    def transform(self, results: dict) -> dict:
        """Add ``depth`` to the data sample."""
        results['depth'] = read_label_picture(results, 'depth_path').astype(np.float32) / np.float32(1000)
        return results
