"""Detections matched to labels by the overlap of their boxes."""

import numpy as np
from pycocotools import mask


def iou_matrix(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over union ``(A, B)`` of boxes ``(A, 4)`` and ``(B, 4)``: left, top, width, height."""
    if not len(first) or not len(second):
        return np.zeros((len(first), len(second)))
    return mask.iou(np.asarray(first, dtype=float), np.asarray(second, dtype=float), [0] * len(second))


def greedy_matches(iou: np.ndarray, scores: np.ndarray, iou_thr: float = 0.5) -> np.ndarray:
    """Match predictions to labels as COCO does: best score first, each to the free label it overlaps most.

    Args:
        iou: ``(P, G)``.
        scores: ``(P,)``.
        iou_thr: Overlap a match needs.

    Returns:
        ``(P,)`` int: the label of each prediction, -1 without one.
    """
    free = np.ones(iou.shape[1], dtype=bool)
    matches = np.full(len(iou), -1)
    for i in np.argsort(-scores, kind='stable'):
        overlaps = np.where(free, iou[i], -1.0)
        if overlaps.size and overlaps.max() >= iou_thr:
            matches[i] = overlaps.argmax()
            free[matches[i]] = False
    return matches
