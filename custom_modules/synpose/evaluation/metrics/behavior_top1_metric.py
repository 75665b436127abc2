"""How many students' behavior is recognized."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmpose.registry import METRICS

from synpose.evaluation.functional import confusion_matrix
from synpose.files import atomic_path


@METRICS.register_module()
class BehaviorTop1Metric(BaseMetric):
    """Top-1 accuracy of behaviors over all annotated students (SynPose, table 2).

    A student whose pose was not found counts as wrong, so that a pose model that misses people cannot do well. The
    figures, in [0, 1]: ``Top1``, correct of all annotated students; ``Top1_matched``, correct of those with a pose (nan
    without any); ``matched``, the share of those; ``Top1_classes``, the mean over the behaviors that occur of the share
    recognized; ``Top1_<behavior>`` of each of them.

    Args:
        picture: A PNG file to draw the confusion matrix to; a report draws it anyway. Default: none.
        collect_device: Where results of several processes meet, ``'cpu'`` or ``'gpu'``.
        prefix: Prefix of the figures' names.
    """

    default_prefix = 'behavior'

    def __init__(self, picture: str | None = None, collect_device: str = 'cpu', prefix: str | None = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.picture = picture

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the predictions of data samples.

        Args:
            data_batch: Not used.
            data_samples: Each with ``id`` (of the student), ``gt_label``, ``pred_label`` and ``matched``.
        """
        self.results += [(s['id'], s['gt_label'], s['pred_label'], bool(s['matched'])) for s in data_samples]

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute the figures.

        Args:
            results: What :meth:`process` collected.

        Raises:
            ValueError: If there are no samples, ``dataset_meta`` names no classes, or a label is not of them.
        """
        if not results:
            raise ValueError('BehaviorTop1Metric: there are no samples')
        classes = (self.dataset_meta or {}).get('classes')
        if not classes:
            raise ValueError('BehaviorTop1Metric needs dataset_meta with classes, as BehaviorPoseDataset gives')
        # A sampler may repeat samples as padding.
        labels, found, matched = (np.array(column) for column in list(zip(*{r[0]: r for r in results}.values()))[1:])
        matrix = confusion_matrix(labels, np.where(matched, found, len(classes)), len(classes))
        if self.picture:
            from synpose.reporting.confusion import draw_confusion_matrix  # imports Matplotlib

            with atomic_path(self.picture) as path:
                path.write_bytes(draw_confusion_matrix(matrix, classes))
        correct, students = np.diagonal(matrix), matrix.sum(axis=1)
        with_pose = int(matched.sum())
        recalls = {name: float(correct[i] / students[i]) for i, name in enumerate(classes) if students[i]}
        return {
            'Top1': float(correct.sum() / len(labels)),
            'Top1_matched': float(correct.sum() / with_pose) if with_pose else float('nan'),
            'matched': with_pose / len(labels),
            'Top1_classes': float(np.mean(list(recalls.values()))),
            **{f'Top1_{name}': value for name, value in recalls.items()},
        }
