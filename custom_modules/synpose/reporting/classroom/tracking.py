"""The same number for the same student over the frames of a video."""

from types import SimpleNamespace

import numpy as np
from mmpose.apis import _track_by_iou


class StudentTracker:
    """Number students by the overlap of their boxes with those of earlier frames.

    MMPose's greedy tracking, with a memory: a student who is not found for ``max_gap`` frames keeps the number.

    Args:
        iou_thr: Overlap (intersection over union) from which two boxes are one student.
        max_gap: Frames after which a student who is not found is forgotten.
    """

    def __init__(self, iou_thr: float = 0.3, max_gap: int = 5) -> None:
        self.iou_thr, self.max_gap = iou_thr, max_gap
        self._known: list[SimpleNamespace] = []
        self._next = 1

    def update(self, boxes: np.ndarray, scores: np.ndarray, faces: np.ndarray) -> list[int]:
        """Number the students of the next frame.

        Args:
            boxes: ``(N, 4)`` left, top, width, height, px.
            scores: ``(N,)``; the best is matched first.
            faces: ``(N, 4)``, remembered for :attr:`lost_faces`.

        Returns:
            N numbers, from 1.
        """
        missing, found, numbers = list(self._known), [], [0] * len(boxes)
        for place in np.argsort(-np.asarray(scores), kind='stable'):
            corners = np.concatenate([boxes[place, :2], boxes[place, :2] + boxes[place, 2:]])[None]
            person = SimpleNamespace(pred_instances=SimpleNamespace(bboxes=corners), face=faces[place], gap=0)
            number, missing, _ = _track_by_iou(person, missing, self.iou_thr)
            if number < 0:
                number, self._next = self._next, self._next + 1
            person.track_id = numbers[place] = number
            found.append(person)
        for person in missing:
            person.gap += 1
        self._known = [*found, *(person for person in missing if person.gap <= self.max_gap)]
        return numbers

    @property
    def lost_faces(self) -> np.ndarray:
        """``(M, 4)``: where the faces of those were last seen who are known, but not found in the last frame."""
        return np.array([person.face for person in self._known if person.gap], dtype=float).reshape(-1, 4)
