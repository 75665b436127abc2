"""Person outlines in the form MMPose's bottom-up mask understands."""

from typing import Any

import cv2
import numpy as np
from pycocotools import mask as coco_mask


def to_polygons(segmentation: Any, box: np.ndarray) -> list[list[float]]:
    """Turn a COCO segmentation into polygons.

    MMPose's ``BottomupGetHeatmapMask`` reads polygons and passes over run-length masks without a word.

    Args:
        segmentation: COCO polygons, a run-length mask (compressed or not), or None.
        box: ``(4,)`` x1, y1, x2, y2, px; it stands in where there is no segmentation.

    Returns:
        Polygons ``[x1, y1, x2, y2, ...]``, px, at least one.
    """
    if isinstance(segmentation, dict):
        height, width = segmentation['size']
        compressed = isinstance(segmentation['counts'], str | bytes)
        rle = segmentation if compressed else coco_mask.frPyObjects(segmentation, height, width)
        contours, _ = cv2.findContours(coco_mask.decode(rle), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        # pycocotools takes polygons of three points and more.
        segmentation = [contour.ravel().astype(float).tolist() for contour in contours if len(contour) >= 3]
    if segmentation:
        return segmentation
    x1, y1, x2, y2 = (float(value) for value in box)
    return [[x1, y1, x2, y1, x2, y2, x1, y2]]
