"""Trust pseudo-labels as much as their teacher did."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from ..record_checks import are_finite


@TRANSFORMS.register_module()
class WeightByKeypointScores(BaseTransform):
    """Multiply the loss weight of each joint by the confidence of its pseudo-label.

    Pseudo-labels keep the confidence of their joints in the field ``keypoint_scores`` of an annotation: K numbers in
    [0, 1] in the order of the dataset's joints (for COCO-WholeBody 133: body, feet, face, left hand, right hand). Put
    it right after ``GenerateTarget``; a joint that ``RandomFlip`` moved to the other side takes its confidence along.
    No config does this unless it says so.

    Required keys: ``raw_ann_info``, as MMPose's COCO-style datasets give it; ``keypoint_weights`` ``(N, K)``; of a
    flipped sample ``flip_direction`` and ``flip_indices``.

    Modified keys: ``keypoint_weights``.

    Args:
        missing: The confidence of all joints of a person without the field; None: it is an error.

    Raises:
        ValueError: If the field is missing, or does not hold a number in [0, 1] for each joint; names the annotation.
    """

    def __init__(self, missing: float | None = None) -> None:
        self.missing = missing

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Change ``keypoint_weights``."""
        weights = results['keypoint_weights']
        records = results['raw_ann_info']
        records = records if isinstance(records, list) else [records]
        scores = np.array([self._scores(record, weights.shape[1]) for record in records], dtype=weights.dtype)
        if results.get('flip') and results.get('flip_direction') in ('horizontal', 'vertical'):
            scores = scores[:, results['flip_indices']]
        results['keypoint_weights'] = weights * scores
        return results

    def _scores(self, record: dict[str, Any], joints: int) -> list[float]:
        scores = record.get('keypoint_scores')
        where = f'annotation {record.get("id")}: keypoint_scores'
        if scores is None:
            if self.missing is None:
                raise ValueError(f'{where}: missing; the writer of pseudo-labels adds it')
            return [self.missing] * joints
        if not isinstance(scores, list) or len(scores) != joints:
            length = len(scores) if isinstance(scores, list) else type(scores).__name__
            raise ValueError(f'{where}: must be {joints} numbers, but is {length}')
        if not are_finite(scores) or min(scores) < 0 or max(scores) > 1:
            joint = next(i for i, score in enumerate(scores) if not (are_finite([score]) and 0 <= score <= 1))
            raise ValueError(f'{where}: joint {joint}: must lie in [0, 1], but is {scores[joint]!r:.40}')
        return scores

    def __repr__(self) -> str:
        return f'{type(self).__name__}(missing={self.missing})'
