"""Body parts by pixel: intersection over union and accuracy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmpose.registry import METRICS

from synpose.evaluation.functional import class_scores, count_pixels, mean_score
from synpose.skeletons import BODY_PARTS

GROUPS = {'head': ('head',), 'torso': ('torso',), 'upper_legs': ('left_upper_leg', 'right_upper_leg')}
"""Name of a group -> the parts whose IoU it averages."""


@METRICS.register_module()
class PartSegmentationMetric(BaseMetric):
    """Intersection over union (IoU) and accuracy of the 14 body parts.

    Varol et al., "Learning from Synthetic Humans" (2017), section 5: pixels are counted over the whole set, then a
    class's IoU and accuracy (its recall, the share of its pixels that are found) are computed, then the mean over
    classes. Figures, fractions in [0, 1]: ``IoU`` and ``accuracy``, means of the 14 parts; ``IoU_fg+bg`` and
    ``accuracy_fg+bg``, with the background as a 15th class; ``IoU_head``, ``IoU_torso`` and ``IoU_upper_legs`` (the
    mean of left and right). Of a class that the set does not show, the accuracy is left out of the means, where the
    paper's code gives nan; so is the IoU, unless a pixel is predicted to be of it: then it is 0.

    Args:
        per_part: Also give ``IoU_<part>`` of every part.
        collect_device: Where results of several processes meet, ``'cpu'`` or ``'gpu'``.
        prefix: Prefix of the figures' names.

    Raises:
        ValueError: On samples, if predicted and labeled pixels or classes do not fit.
    """

    default_prefix = 'parts'

    def __init__(self, per_part: bool = False, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.per_part = per_part

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Count the pixels of data samples.

        Args:
            data_batch: Not used.
            data_samples: Each with classes ``gt_fields.labels`` and ``pred_fields.labels`` ``(1, H, W)``.
        """
        for sample in data_samples:
            true, predicted = (np.asarray(sample[key]['labels'].cpu()) for key in ('gt_fields', 'pred_fields'))
            try:
                self.results.append(count_pixels(predicted, true, len(BODY_PARTS)))
            except ValueError as error:
                raise ValueError(f'image {sample.get("img_id")}: labels: {error}') from error

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute the figures of all samples.

        Args:
            results: What :meth:`process` collected.

        Raises:
            ValueError: If there are no samples.
        """
        if not results:
            raise ValueError('PartSegmentationMetric: there are no samples')
        iou, recall = class_scores(np.sum(results, axis=0))
        figures = {
            'IoU': mean_score(iou[1:]),
            'accuracy': mean_score(recall[1:]),
            'IoU_fg+bg': mean_score(iou),
            'accuracy_fg+bg': mean_score(recall),
        }
        for name, parts in GROUPS.items():
            figures[f'IoU_{name}'] = mean_score(iou[[BODY_PARTS.index(part) for part in parts]])
        if self.per_part:
            figures.update({f'IoU_{name}': float(value) for name, value in zip(BODY_PARTS, iou)})
        return figures
