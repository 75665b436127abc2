"""Average precision of poses scored against annotated boxes."""

import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpose.registry import METRICS

from synpose.evaluation.functional import box_average_precision, pose_boxes, read_margins
from synpose.evaluation.person_boxes import labeled_pose_boxes, read_people

# Letter of the metric's name -> field of the image and its value.
SUBSETS = {
    's': ('room_size', 'small'),
    'm': ('room_size', 'medium'),
    'l': ('room_size', 'large'),
    'f': ('viewpoint', 'front'),
    'b': ('viewpoint', 'back'),
}


@METRICS.register_module()
class BBoxIoUAPMetric(BaseMetric):
    """Box average precision of poses, for images where only boxes are annotated.

    A pose becomes the tight box of its joints, widened by ``margins`` and clipped to the image; its score is the mean
    joint score. Boxes are matched to annotated boxes as in COCO's detection metric, with 101-point interpolation.

    The figures are ``AP``, ``AP50``, ``AP75``, ``AR`` over all images, and ``AP_s``, ``AP_s50``, ``AP_s75`` over the
    images of small classrooms, likewise ``_m`` medium, ``_l`` large, ``_f`` camera in front, ``_b`` behind: subsets of
    images by ``room_size`` and ``viewpoint`` of the annotation file, each evaluated afresh. A subset without images is
    left out, one without people is nan. Every image of the file counts: people of an image that was never predicted
    are missed (and a warning tells how many such images there are), predictions where nobody is annotated are false.

    Args:
        ann_file: COCO-style annotation file; only boxes are needed, unless ``source='annotation'``.
        margins: Fractions (left, top, right, bottom) of the pose box's width and height, or the path of a file written
            by ``tools/fit_margins.py``. Fit them on training annotations, never on the evaluated set. Default: none.
        source: ``'prediction'``; or ``'annotation'`` for the ceiling, with the labeled joints in the model's place: the
            same joints (by name, from ``dataset_meta``), the same margins.
        iou_thrs: Thresholds that ``AP`` and ``AR`` average over. Default: .50:.05:.95.
        max_dets: Poses counted in an image, best first.
        min_keypoint_score: Joints with a lower score do not take part in the box; a pose without joints is dropped. 0
            takes all joints, also those that a regressed heatmap scores below 0.
        prefix: Prefix of the figures' names.
        on_error: What a bad record of ``ann_file`` does: ``'raise'``, or ``'skip'`` to leave it out and log it.
        collect_device: Where results of several processes meet, ``'cpu'`` or ``'gpu'``.

    Raises:
        FileNotFoundError: If ``ann_file`` or the margins file does not exist.
        ValueError: If an argument or a record of the file is bad; at the end, if the margins file was fitted on joints
            that are not the model's.
    """

    default_prefix = 'bbox_iou'

    def __init__(
        self,
        ann_file: str,
        margins: Sequence[float] | str | os.PathLike | None = None,
        source: str = 'prediction',
        iou_thrs: Sequence[float] | None = None,
        max_dets: int = 300,
        min_keypoint_score: float = 0.0,
        prefix: str | None = 'bbox_iou',
        on_error: str = 'raise',
        collect_device: str = 'cpu',
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)
        if source not in ('prediction', 'annotation'):
            raise ValueError(f"source must be 'prediction' or 'annotation', but is {source!r}")
        self.ann_file = ann_file
        self.source = source
        self.iou_thrs = iou_thrs
        self.max_dets = max_dets
        self.min_keypoint_score = min_keypoint_score
        self.margins, self._margins_joints = _parse_margins(margins)
        self._images, self._joint_names = read_people(ann_file, on_error)
        for people in self._images:
            _check_tags(people.image, ann_file)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the poses of data samples, as ``CocoMetric`` takes them.

        Args:
            data_batch: Not used.
            data_samples: Each with ``img_id`` and ``pred_instances`` holding ``keypoints`` ``(N, K, 2)`` px and
                ``keypoint_scores`` ``(N, K)``; ``id`` tells repeated samples apart where it is given.

        Raises:
            ValueError: If the shapes do not belong together or a number is not finite.
        """
        for sample in data_samples:
            instances = sample['pred_instances']
            keypoints, scores = _to_numpy(instances['keypoints']), _to_numpy(instances['keypoint_scores'])
            if keypoints.ndim != 3 or scores.shape != keypoints.shape[:2]:
                raise ValueError(
                    f'image {sample["img_id"]}: pred_instances: keypoints {keypoints.shape} and keypoint_scores '
                    f'{scores.shape} must be (N, K, 2) and (N, K)'
                )
            if not (np.isfinite(keypoints).all() and np.isfinite(scores).all()):
                raise ValueError(f'image {sample["img_id"]}: pred_instances: keypoints and scores must be finite')
            self.results.append((sample['img_id'], _sample_key(sample), keypoints[..., :2], scores))

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Compute the figures of all images and of each subset.

        Args:
            results: What :meth:`process` collected.

        Raises:
            ValueError: If a sample's image is not in the annotation file.
        """
        self._check_margins_joints()
        found = self._label_boxes() if self.source == 'annotation' else self._predicted_boxes(results)
        metrics = self._evaluate(list(range(len(self._images))), found)
        for letter, (field, value) in SUBSETS.items():
            chosen = [i for i, people in enumerate(self._images) if people.image.get(field) == value]
            if chosen:
                subset = self._evaluate(chosen, found)
                metrics.update({f'AP_{letter}{key[2:]}': subset[key] for key in ('AP', 'AP50', 'AP75')})
        return metrics

    def _check_margins_joints(self) -> None:
        """Refuse margins of another skeleton: a box without the face's joints needs a wider top."""
        joints = list((self.dataset_meta or {}).get('keypoint_id2name', {}).values())
        if joints and self._margins_joints and joints != self._margins_joints:
            raise ValueError(
                f'margins were fitted on {len(self._margins_joints)} joints that are not the {len(joints)} of the '
                f"model: run tools/fit_margins.py with the model's --skeleton"
            )

    def _evaluate(self, chosen: Sequence[int], found: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
        return box_average_precision(
            [self._images[i].boxes for i in chosen],
            [found[i][0] for i in chosen],
            [found[i][1] for i in chosen],
            [self._images[i].crowd for i in chosen],
            self.iou_thrs,
            self.max_dets,
        )

    def _label_boxes(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Box the labeled joints; returns boxes ``(D, 4)`` and scores ``(D,)`` of each image."""
        if not self.dataset_meta:
            raise ValueError("source='annotation' needs dataset_meta, which names the model's joints")
        joints = list(self.dataset_meta['keypoint_id2name'].values())
        found = []
        for people in self._images:
            try:
                boxes = labeled_pose_boxes(people, self._joint_names, joints, self.margins)
            except ValueError as error:
                raise ValueError(f'{self.ann_file}: {error}') from error
            boxes = boxes[~people.crowd & np.isfinite(boxes).all(axis=1)]
            found.append((boxes, np.ones(len(boxes))))
        return found

    def _predicted_boxes(self, results: list) -> list[tuple[np.ndarray, np.ndarray]]:
        """Box the predicted poses; returns boxes ``(D, 4)`` and scores ``(D,)`` of each image."""
        samples: dict[Any, dict[Any, tuple[np.ndarray, np.ndarray]]] = {p.image['id']: {} for p in self._images}
        for image_id, key, keypoints, scores in results:
            if image_id not in samples:
                raise ValueError(f'{self.ann_file}: image {image_id}: id: predicted, but not in this file')
            of_image = samples[image_id]
            of_image.setdefault(len(of_image) if key is None else key, (keypoints, scores))
        missing = sum(not of_image for of_image in samples.values())
        if missing:
            text = f'{self.ann_file}: {missing} of {len(samples)} images never predicted, so their people are missed'
            print_log(text, 'current', logging.WARNING)
        threshold = self.min_keypoint_score or -np.inf
        found = []
        for people in self._images:
            boxes, means = [np.zeros((0, 4))], [np.zeros(0)]
            for keypoints, scores in samples[people.image['id']].values():
                if len(keypoints):
                    boxes.append(pose_boxes(keypoints, scores, people.size, self.margins, threshold))
                    means.append(scores.mean(axis=1))
            stacked, mean = np.concatenate(boxes), np.concatenate(means)
            posed = np.isfinite(stacked).all(axis=1)
            found.append((stacked[posed], mean[posed]))
        return found


def _parse_margins(
    margins: Sequence[float] | str | os.PathLike | None,
) -> tuple[tuple[float, ...] | None, list[str] | None]:
    """Return the margins and the joints they were fitted on, where known."""
    if margins is None:
        return None, None
    if isinstance(margins, str | os.PathLike):
        return read_margins(margins)
    if len(margins) != 4 or not np.isfinite(margins).all():
        raise ValueError(f'margins must be four fractions (left, top, right, bottom), but are {margins!r}')
    return tuple(margins), None


def _check_tags(image: dict[str, Any], ann_file: str) -> None:
    """Refuse a room size or viewpoint that belongs to no subset: it would drop out of the figures in silence."""
    for field in ('room_size', 'viewpoint'):
        allowed = [value for name, value in SUBSETS.values() if name == field]
        if image.get(field) is not None and image[field] not in allowed:
            raise ValueError(f'{ann_file}: image {image["id"]}: {field}: must be of {allowed}, but is {image[field]!r}')


def _to_numpy(values: Any) -> np.ndarray:
    return values.detach().cpu().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)


def _sample_key(sample: dict) -> Any:
    """Tell samples of an image apart: top-down models give one per person, and a sampler may repeat one as padding."""
    key = sample.get('id')
    return None if key is None else tuple(np.ravel(key).tolist())
