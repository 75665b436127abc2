"""From the judged joints of people to the fields of COCO-WholeBody."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .label_rules import RULES
from .whole_body_parts import BOXED_PARTS, FIELDS, NUM_JOINTS, PARTS, PSEUDO_PARTS

SCORES = 'keypoint_scores'
"""The field that holds a confidence for each of the 133 joints."""
DECIMALS = 2  # of pixels
SCORE_DECIMALS = 4


def merge_labels(joints: np.ndarray, points: np.ndarray, verdicts: np.ndarray) -> np.ndarray:
    """Put the body's joints and the kept ones of the teachers together.

    Args:
        joints: ``(N, 17, 3)``, the body's: x and y, px, and visibility.
        points: ``(N, 133, 2)`` px, the teachers'.
        verdicts: ``(N, 133)``, as :func:`~synpose.adaptation.label_rules.judge` returns them.

    Returns:
        ``(N, 133, 3)``: x and y, px, and visibility 2 for a kept joint (teachers do not tell what is occluded); all
        three are 0 for another. The body's are unchanged.
    """
    labels = np.zeros((len(points), NUM_JOINTS, 3))
    kept = verdicts == RULES.index('kept')
    labels[kept, :2], labels[kept, 2] = points[kept], 2
    labels[:, PARTS['body']] = joints
    return labels


def annotation_fields(labels: np.ndarray, scores: np.ndarray, boxes: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Turn one person's labels into what COCO-WholeBody adds to an annotation of COCO.

    Args:
        labels: ``(133, 3)``, as :func:`merge_labels` gives them.
        scores: ``(133,)`` confidences; NaN counts as 0.
        boxes: For face and hands ``(4,)`` left, top, right, bottom in px; NaN where there is none.

    Returns:
        For each part ``*_kpts`` (x, y, v of each joint) and ``*_valid`` (whether any is labeled), for face and hands
        ``*_box`` (x, y, w, h; the tight box of the labeled joints where none is given; zeros for a part without
        labels), and ``keypoint_scores``, 133 numbers from 0 to 1, also of joints that are not labeled.
    """
    fields: dict[str, Any] = {}
    for part in PSEUDO_PARTS:
        triples = labels[PARTS[part]]
        labeled, name = triples[:, 2] > 0, FIELDS[part]
        fields[f'{name}_kpts'] = flat_triples(triples)
        fields[f'{name}_valid'] = bool(labeled.any())
        if part in BOXED_PARTS:
            box = np.zeros(4)
            if labeled.any():
                tight = np.concatenate([triples[labeled, :2].min(axis=0), triples[labeled, :2].max(axis=0)])
                box = boxes[part] if np.isfinite(boxes[part]).all() else tight
            fields[f'{name}_box'] = box_field(box)
    finite = np.where(np.isfinite(scores), scores, 0)
    fields[SCORES] = [round(value, SCORE_DECIMALS) for value in np.clip(finite, 0, 1).astype(float).tolist()]
    return fields


def empty_fields() -> dict[str, Any]:
    """Return the fields of a person without any labels beyond the body's; confidences are 0."""
    return annotation_fields(np.zeros((NUM_JOINTS, 3)), np.zeros(NUM_JOINTS), {})


def flat_triples(triples: np.ndarray) -> list[float]:
    """Return x, y, v of joints ``(K, 3)`` as a flat list, as COCO has it."""
    rows = triples.round(DECIMALS).tolist()
    return [number for x, y, seen in rows for number in (x, y, int(seen))]


def box_field(box: np.ndarray) -> list[float]:
    """Return a box, left, top, right, bottom, as COCO has it: x, y, width, height."""
    return np.concatenate([box[:2], box[2:] - box[:2]]).astype(float).round(DECIMALS).tolist()


def new_person(labels: np.ndarray, box: np.ndarray, category_id: int = 1) -> dict[str, Any]:
    """Return what COCO has of a person, for one that only models have seen.

    Args:
        labels: ``(133, 3)``; the first 17 become ``keypoints``.
        box: ``(4,)`` left, top, right, bottom, px.
        category_id: Of people.
    """
    body, place = labels[PARTS['body']], box_field(box)
    return {
        'category_id': category_id,
        'iscrowd': 0,
        'bbox': place,
        'area': round(place[2] * place[3], DECIMALS),
        'segmentation': [],
        'num_keypoints': int((body[:, 2] > 0).sum()),
        'keypoints': flat_triples(body),
    }
