"""Average precision of joints, of people that are assigned by PCKh: MPII's multi-person measure.

Pishchulin et al., DeepCut, CVPR 2016, section 5; the steps are those of MPII's evaluation toolkit.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

HEAD_BOX_FACTOR = 0.6
"""Head size as a part of the diagonal of MPII's head box."""


@dataclass(frozen=True)
class PeopleOfImage:
    """The predicted and the labeled people of an image or a group.

    Attributes:
        predicted: ``(P, K, 2)`` px; nan for a joint that is not predicted.
        scores: ``(P, K)`` of the joints.
        labeled: ``(G, K, 2)`` px; nan for a joint that is not labeled.
        head_sizes: ``(G,)`` px.
    """

    predicted: np.ndarray
    scores: np.ndarray
    labeled: np.ndarray
    head_sizes: np.ndarray


def assign_people(near: np.ndarray, num_labeled: np.ndarray) -> np.ndarray:
    """Assign predicted to labeled people by the share of the labeled joints that is near.

    Each prediction goes to the person of whom it finds the largest share, the first of equal ones; of a person's
    predictions the one with the largest share is assigned, the first of equal ones.

    Args:
        near: Which predicted joints are near those of which person ``(P, G, K)``.
        num_labeled: How many joints of each person are labeled ``(G,)``.

    Returns:
        Each prediction's person ``(P,)``; -1 for none.
    """
    person_of = np.full(len(near), -1)
    if near.size == 0:
        return person_of
    shares = near.sum(axis=2) / np.maximum(num_labeled, 1)  # (P, G)
    best = shares.argmax(axis=1)
    shares[np.arange(shares.shape[1]) != best[:, None]] = 0
    prediction_of = shares.argmax(axis=0)
    matched = np.flatnonzero(shares.max(axis=0) > 0)
    person_of[prediction_of[matched]] = matched
    return person_of


def multi_person_average_precision(images: Iterable[PeopleOfImage], threshold: float = 0.5) -> np.ndarray:
    """Average precision of each joint over all images.

    A predicted joint is right if it is within ``threshold`` head sizes of that joint of the person assigned. All others
    are false positives: joints of people that are assigned to nobody, and joints that the person has no label of.

    Args:
        images: The images.
        threshold: In head sizes.

    Returns:
        ``(K,)``, the area under the precision-recall curve, precision made monotonic; nan for a joint nobody has.

    Raises:
        ValueError: If there is no image, or a labeled person's head size is not positive.
    """
    scores, right, totals = [], [], []
    for number, image in enumerate(images):
        if not (image.head_sizes > 0).all():
            raise ValueError(f'image number {number}: head sizes must be positive, but are {image.head_sizes.tolist()}')
        labeled = np.isfinite(image.labeled).all(axis=2)  # (G, K)
        distances = np.linalg.norm(image.predicted[:, None] - image.labeled[None], axis=3)  # (P, G, K), nan: no pair
        near = distances / image.head_sizes[:, None] <= threshold
        person_of = assign_people(near, labeled.sum(axis=1))
        found = np.zeros(image.scores.shape, dtype=bool)
        assigned = np.flatnonzero(person_of >= 0)
        found[assigned] = near[assigned, person_of[assigned]]
        there = np.isfinite(image.predicted).all(axis=2)
        scores.append(np.where(there, image.scores, np.nan))
        right.append(found)
        totals.append(labeled.sum(axis=0))
    if not totals:
        raise ValueError('multi_person_average_precision: there are no images')
    columns = zip(np.concatenate(scores).T, np.concatenate(right).T, np.sum(totals, axis=0))
    return np.array([_average_precision(*column) for column in columns])


def _average_precision(scores: np.ndarray, right: np.ndarray, total: int) -> float:
    if total == 0:
        return float('nan')
    predicted = np.flatnonzero(np.isfinite(scores))
    order = predicted[np.argsort(-scores[predicted], kind='stable')]
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(order) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[right[order]].sum() / total)


def in_group(poses: np.ndarray, group_box: np.ndarray, reach: float) -> np.ndarray:
    """Tell which people belong to a group, by the mean of their joints.

    Args:
        poses: ``(P, K, 2)`` px.
        group_box: Left, top, right and bottom of the group's centers, px.
        reach: How far outside the box a person's middle may be, px.

    Returns:
        ``(P,)``.
    """
    middle = poses.mean(axis=1) if len(poses) else poses.reshape(0, 2)
    inside = (middle >= group_box[:2] - reach) & (middle <= group_box[2:] + reach)
    return np.logical_and.reduce(inside, axis=1)
