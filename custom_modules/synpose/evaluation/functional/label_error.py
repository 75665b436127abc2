"""How far labels lie from the truth, part by part, and whether their confidence tells."""

from collections.abc import Sequence
from typing import Any

import numpy as np

PCK_THRESHOLDS = (0.05, 0.1, 0.2)
CONFIDENCE_EDGES = tuple(np.linspace(0, 1, 11).round(1).tolist())


def inter_ocular(points: np.ndarray) -> np.ndarray:
    """Return the distance between the outer corners of the eyes ``(N,)``, px; NaN where one of them is absent.

    300W's normalization (Sagonas et al., "300 Faces in-the-Wild Challenge", 2013).

    Args:
        points: Faces ``(N, 68, 3)`` x, y, px, and visibility, in the order of 300W.
    """
    known = (points[:, [36, 45], 2] > 0).all(axis=1)
    return np.where(known, np.linalg.norm(points[:, 36, :2] - points[:, 45, :2], axis=1), np.nan)


def box_side(points: np.ndarray) -> np.ndarray:
    """Return the longer side of the tight box of the points that are not absent ``(N,)``, px; NaN below two of them.

    Args:
        points: ``(N, K, 3)`` x, y, px, and visibility.
    """
    seen = points[..., 2:] > 0
    low = np.where(seen, points[..., :2], np.inf).min(axis=1)
    high = np.where(seen, points[..., :2], -np.inf).max(axis=1)
    side = np.where(seen.sum(axis=(1, 2)) > 1, (high - low).max(axis=1), np.nan)
    return np.where(side > 0, side, np.nan)


def part_oks(
    truth: np.ndarray, labels: np.ndarray, labeled: np.ndarray, areas: np.ndarray, sigmas: np.ndarray
) -> np.ndarray:
    """Return each part's object keypoint similarity ``(N,)``; a true point without a label counts as 0.

    COCO's definition: the mean over true points of ``exp(-d^2 / (2 area (2 sigma)^2))``. NaN without true points.

    Args:
        truth: ``(N, K, 3)`` x, y, px, and visibility.
        labels: ``(N, K, 2)`` px.
        labeled: ``(N, K)`` bool.
        areas: The people's areas ``(N,)``, px^2.
        sigmas: ``(K,)``.
    """
    known = truth[..., 2] > 0
    squared = ((labels - truth[..., :2]) ** 2).sum(axis=-1)
    similarity = np.exp(-squared / (2 * (2 * sigmas) ** 2 * (areas[:, None] + np.spacing(1))))
    count = known.sum(axis=1)
    total = np.where(known & labeled, similarity, 0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(truth), np.nan), where=count > 0)


def label_errors(
    truth: np.ndarray,
    labels: np.ndarray,
    confidence: np.ndarray,
    sizes: np.ndarray,
    areas: np.ndarray,
    sigmas: np.ndarray,
    thresholds: Sequence[float] = PCK_THRESHOLDS,
    edges: Sequence[float] = CONFIDENCE_EDGES,
) -> dict[str, Any]:
    """Measure the labels of one part of N people.

    A point takes part in ``NME`` and ``PCK`` if both have it (visibility above 0) and its part has a size; means are
    over all such points. Figures without a point are None.

    Args:
        truth: ``(N, K, 3)`` x, y, px, and visibility (0 absent, 1 occluded, 2 visible).
        labels: ``(N, K, 3)`` x, y, px, and visibility, 0 where there is no label.
        confidence: ``(N, K)``, [0, 1].
        sizes: What distances are divided by ``(N,)``, px; NaN where not known.
        areas: See :func:`part_oks`.
        sigmas: See :func:`part_oks`.
        thresholds: Of PCK, shares of the size.
        edges: Edges of the bins of confidence; each holds its lower edge, the last one both.

    Returns:
        ``parts``, how many have a true point; ``points``, their true points; ``coverage``, the share of these with a
        label; ``spurious``, the share of labels without a true point; ``NME``, and ``NME_visible`` and ``NME_occluded``
        of points that are so; ``PCK@t``; ``OKS``, the mean over parts with a true point and a label; ``confidence``, a
        list of bins with ``low``, ``high``, ``points``, ``NME`` and ``PCK`` at the middle threshold.

    Raises:
        ValueError: If the shapes do not belong together.
    """
    shape = truth.shape[:2]
    if truth.shape != (*shape, 3) or labels.shape != truth.shape or confidence.shape != shape:
        raise ValueError(
            f'truth {truth.shape}, labels {labels.shape} and confidence {confidence.shape} must be (N, K, 3), '
            '(N, K, 3) and (N, K)'
        )
    if sizes.shape != shape[:1] or areas.shape != shape[:1] or sigmas.shape != shape[1:]:
        raise ValueError(f'sizes {sizes.shape}, areas {areas.shape} and sigmas {sigmas.shape} must be (N,), (N,), (K,)')
    known, labeled = truth[..., 2] > 0, labels[..., 2] > 0
    error = np.linalg.norm(labels[..., :2] - truth[..., :2], axis=-1) / sizes[:, None]
    both = known & labeled & np.isfinite(error)
    similarity = part_oks(truth, labels[..., :2], labeled, areas, sigmas)

    def mean(values: np.ndarray) -> float | None:
        return float(values.mean()) if len(values) else None

    middle = sorted(thresholds)[len(thresholds) // 2]
    # The last bin holds its upper edge too.
    number = np.minimum(np.searchsorted(edges, confidence, side='right') - 1, len(edges) - 2)
    bins = [both & (number == k) & (confidence <= edges[-1]) for k in range(len(edges) - 1)]
    return {
        'parts': int(known.any(axis=1).sum()),
        'points': int(known.sum()),
        'coverage': mean(labeled[known]),
        'spurious': mean(~known[labeled]),
        'NME': mean(error[both]),
        'NME_visible': mean(error[both & (truth[..., 2] == 2)]),
        'NME_occluded': mean(error[both & (truth[..., 2] == 1)]),
        **{f'PCK@{threshold:g}': mean(error[both] <= threshold) for threshold in thresholds},
        'OKS': mean(similarity[(known & labeled).any(axis=1)]),
        'confidence': [
            {
                'low': low,
                'high': high,
                'points': int(inside.sum()),
                'NME': mean(error[inside]),
                f'PCK@{middle:g}': mean(error[inside] <= middle),
            }
            for low, high, inside in zip(edges, edges[1:], bins)
        ],
    }
