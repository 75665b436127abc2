"""MPII's multi-person average precision by groups of joints."""

import logging
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpose.registry import METRICS

from synpose.datasets.conversion.mpii import PERSON_HEIGHT
from synpose.datasets.record_checks import are_finite, keypoints_problem
from synpose.datasets.validation import ProblemLog, file_joint_names, read_coco_json
from synpose.evaluation.functional import PeopleOfImage, in_group, multi_person_average_precision
from synpose.evaluation.functional.multi_person_pckh import HEAD_BOX_FACTOR
from synpose.skeletons import joint_indices, map_keypoints

MPII_GROUPS: dict[str, tuple[str, str]] = {
    'Head': ('head_top', 'upper_neck'),
    'Sho': ('left_shoulder', 'right_shoulder'),
    'Elb': ('left_elbow', 'right_elbow'),
    'Wri': ('left_wrist', 'right_wrist'),
    'Hip': ('left_hip', 'right_hip'),
    'Kne': ('left_knee', 'right_knee'),
    'Ank': ('left_ankle', 'right_ankle'),
}
"""Columns of MPII's table -> their joints."""


@METRICS.register_module()
class MPIIMultiPersonMetric(BaseMetric):
    """Average precision of joints, predicted people assigned to labeled ones by PCKh (MPII's multi-person benchmark).

    See :func:`~synpose.evaluation.functional.multi_person_average_precision`; the measure of Learning to Train with
    Synthetic Humans, tables 1 to 3. The figures, in [0, 1], are one a group of joints, the mean of its joints', and
    ``mAP``, the mean of the groups. A joint without labels does not count.

    Args:
        ann_file: COCO-style labels; those of close groups by ``tools/split_mpii.py``, or any with head sizes.
        threshold: Of a right joint, in head sizes.
        head_size: ``'head_box'`` for .6 of the diagonal of the field ``head_box`` (x, y, width, height), MPII's; or the
            names of two joints whose distance it is. People without one are no labels; a warning counts them.
        groups: Group -> joints, found by name in model and labels; None for MPII's seven.
        group_reach: On images with a ``group_box``, predicted people whose middle lies farther outside it than this
            many person heights (200 px x ``group_scale``) are not of the group and do not count; None counts all.
        on_error: What a bad label does: ``'raise'``, or ``'skip'`` to leave it out and log it.
        collect_device: Where results of several processes meet.
        prefix: Prefix of the figures' names.

    Raises:
        FileNotFoundError: If the labels do not exist.
        ValueError: If an argument or a label is bad, the labels or the model lack a joint, or nobody has a head size.
    """

    default_prefix = 'mpii'

    def __init__(
        self,
        ann_file: str,
        threshold: float = 0.5,
        head_size: str | Sequence[str] = 'head_box',
        groups: Mapping[str, Sequence[str]] | None = None,
        group_reach: float | None = 0.5,
        on_error: str = 'raise',
        collect_device: str = 'cpu',
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if threshold <= 0:
            raise ValueError(f'threshold must be positive, but is {threshold}')
        if head_size != 'head_box' and (isinstance(head_size, str) or len(head_size) != 2):
            raise ValueError(f"head_size must be 'head_box' or two names of joints, but is {head_size!r}")
        self.ann_file, self.threshold, self.group_reach = ann_file, threshold, group_reach
        self.groups = {name: tuple(joints) for name, joints in (groups or MPII_GROUPS).items()}
        self.joints = [joint for joints in self.groups.values() for joint in joints]
        self.images, self.labels = self._read(head_size, ProblemLog(ann_file, on_error))
        self._indices = np.array([], dtype=int)

    def _read(
        self, head_size: str | Sequence[str], log: ProblemLog
    ) -> tuple[dict[int, dict], dict[int, list[tuple[np.ndarray, float]]]]:
        """Read the images, and the joints ``(K, 2)`` and head size of their people."""
        content = read_coco_json(self.ann_file)
        names = file_joint_names(content, self.ann_file)
        ends = [] if isinstance(head_size, str) else list(head_size)
        _find(names, [*self.joints, *ends], self.ann_file)
        images = {image.get('id'): image for image in content['images']}
        labels: dict[int, list] = {number: [] for number in images}
        without = 0
        for number, person in enumerate(content['annotations']):
            record = f'annotation {person.get("id", f"number {number}")}'
            problem = keypoints_problem(person.get('keypoints'), len(names))
            if problem is None and person.get('image_id') not in images:
                problem = ('image_id', f'no image has the id {person.get("image_id")!r}')
            if problem is None and not ends and not _is_box(person.get('head_box', [0, 0, 1, 1])):
                problem = ('head_box', f'must be x, y, width, height, but is {person["head_box"]!r:.60}')
            if problem is not None:
                log.add(record, *problem)
                continue
            joints = np.reshape(person['keypoints'], (-1, 3)).astype(float)
            size = _distance(map_keypoints(joints, names, ends)) if ends else _head_box_size(person.get('head_box'))
            if not size > 0:
                without += 1
                continue
            mapped = map_keypoints(joints, names, self.joints)
            labels[person['image_id']].append((np.where(mapped[:, 2:] > 0, mapped[:, :2], np.nan), size))
        log.report()
        if not any(labels.values()):
            raise ValueError(f'{self.ann_file}: annotations: nobody has a head size, by {head_size!r}')
        if without:
            text = f'{self.ann_file}: {without} people without a head size ({head_size}) do not count'
            print_log(text, 'current', logging.WARNING)
        return images, labels

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the predicted people of images.

        Args:
            data_batch: Not used.
            data_samples: Each with ``img_id`` and ``pred_instances``: ``keypoints (P, K, 2)``, px of the image, and
                ``keypoint_scores (P, K)``.

        Raises:
            ValueError: If the model lacks a joint, or an image has no labels' record.
        """
        names = [name for _, name in sorted((self.dataset_meta or {}).get('keypoint_id2name', {}).items())]
        indices = _find(names, self.joints, 'the model')
        for sample in data_samples:
            image_id, found = sample['img_id'], sample['pred_instances']
            if image_id not in self.images:
                raise ValueError(f'{self.ann_file}: image {image_id}: id: no image has it')
            poses = np.asarray(found['keypoints'], dtype=float)[..., :2].reshape(-1, len(names), 2)[:, indices]
            scores = np.asarray(found['keypoint_scores'], dtype=float).reshape(-1, len(names))[:, indices]
            kept = self._of_group(poses, self.images[image_id])
            self.results.append((image_id, poses[kept], scores[kept]))

    def _of_group(self, poses: np.ndarray, image: Mapping[str, Any]) -> np.ndarray:
        if self.group_reach is None or 'group_box' not in image:
            return np.ones(len(poses), dtype=bool)
        reach = self.group_reach * PERSON_HEIGHT * image.get('group_scale', 1.0)
        return in_group(poses, np.asarray(image['group_box'], dtype=float), reach)

    def compute_metrics(self, results: list[tuple[int, np.ndarray, np.ndarray]]) -> dict[str, float]:
        """Compute the figures of all images.

        Args:
            results: What :meth:`process` collected; several entries of an image are its people together.

        Raises:
            ValueError: If there are no samples.
        """
        if not results:
            raise ValueError('MPIIMultiPersonMetric: there are no samples')
        by_image: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {image_id: [] for image_id, _, _ in results}
        for image_id, poses, scores in results:
            by_image[image_id].append((poses, scores))
        joint_ap = multi_person_average_precision(
            (self._people(image_id, found) for image_id, found in by_image.items()), self.threshold
        )
        starts = np.cumsum([0, *map(len, self.groups.values())])
        parts = [joint_ap[first:last] for first, last in pairwise(starts)]
        figures = {name: _mean(part) for name, part in zip(self.groups, parts)}
        return {**figures, 'mAP': _mean(np.array(list(figures.values())))}

    def _people(self, image_id: int, found: Sequence[tuple[np.ndarray, np.ndarray]]) -> PeopleOfImage:
        labels = self.labels[image_id]
        return PeopleOfImage(
            predicted=np.concatenate([poses for poses, _ in found]),
            scores=np.concatenate([scores for _, scores in found]),
            labeled=np.array([joints for joints, _ in labels]).reshape(-1, len(self.joints), 2),
            head_sizes=np.array([size for _, size in labels]),
        )


def _find(names: Sequence[str], wanted: Sequence[str], whose: str) -> np.ndarray:
    indices = joint_indices(names, wanted)
    absent = [name for name, index in zip(wanted, indices) if index < 0]
    if absent:
        text = f'no joint {", ".join(dict.fromkeys(absent))}; there are {", ".join(names) or "none"}'
        raise ValueError(f'{whose}: keypoints: {text}')
    return indices


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and are_finite(box)


def _head_box_size(box: Sequence[float] | None) -> float:
    return HEAD_BOX_FACTOR * float(np.hypot(box[2], box[3])) if box is not None else float('nan')


def _distance(ends: np.ndarray) -> float:
    """Return how far two joints ``(2, 3)`` are apart, px; nan if one is not labeled."""
    return float(np.linalg.norm(ends[0, :2] - ends[1, :2])) if (ends[:, 2] > 0).all() else float('nan')


def _mean(values: np.ndarray) -> float:
    """Return the mean of what is no nan; nan if nothing is."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else float('nan')
