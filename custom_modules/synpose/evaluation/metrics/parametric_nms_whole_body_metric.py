"""COCO-WholeBody's evaluation after parametric pose NMS."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.logging import print_log
from mmpose.evaluation.metrics import CocoWholeBodyMetric
from mmpose.registry import METRICS
from mmpose.structures.bbox import bbox_xywh2xyxy

from synpose.compat.coco_api import COCO
from synpose.compat.coco_eval import COCOeval
from synpose.evaluation.functional import parametric_pose_nms

NUM_JOINTS = 133
PARTS = {
    '': ('keypoints_wholebody', slice(None)),
    'body/': ('keypoints_body', slice(0, 17)),
    'foot/': ('keypoints_foot', slice(17, 23)),
    'face/': ('keypoints_face', slice(23, 91)),
    'left_hand/': ('keypoints_lefthand', slice(91, 112)),
    'right_hand/': ('keypoints_righthand', slice(112, 133)),
}
"""What stands before the figures of each part -> its iouType, and which of the 133 joints it has."""
FIGURES = ('AP', 'AP .5', 'AP .75', 'AP (M)', 'AP (L)', 'AR', 'AR .5', 'AR .75', 'AR (M)', 'AR (L)')
"""COCO's ten figures; mAP and mAR of the paper's table are AP and AR here."""


@METRICS.register_module()
class ParametricNMSWholeBodyMetric(CocoWholeBodyMetric):
    """MMPose's ``CocoWholeBodyMetric`` with AlphaPose's end: p-NMS, its scores, and the figures of every part.

    Poses of an image go through :func:`~synpose.evaluation.functional.parametric_pose_nms`; its merged poses and scores
    are evaluated. COCO's ten figures are returned for the whole body under MMPose's names (``AP``, ``AP .5``, ...), and
    for each part with its name before them: ``body/AP``, ``foot/AP``, ``face/AP``, ``left_hand/AP``, ``right_hand/AP``;
    -1 where nobody is labeled. COCO's evaluation counts the best 20 detections of an image, this one ``max_dets``.

    The published constants are for 17 joints, so poses are compared by the body alone; ``nms=dict(joints=None)``
    compares all 133, and then five joints that match, of a hand say, make two people one.

    Args:
        nms: Arguments of ``parametric_pose_nms`` that differ, True for none; False to evaluate every pose as it is,
            scored by ``score_mode``.
        max_dets: Detections counted in an image, best first.
        **kwargs: MMPose's own arguments of ``CocoWholeBodyMetric``, without ``nms_mode``, ``nms_thr`` and, with p-NMS,
            ``score_mode``: it replaces them.

    Raises:
        TypeError: If ``parametric_pose_nms`` has no such argument.
        ValueError: If one of these is given, or an argument of ``nms`` is out of range; at its batch, if a pose has not
            133 joints or a value is not finite.
    """

    def __init__(self, nms: dict[str, Any] | bool = True, max_dets: int = 300, **kwargs: Any) -> None:
        replaced = {'nms_mode', 'nms_thr'} | ({'score_mode'} if nms is not False else set())
        if given := sorted(replaced & kwargs.keys()):
            raise ValueError(f'{type(self).__name__}: {", ".join(given)}: replaced by parametric pose NMS; set nms')
        super().__init__(nms_mode='none', **kwargs)
        self.nms = None if nms is False else {'joints': range(17), **(nms if isinstance(nms, dict) else {})}
        self.max_dets = max_dets
        parametric_pose_nms([], [], [], **(self.nms or {}))  # a wrong argument shows now, not after the test

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep the predictions of a batch; see MMPose's method."""
        first = len(self.results)
        super().process(data_batch, data_samples)
        for found, _ in self.results[first:]:
            scores = np.asarray(found['keypoint_scores'])
            where = f'image {found["img_id"]}: pred_instances'
            if scores.shape[1] != NUM_JOINTS:
                raise ValueError(f'{where}: keypoints: {scores.shape[1]} joints a person, not {NUM_JOINTS}')
            for name in ('keypoints', 'keypoint_scores', 'bbox', 'bbox_scores'):
                if not np.isfinite(np.asarray(found.get(name, 0))).all():
                    raise ValueError(f'{where}: {name}: not all values are finite')

    def results2json(self, keypoints: dict[int, list], outfile_prefix: str) -> None:
        """Write the poses that p-NMS leaves to ``<outfile_prefix>.keypoints.json``."""
        if self.nms is not None:
            keypoints = {number: self._suppress(people) for number, people in keypoints.items()}
        super().results2json(keypoints, outfile_prefix)

    def _suppress(self, people: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Merge the poses of an image."""
        joints = np.array([person['keypoints'] for person in people])
        corners = np.concatenate([joints[..., :2].min(axis=1), joints[..., :2].max(axis=1)], axis=1)
        if all('bbox' in person for person in people):
            corners = bbox_xywh2xyxy(np.array([person['bbox'] for person in people], float))
        found = parametric_pose_nms(
            joints[..., :2],
            joints[..., 2],
            corners,
            [float(person['bbox_score']) for person in people],
            **self.nms,  # type: ignore[arg-type]
        )
        merged = np.concatenate([found.keypoints, found.keypoint_scores[..., None]], axis=-1)
        return [
            {**people[pick], 'keypoints': pose, 'score': score}
            for pick, pose, score in zip(found.picks, merged, found.scores)
        ]

    def _do_python_keypoint_eval(self, outfile_prefix: str) -> list[tuple[str, float]]:
        """Score the written detections; returns names and figures."""
        labels = COCO(ann_data=self.coco.dataset)
        found = labels.loadRes(f'{outfile_prefix}.keypoints.json')
        figures: dict[str, float] = {}
        for part, (kind, joints) in PARTS.items():
            sigmas = np.asarray(self.dataset_meta['sigmas'])[joints]
            evaluation = COCOeval(labels, found, kind, sigmas, self.use_area, max_dets=self.max_dets)
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
            figures.update({part + name: float(value) for name, value in zip(FIGURES, evaluation.stats, strict=True)})
        print_log(f'\n{whole_body_table(figures)}', 'current')
        return list(figures.items())


def whole_body_table(figures: dict[str, float]) -> str:
    """Lay figures out in percent, a line a part, the columns those of the paper's table 1; - where nobody is labeled.

    Args:
        figures: What ``ParametricNMSWholeBodyMetric`` returns, with or without its prefix.
    """
    names = {name.removeprefix('coco-wholebody/'): value for name, value in figures.items()}
    lines = [f'{"":<10}' + ''.join(f'{name:>8}' for name in FIGURES)]
    for part in PARTS:
        values = [names[part + name] for name in FIGURES]
        cells = ''.join(f'{100 * value:>8.1f}' if value >= 0 else f'{"-":>8}' for value in values)
        lines.append(f'{part.rstrip("/").replace("_", " ") or "whole body":<10}{cells}')
    return '\n'.join(lines)
