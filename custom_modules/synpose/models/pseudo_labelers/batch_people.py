"""The people of a batch of pictures, in arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synpose.adaptation.whole_body_parts import NUM_JOINTS, PARTS

STATES = ('labeled', 'crowd', 'no_joints')
"""What becomes of a person: labels, or none, since it stands for a crowd or no joint of its body is known."""


@dataclass
class BatchPeople:
    """N people, those of all pictures of a batch.

    Attributes:
        images: ``(N,)`` int, each one's picture in the batch.
        sizes: ``(N, 2)`` width and height of it, px.
        ids: Each one's annotation; None for one that the detector found.
        boxes: ``(N, 4)`` left, top, right, bottom, px; NaN where there is none.
        box_scores: ``(N,)`` of the detector; 1 for annotated people.
        joints: ``(N, 17, 3)`` of the body: x and y, px, and visibility; all 0 where not known.
        annotated: ``(N,)`` bool, whether the annotation has joints.
        crowd: ``(N,)`` bool, whether the annotation is of a crowd.
        points: ``(N, 133, 2)`` px, what teachers have found; NaN before.
        scores: ``(N, 133)`` confidences.
        predicted: ``(N, 133)`` bool.
    """

    images: np.ndarray
    sizes: np.ndarray
    ids: list[int | None]
    boxes: np.ndarray
    box_scores: np.ndarray
    joints: np.ndarray
    annotated: np.ndarray
    crowd: np.ndarray
    points: np.ndarray = field(init=False)
    scores: np.ndarray = field(init=False)
    predicted: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.points = np.full((len(self), NUM_JOINTS, 2), np.nan)
        self.scores, self.predicted = np.zeros((len(self), NUM_JOINTS)), np.zeros((len(self), NUM_JOINTS), bool)

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def gather(
        cls,
        records: Sequence[Sequence[dict[str, Any]]],
        found: Sequence[tuple[np.ndarray, np.ndarray]],
        sizes: Sequence[tuple[int, int]],
    ) -> 'BatchPeople':
        """Gather annotated and detected people.

        Args:
            records: For each picture the annotations of people, with ``id`` and, where there, ``bbox``, ``keypoints``
                (COCO's 17) and ``iscrowd``.
            found: For each picture boxes ``(P, 4)`` left, top, right, bottom in px, and scores ``(P,)`` of people who
                are not annotated.
            sizes: Width and height of each picture, px.
        """
        known = [(index, record) for index, people in enumerate(records) for record in people]
        new = [(index, box, score) for index, pair in enumerate(found) for box, score in zip(*pair)]
        boxes = [_corners(record.get('bbox')) for _, record in known] + [box for _, box, _ in new]
        blank = [0.0] * 3 * 17
        joints = [record.get('keypoints') or blank for _, record in known] + [blank] * len(new)
        images = np.array([index for index, *_ in (*known, *new)], int)
        return cls(
            images=images,
            sizes=np.array(sizes, float).reshape(-1, 2)[images],
            ids=[record['id'] for _, record in known] + [None] * len(new),
            boxes=np.array(boxes, float).reshape(-1, 4),
            box_scores=np.array([1.0] * len(known) + [score for *_, score in new]),
            joints=np.array(joints, float).reshape(-1, 17, 3),
            annotated=np.array([bool(record.get('keypoints')) for _, record in known] + [False] * len(new), bool),
            crowd=np.array([bool(record.get('iscrowd')) for _, record in known] + [False] * len(new), bool),
        )

    def states(self) -> np.ndarray:
        """Return what becomes of each person, ``(N,)`` int: a place in :data:`STATES`."""
        unknown = ~(self.joints[..., 2] > 0).any(axis=1)
        return np.select([self.crowd, unknown], [1, 2])

    def take_body(self, score_thr: float) -> None:
        """Give people whose annotation has no joints those that a teacher has found, where it is sure of them."""
        body = PARTS['body']
        points, scores = self.points[:, body], self.scores[:, body]
        inside = (
            np.isfinite(points).all(axis=2) & (points >= 0).all(axis=2) & (points < self.sizes[:, None]).all(axis=2)
        )
        sure = ~self.annotated[:, None] & self.predicted[:, body] & inside & (scores >= score_thr)
        self.joints[sure, :2], self.joints[sure, 2] = points[sure], 2


def _corners(box: Sequence[float] | None) -> list[float]:
    """Turn x, y, width, height into left, top, right, bottom; NaN where there is no box."""
    if box is None:
        return [np.nan] * 4
    x, y, width, height = box
    return [x, y, x + width, y + height]
