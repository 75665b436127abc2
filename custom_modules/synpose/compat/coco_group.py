"""Evaluation of one image's annotations of one category: similarities, matches, and COCO's record of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as mask_api

from synpose.compat.coco_matching import match_greedily
from synpose.compat.coco_summary import Params
from synpose.compat.oks import KEYPOINT_TYPES, PERSON_BOX_FILL, joints_of, object_keypoint_similarity

Scored = tuple[dict, float]


def need(record: dict, field: str, hint: str = '', kind: str = 'annotation') -> Any:
    """Look up a field that must be there.

    Raises:
        ValueError: When it is missing; names the record by ``kind`` and id, the field, and the hint.
    """
    if field not in record:
        raise ValueError(f'{kind} {record.get("id")}: no {field!r}' + (f' ({hint})' if hint else ''))
    return record[field]


@dataclass(frozen=True)
class GroupEvaluator:
    """Matches the detections of an image and category to its labels.

    Args:
        params: What to evaluate.
        sigmas: Per-joint falloff ``(K,)``.
        use_area: Whether labels hold an ``area``; else a share of their box stands for it.
        gt_api: The labels' ``COCO``, which turns a segmentation into a mask.
        dt_api: The detections' ``COCO``.
    """

    params: Params
    sigmas: np.ndarray
    use_area: bool
    gt_api: Any
    dt_api: Any

    def evaluate(self, img: Any, cat: Any, gts: list[dict], scored: list[Scored]) -> tuple[np.ndarray, list]:
        """Evaluate one group.

        Args:
            img: Image id.
            cat: Category id.
            gts: G labels.
            scored: Detections with the score to rank them by; the D best are kept.

        Returns:
            Similarities ``(D, G)``, and one record per area range, or None each where the group is empty. A record
            holds ``dtIds``, ``dtScores`` (D values), ``gtIds``, ``gtIgnore`` (G values, those that count first),
            ``dtMatches``, ``dtIgnore`` ``(T, D)`` and ``gtMatches`` ``(T, G)``; a match is an id, or -1.

        Raises:
            ValueError: When an annotation lacks a field or has another number of joints than there are sigmas.
        """
        p = self.params
        crowd = np.array([bool(gt.get('iscrowd', 0)) for gt in gts], dtype=bool)
        joints_gt = joints_dt = None
        never_counts = crowd
        if p.iouType in KEYPOINT_TYPES:
            joints_gt = joints_of(gts, p.iouType, len(self.sigmas))
            joints_dt = joints_of([dt for dt, _ in scored], p.iouType, len(self.sigmas))
            found = np.flatnonzero((joints_dt[..., 2] > 0).any(axis=1))  # a detection without any joint is none
            scored, joints_dt = [scored[i] for i in found], joints_dt[found]
            never_counts = crowd | ~self._labeled(gts, joints_gt)
        if not gts and not scored:
            return np.zeros((0, 0)), [None] * len(p.areaRng)

        order = np.argsort([-score for _, score in scored], kind='stable')[: p.maxDets[-1]]
        dts, scores = [scored[i][0] for i in order], [scored[i][1] for i in order]
        if not gts or not dts:
            ious = np.zeros((len(dts), len(gts)))
        elif joints_gt is not None and joints_dt is not None:
            ious = self._joint_similarity(joints_dt[order], joints_gt, gts)
        else:
            ious = self._region_overlap(dts, gts, crowd)

        areas_gt = np.array([self._area(gt) for gt in gts])
        areas_dt = np.array([need(dt, 'area') for dt in dts])
        low, high = np.array(p.areaRng, dtype=np.float64).T[..., None]  # (A, 1) each
        ignored = never_counts | (areas_gt < low) | (areas_gt > high)  # (A, G)
        outside = (areas_dt < low) | (areas_dt > high)  # (A, D)
        object_of, detection_of = match_greedily(ious, np.asarray(p.iouThrs), ignored, crowd)

        gt_ids, dt_ids = ([ann['id'] for ann in anns] for anns in (gts, dts))
        gt_id_at, dt_id_at = (np.array([*ids, -1], dtype=np.int64) for ids in (gt_ids, dt_ids))  # the last: no match
        records = []
        for a, area_range in enumerate(p.areaRng):
            counted_first = np.argsort(ignored[a], kind='stable')
            matched_ignored = np.append(ignored[a], False)[object_of[a]]
            record = {
                'image_id': img,
                'category_id': cat,
                'aRng': area_range,
                'maxDet': p.maxDets[-1],
                'dtIds': dt_ids,
                'gtIds': [gt_ids[i] for i in counted_first],
                'dtMatches': gt_id_at[object_of[a]],
                'gtMatches': dt_id_at[detection_of[a][:, counted_first]],
                'dtScores': scores,
                'gtIgnore': ignored[a, counted_first].astype(np.int64),
                'dtIgnore': matched_ignored | ((object_of[a] < 0) & outside[a]),
            }
            records.append(record)
        return ious, records

    def _labeled(self, gts: list[dict], joints: np.ndarray) -> np.ndarray:
        """Which people have joints that count ``(G,)``."""
        if self.params.iouType == 'keypoints_crowd':  # CrowdPose counts only the joints in plain sight
            return np.array([need(gt, 'num_keypoints') > 0 for gt in gts], dtype=bool)
        return np.any(joints[..., 2] > 0, axis=1)

    def _area(self, gt: dict) -> float:
        if self.use_area and 'area' in gt:
            return gt['area']
        box = need(gt, 'bbox')
        return box[2] * box[3] * PERSON_BOX_FILL

    def _joint_similarity(self, joints_dt: np.ndarray, joints_gt: np.ndarray, gts: list[dict]) -> np.ndarray:
        boxes = np.array([need(gt, 'bbox') for gt in gts], dtype=np.float64)
        if self.use_area:
            for gt in gts:
                need(gt, 'area', 'pass use_area=False when labels hold none')
        areas = np.array([self._area(gt) for gt in gts], dtype=np.float64)
        return object_keypoint_similarity(joints_dt, joints_gt, boxes, areas, self.sigmas)

    def _region_overlap(self, dts: list[dict], gts: list[dict], crowd: np.ndarray) -> np.ndarray:
        """Intersection over union ``(D, G)`` of boxes or masks; over the detection's area alone for a crowd."""
        field = 'bbox' if self.params.iouType == 'bbox' else 'segmentation'
        for ann in (*dts, *gts):
            need(ann, field)
        if field == 'bbox':
            regions = [[ann['bbox'] for ann in anns] for anns in (dts, gts)]
        else:
            regions = [[self.dt_api.annToRLE(ann) for ann in dts], [self.gt_api.annToRLE(ann) for ann in gts]]
        return mask_api.iou(*regions, crowd.astype(int).tolist())
