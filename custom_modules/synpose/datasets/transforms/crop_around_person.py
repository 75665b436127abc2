"""Crop the image around the person of a sample."""

from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class CropAroundPerson(BaseTransform):
    """Cut a window out around one person, with all people who are in it; what is beyond the image is black.

    LTSH samples persons and crops the image around them (section 4, footnote 3), as OpenPose does. Put it after
    ``LoadImage`` (and ``CarrySyntheticMask``) and before the random affine transform, which then scales, turns and
    shifts the window. Samples without ``person_index`` stay whole.

    Required keys: ``img``, ``person_index`` (of ``PersonCropDataset``), ``bbox``, ``keypoints``.

    Modified keys: ``img``, ``img_shape``, ``bbox``, ``keypoints``, and polygons in ``segmentation`` and
    ``invalid_segs``.

    Args:
        scale: Longer side of the window over that of the person's box. OpenPose scales people to .6 of the input.
        aspect_ratio: Width over height of the window.
        min_side: Least longer side, px: nobody is blown up beyond it.

    Raises:
        ValueError: If a number is not positive.
    """

    def __init__(self, scale: float = 1 / 0.6, aspect_ratio: float = 1.0, min_side: float = 64) -> None:
        for name, value in (('scale', scale), ('aspect_ratio', aspect_ratio), ('min_side', min_side)):
            if not value > 0:
                raise ValueError(f'CropAroundPerson: {name} must be positive, got {value}')
        self.scale, self.aspect_ratio, self.min_side = scale, aspect_ratio, min_side

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Crop the data sample."""
        if 'person_index' not in results:
            return results
        box = np.asarray(results['bbox'])[results['person_index']]
        side = max(self.scale * (box[2:] - box[:2]).max(), self.min_side)
        width = max(round(side * min(self.aspect_ratio, 1)), 1)
        height = max(round(side / max(self.aspect_ratio, 1)), 1)
        corner = np.round((box[:2] + box[2:]) / 2 - (width / 2, height / 2)).astype(int)
        shift = np.array([[1, 0, -corner[0]], [0, 1, -corner[1]]], np.float32)
        results['img'] = cv2.warpAffine(results['img'], shift, (width, height), flags=cv2.INTER_NEAREST)
        results['img_shape'] = (height, width)
        results['keypoints'] = results['keypoints'] - corner.astype(np.float32)
        results['bbox'] = results['bbox'] - np.tile(corner, 2).astype(np.float32)
        for key in ('segmentation', 'invalid_segs'):
            if key in results:
                results[key] = [_moved(outline, corner) for outline in results[key]]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(scale={self.scale}, aspect_ratio={self.aspect_ratio}, min_side={self.min_side})'


def _moved(outline: Any, corner: np.ndarray) -> Any:
    """Move a polygon, or a list of them; anything else (RLE, which MMPose's mask ignores) stays."""
    if not isinstance(outline, list) or not outline:
        return outline
    if isinstance(outline[0], list):
        return [_moved(part, corner) for part in outline]
    return (np.asarray(outline, float).reshape(-1, 2) - corner).ravel().tolist()
