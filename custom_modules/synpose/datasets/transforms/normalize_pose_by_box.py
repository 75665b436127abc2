"""Poses in the coordinates of their boxes."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class NormalizePoseByBox(BaseTransform):
    """Put the origin into the middle of a person's box, and take the box's longer side, 1 px at least, as the unit.

    The box keeps its proportions, so that someone who stretches is not pressed into the shape of someone who sits.
    Joints without a score above 0 are missing and go to the origin.

    Required keys: ``keypoints``, ``(T, V, 2)`` px; ``keypoint_scores``, ``(T, V)``; ``bbox``, ``(4,)`` or ``(T, 4)``,
    left, top, width, height, px.

    Changed keys: ``keypoints``, a new array, within [-0.5, 0.5] where joints lie in their box; ``keypoint_scores``, 0
    instead of less.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Normalize ``keypoints``."""
        keypoints, box = np.asarray(results['keypoints'], float), np.asarray(results['bbox'], float)
        middle = box[..., :2] + box[..., 2:] / 2
        # A box of joints that all fall on one point has no extent. Where the image's edge clips it, such a joint lies
        # a part of a px beside it: a tiny unit would throw it far out, and batch normalization with it.
        unit = np.maximum(box[..., 2:].max(axis=-1), 1.0)
        scores = np.maximum(results['keypoint_scores'], 0)
        normed = (keypoints - middle[..., None, :]) / unit[..., None, None]
        results['keypoints'] = np.where(scores[..., None] > 0, normed, 0).astype(np.float32)
        results['keypoint_scores'] = scores.astype(np.float32)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
