"""How well one image was predicted: the figure that ranks a report's pictures. It is not a benchmark metric.

Two definitions, both our own choice. With labeled joints: the mean, over the labeled people of an image, of the best
object keypoint similarity any drawn prediction reaches. With boxes only: the F1 score of the drawn poses' tight boxes
against the labeled boxes at IoU .5. Drawn are the predictions above one threshold a split, :func:`best_threshold`.
"""

from collections.abc import Sequence

import numpy as np

from synpose.compat.oks import object_keypoint_similarity
from synpose.skeletons import JOINT_ALIASES, joint_sigma


def known_sigmas(names: Sequence[str]) -> np.ndarray:
    """Return the OKS constants ``(K,)`` of joints by name; nan for a joint that has none (it takes no part in OKS)."""
    sigmas = []
    for name in names:
        try:
            sigmas.append(joint_sigma(JOINT_ALIASES.get(name, name)))
        except KeyError:
            sigmas.append(float('nan'))
    return np.array(sigmas)


def oks_matrix(labels: np.ndarray, areas: np.ndarray, poses: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """Compute object keypoint similarity, over the joints that have an OKS constant.

    Args:
        labels: ``(G, K, 3)`` x px, y px, visibility.
        areas: ``(G,)`` px^2.
        poses: ``(P, K, 2)`` x, y in px.
        sigmas: ``(K,)``; a joint whose sigma is nan is left out.

    Returns:
        ``(G, P)`` in [0, 1]; a row of nan for a person without labeled joints.
    """
    known = np.isfinite(sigmas)
    labels, poses = labels[:, known], poses[:, known]
    # The boxes only serve people without labeled joints, whose rows are nan here.
    boxes = np.zeros((len(labels), 4))
    similarity = object_keypoint_similarity(poses, labels, boxes, areas, sigmas[known]).T
    unlabeled = ~np.any(labels[..., 2] > 0, axis=1)
    similarity[unlabeled] = np.nan
    return similarity


def mean_best_oks(similarity: np.ndarray) -> float:
    """Return the mean over people of the best value of their row.

    Args:
        similarity: ``(G, P)`` of :func:`oks_matrix`. Rows of nan are left out; without predictions a person counts 0.

    Returns:
        In [0, 1], or nan when nobody has labeled joints.
    """
    if similarity.shape[1] == 0:
        return 0.0 if len(similarity) else float('nan')
    rows = similarity[~np.isnan(similarity).any(axis=1)]
    return float(rows.max(axis=1).mean()) if len(rows) else float('nan')


def box_f1(matched: np.ndarray, num_labels: int) -> float:
    """Return ``2 TP / (predictions + labels)`` for the flags of matched predictions; nan when there is neither."""
    total = len(matched) + num_labels
    return 2 * float(matched.sum()) / total if total else float('nan')


def best_threshold(scores: np.ndarray, matched: np.ndarray, num_labels: int) -> float:
    """Find the score at which keeping the predictions from it upwards gives the best F1.

    Args:
        scores: ``(P,)`` of all predictions of a split.
        matched: ``(P,)`` bool, whether each found a label.
        num_labels: Labeled people of the split.

    Returns:
        The threshold. If no prediction matches, the score down to which there are as many predictions as people.
    """
    if not len(scores):
        return 0.0
    order = np.argsort(-scores, kind='stable')
    ranked = scores[order]
    if not matched.any():
        return float(ranked[min(max(num_labels, 1), len(ranked)) - 1])
    found = matched[order].cumsum()
    f1 = 2 * found / (np.arange(1, len(ranked) + 1) + num_labels)
    # Equal scores stand or fall together, so only the last of each run is a possible threshold.
    last = np.append(ranked[1:] != ranked[:-1], True)
    return float(ranked[np.where(last, f1, -1.0).argmax()])
