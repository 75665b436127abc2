"""The depth of a person: root mean squared errors in millimetres."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpose.registry import METRICS

from synpose.datasets.depth_bins import BIN_SIZE
from synpose.evaluation.functional import depth_rmse, fitted_depth_rmse

FIGURES = ('RMSE', 'st-RMSE', 'pose-RMSE', 'st-pose-RMSE')


@METRICS.register_module()
class PersonDepthMetric(BaseMetric):
    """Root mean squared errors (RMSE) of the depth bins of a person, mm, averaged over images.

    Varol et al., "Learning from Synthetic Humans" (2017), section 5. Errors are of bins, times 45 mm, on the pixels
    that show the person; where the model sees background instead, its bin is 0 and counts as such. ``st-RMSE`` is the
    error after the scale and translation of depth that fit an image best. ``pose-RMSE`` and ``st-pose-RMSE`` are the
    same at the pixels of the joints: of the joints inside the crop those whose pixel shows the person (the paper does
    not say how it takes them; its tables have both figures). Images that show nobody, and for ``pose-RMSE`` those that
    show no joint, are left out; their number is logged.

    Args:
        joints: Names of the joints that ``pose-RMSE`` counts; default all of the dataset. ``()`` gives no such figure.
        collect_device: Where results of several processes meet, ``'cpu'`` or ``'gpu'``.
        prefix: Prefix of the figures' names.

    Raises:
        ValueError: On samples, if predicted and labeled pixels do not fit, or a joint is not one of the dataset's.
    """

    default_prefix = 'depth'

    def __init__(
        self, joints: Sequence[str] | None = None, collect_device: str = 'cpu', prefix: str | None = None
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        self.joints = None if joints is None else list(joints)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Measure the errors of data samples.

        Args:
            data_batch: Not used.
            data_samples: Each with bins ``gt_fields.labels`` and ``pred_fields.labels`` ``(1, H, W)`` and, for
                ``pose-RMSE``, ``gt_instances.transformed_keypoints`` ``(1, K, 2)``, px of the input (see
                ``PackPoseInputs(pack_transformed=True)``), ``gt_instances.keypoints_visible`` and ``input_size``.
        """
        for sample in data_samples:
            record = f'image {sample.get("img_id")}'
            true, predicted = (np.asarray(sample[key]['labels'].cpu())[0] for key in ('gt_fields', 'pred_fields'))
            if true.shape != predicted.shape:
                raise ValueError(f'{record}: labels: {predicted.shape} pixels predicted, but {true.shape} labeled')
            person = true > 0
            errors = [measure(predicted[person], true[person]) for measure in (depth_rmse, fitted_depth_rmse)]
            if self.joints != []:
                rows, columns = self._joint_pixels(sample, true.shape, record)
                shown = person[rows, columns]
                at_joints = predicted[rows, columns][shown], true[rows, columns][shown]
                errors += [measure(*at_joints) for measure in (depth_rmse, fitted_depth_rmse)]
            self.results.append(errors)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute the figures of all samples.

        Args:
            results: What :meth:`process` collected.

        Raises:
            ValueError: If there are no samples.
        """
        if not results:
            raise ValueError('PersonDepthMetric: there are no samples')
        figures = {}
        for name, errors in zip(FIGURES, np.array(results, float).T):
            defined = errors[np.isfinite(errors)]
            figures[name] = float(defined.mean() * BIN_SIZE * 1000) if defined.size else float('nan')
            if defined.size < errors.size:
                text = (
                    f'{name}: {errors.size - defined.size} of {errors.size} images left out, which show no such pixel'
                )
                print_log(text, 'current', logging.WARNING)
        return figures

    def _joint_pixels(self, sample: dict, shape: tuple[int, ...], record: str) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and columns of the labels at the joints that count and lie inside."""
        labels = sample['gt_instances']
        if 'transformed_keypoints' not in labels:
            raise ValueError(f'{record}: transformed_keypoints: missing; give PackPoseInputs pack_transformed=True')
        chosen = self._joint_rows()
        points = np.asarray(labels['transformed_keypoints'])[0, chosen, :2]
        visible = np.asarray(labels['keypoints_visible'])[0, chosen]
        visible = (visible[:, 0] if visible.ndim == 2 else visible) > 0
        size = np.array(shape[::-1])
        cells = np.floor((points + 0.5) * size / np.array(sample['input_size']))
        columns, rows = cells[visible & np.all((cells >= 0) & (cells < size), axis=1)].astype(int).T
        return rows, columns

    def _joint_rows(self) -> list[int]:
        places = (self.dataset_meta or {}).get('keypoint_name2id', {})
        names = list(places) if self.joints is None else self.joints
        missing = [name for name in names if name not in places]
        if missing:
            known = ', '.join(places) or 'no names'
            raise ValueError(f'PersonDepthMetric: the dataset has no joint {", ".join(missing)}; it has {known}')
        return [places[name] for name in names]
