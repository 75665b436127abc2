"""Percentage of detected joints, and the error of the joints."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpose.registry import METRICS

from synpose.evaluation.functional import detected_joints, root_mean_squared_error

TORSOS = {'shoulders': ('left_shoulder', 'right_shoulder'), 'diagonal': ('left_shoulder', 'right_hip')}
"""Name of a torso size -> the joints it is the distance of."""


@METRICS.register_module()
class PDJMetric(BaseMetric):
    """Percentage of detected joints (PDJ) and root mean squared error (RMSE), of one predicted person a sample.

    Etheve & Remy, "Training CNNs using synthetic images of people", section 4.2. A joint is detected if it is nearer
    to the true one than a ratio of the true torso. The figures are ``PDJ@0.05``, ``PDJ@0.2``, ``PDJ@0.4``, fractions
    in [0, 1] of all labeled ``joints`` of people whose torso is labeled (how many are left out is logged), and
    ``RMSE``, the root of the mean squared coordinate error of all labeled joints, px of the crop.

    Args:
        ratios: Of the torso.
        joints: Names of the joints that PDJ counts, or ``'all'``.
        torso: ``'shoulders'``, the shoulder width, as in the authors' code; ``'diagonal'``, left shoulder to right
            hip; or the names of two joints.
        crop_size: RMSE is of a crop with this longer side, px, whatever the input's: the errors are scaled with the
            sample's ``input_scale``. ``None`` for px of the image.
        collect_device: Where results of several processes meet, ``'cpu'`` or ``'gpu'``.
        prefix: Prefix of the figures' names.

    Raises:
        ValueError: If an argument is bad; on samples, if the model's joints lack one, or predictions do not fit labels.
    """

    default_prefix = 'pdj'

    def __init__(
        self,
        ratios: Sequence[float] = (0.05, 0.2, 0.4),
        joints: Sequence[str] | str = ('left_elbow', 'right_elbow'),
        torso: str | Sequence[str] = 'shoulders',
        crop_size: int | None = 256,
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if not ratios or min(ratios) <= 0:
            raise ValueError(f'ratios must be positive numbers, but are {ratios}')
        if isinstance(joints, str) and joints != 'all':
            raise ValueError(f"joints must be names of joints or 'all', but is {joints!r}")
        if not joints:
            raise ValueError('joints must name at least one joint')
        ends = TORSOS.get(torso, ()) if isinstance(torso, str) else tuple(torso)
        if len(ends) != 2:
            raise ValueError(f'torso must be of {sorted(TORSOS)} or two names of joints, but is {torso!r}')
        self.ratios, self.joints, self.torso, self.crop_size = tuple(ratios), joints, ends, crop_size

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the errors of data samples.

        Args:
            data_batch: Not used.
            data_samples: Each with ``pred_instances.keypoints`` and ``gt_instances.keypoints`` ``(N, K, 2)``, px of the
                image, ``gt_instances.keypoints_visible`` ``(N, K)`` or ``(N, K, 2)``, weights first, and
                ``input_scale``, width and height of the crop, px of the image.
        """
        joints, torso = self._indices()
        for sample in data_samples:
            labels, record = sample['gt_instances'], f'image {sample.get("img_id")}'
            true, found = (np.asarray(part['keypoints'])[..., :2] for part in (labels, sample['pred_instances']))
            visible = np.asarray(labels['keypoints_visible'])
            visible = (visible[..., 0] if visible.ndim == 3 else visible) > 0
            if found.shape != true.shape or visible.shape != true.shape[:2]:
                raise ValueError(
                    f'{record}: keypoints: {found.shape} predicted, but {true.shape} labeled with visibility '
                    f'{visible.shape}; PDJMetric needs one prediction for each labeled person'
                )
            if not np.isfinite(found).all():
                raise ValueError(f'{record}: pred_instances: keypoints must be finite')
            errors = np.where(visible[..., None], found - true, np.nan)
            torsos = np.linalg.norm(true[:, torso[0]] - true[:, torso[1]], axis=-1)
            torsos = np.where(visible[:, torso].all(axis=1), torsos, np.nan)
            scaled = errors * self._scale(sample, record)
            self.results.append((np.linalg.norm(errors[:, joints], axis=-1), torsos, scaled))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute the figures of all samples.

        Args:
            results: What :meth:`process` collected.

        Raises:
            ValueError: If there are no samples.
        """
        if not results:
            raise ValueError('PDJMetric: there are no samples')
        distances, torsos, errors = (np.concatenate(parts) for parts in zip(*results))
        left_out = int((~(torsos > 0)).sum())
        if left_out:
            why = f'whose {" or ".join(self.torso)} is not labeled, or both at one place'
            text = f'PDJ: {left_out} of {len(torsos)} people left out, {why}'
            print_log(text, 'current', logging.WARNING)
        figures = detected_joints(distances, torsos, self.ratios)
        metrics = {f'PDJ@{ratio:g}': figure for ratio, figure in zip(self.ratios, figures)}
        return {**metrics, 'RMSE': root_mean_squared_error(errors)}

    def _indices(self) -> tuple[list[int], list[int]]:
        """Return which joints are counted, and which make the torso."""
        places = (self.dataset_meta or {}).get('keypoint_name2id', {})
        wanted = list(places) if self.joints == 'all' else list(self.joints)
        missing = [name for name in (*wanted, *self.torso) if name not in places]
        if missing:
            raise ValueError(
                f'PDJMetric: the model has no {", ".join(missing)}; it has {", ".join(places) or "no names"}'
            )
        return [places[name] for name in wanted], [places[name] for name in self.torso]

    def _scale(self, sample: dict, record: str) -> float:
        """Return how many px of the crop are one px of the image."""
        if self.crop_size is None:
            return 1.0
        if sample.get('input_scale') is None:
            raise ValueError(f'{record}: input_scale: missing; crop_size=None gives the RMSE in px of the image')
        return self.crop_size / float(np.max(sample['input_scale']))
