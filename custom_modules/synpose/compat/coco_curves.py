"""COCO's precision-recall curves, from the records of single images.

Definition: https://cocodataset.org/#detection-eval.
"""

import datetime
from typing import Any

import numpy as np

from synpose.compat.coco_summary import Params


def precision_recall(
    scores: np.ndarray, matched: np.ndarray, ignored: np.ndarray, num_objects: int, recall_thresholds: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision at given recalls, made monotonic, with the score that reaches each.

    Args:
        scores: Scores of all detections ``(N,)``, in any order.
        matched: Which detections found an object ``(T, N)``.
        ignored: Which detections count neither way ``(T, N)``.
        num_objects: How many objects count; above 0.
        recall_thresholds: Recalls to read precision at ``(R,)``.

    Returns:
        Precision ``(T, R)``, 0 where a recall is not reached, the largest recall ``(T,)``, and scores ``(T, R)``.
    """
    order = np.argsort(-scores, kind='stable')
    scores, matched, ignored = scores[order], matched[:, order], ignored[:, order]
    hits = np.cumsum(matched & ~ignored, axis=1).astype(np.float64)
    misses = np.cumsum(~matched & ~ignored, axis=1).astype(np.float64)
    recalls = hits / num_objects
    precisions = hits / (misses + hits + np.spacing(1))
    envelope = np.maximum.accumulate(precisions[:, ::-1], axis=1)[:, ::-1]

    precision = np.zeros((len(matched), len(recall_thresholds)))
    score_at = np.zeros_like(precision)
    for t, recall in enumerate(recalls):
        at = np.searchsorted(recall, recall_thresholds, side='left')
        reached = at < len(scores)
        precision[t, reached] = envelope[t, at[reached]]
        score_at[t, reached] = scores[at[reached]]
    recall_max = recalls[:, -1] if len(scores) else np.zeros(len(matched))
    return precision, recall_max, score_at


def accumulate_records(records: list[dict | None], done: Params, wanted: Params) -> dict[str, Any]:
    """Join the records of images into curves over all of them.

    Args:
        records: One per category, area range and image of ``done``, in this order; None for an empty one.
        done: What was evaluated.
        wanted: Which part of it to join, with the same ``iouThrs``.

    Returns:
        ``precision`` and ``scores`` ``(T, R, K, A, M)`` and ``recall`` ``(T, K, A, M)``, -1 in a setting without
        objects or not evaluated; ``counts`` = [T, R, K, A, M], ``params`` = ``wanted``, ``date``.
    """
    T, K, A = len(wanted.iouThrs), len(wanted.categories), len(wanted.areaRng)
    counts = [T, len(wanted.recThrs), K, A, len(wanted.maxDets)]
    precision, scores = -np.ones(counts), -np.ones(counts)
    recall = -np.ones((T, K, A, len(wanted.maxDets)))

    category_at = {cat: i for i, cat in enumerate(done.categories)}
    area_at = {tuple(area): i for i, area in enumerate(done.areaRng)}
    image_at = {img: i for i, img in enumerate(done.imgIds)}
    images = [image_at[img] for img in wanted.imgIds if img in image_at]
    for k, a in np.ndindex(K, A):
        category, area = wanted.categories[k], tuple(wanted.areaRng[a])
        if category not in category_at or area not in area_at:
            continue
        first = (category_at[category] * len(done.areaRng) + area_at[area]) * len(done.imgIds)
        group = [record for record in (records[first + image] for image in images) if record is not None]
        num_objects = sum(int(np.count_nonzero(record['gtIgnore'] == 0)) for record in group)
        if num_objects == 0:
            continue
        for m, cap in enumerate(wanted.maxDets):
            if cap not in done.maxDets:
                continue
            precision[:, :, k, a, m], recall[:, k, a, m], scores[:, :, k, a, m] = precision_recall(
                np.concatenate([record['dtScores'][:cap] for record in group]),
                np.concatenate([record['dtMatches'][:, :cap] for record in group], axis=1) >= 0,
                np.concatenate([record['dtIgnore'][:, :cap] for record in group], axis=1),
                num_objects,
                np.asarray(wanted.recThrs),
            )
    return {
        'params': wanted,
        'counts': counts,
        'date': datetime.datetime.now().strftime('%Y-%m-%d %H:%M:%S'),
        'precision': precision,
        'recall': recall,
        'scores': scores,
    }
