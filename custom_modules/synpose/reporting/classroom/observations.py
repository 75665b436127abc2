"""What is found of each student in one picture, and how it is written down."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from torch import nn

from synpose.engine.hooks.results_hook import to_coco_result
from synpose.reporting.prediction import predict_batch

from .classifier import BehaviorClassifier
from .faces import face_boxes
from .looking import looking_directions


@dataclass
class Student:
    """One student in one picture.

    Attributes:
        student: Number, from 1: the same student's over the frames of a video, the place in a photo.
        behavior: Name of the most probable behavior.
        behavior_score: Its probability.
        looking: Where the student looks, of :data:`~.looking.DIRECTIONS`.
        pose_score: Mean score of the joints.
        box: Left, top, width, height of the pose with margins, px.
        keypoints: x, y (px), score of each joint.
    """

    student: int
    behavior: str
    behavior_score: float
    looking: str
    pose_score: float
    box: list[float]
    keypoints: list[float]


@dataclass
class Frame:
    """One picture: a photo, or a frame of a video (``frame``, its number, and ``time``, s, are None for photos)."""

    frame: int | None
    time: float | None
    students: list[Student]

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> 'Frame':
        """Read what :func:`dataclasses.asdict` made of a frame."""
        students = [Student(**student) for student in record['students']]
        return cls(record['frame'], record['time'], students)


@dataclass
class Sighting:
    """What is seen in one picture before students have numbers.

    Attributes:
        students: All with number 0.
        faces: ``(P, 4)`` left, top, right, bottom, px: the faces of all P poses, also of those that are too unsure to
            count as students.
        student_faces: ``(N, 4)``, those of the students.
    """

    students: list[Student]
    faces: np.ndarray
    student_faces: np.ndarray


class Observer:
    """A pose model and a behavior classifier, looking at pictures.

    Args:
        model: Pose model of :func:`mmpose.apis.init_model`.
        classifier: Of the same skeleton.
        score_thr: Poses with this score or more are students.

    Raises:
        ValueError: If the two know different joints.
    """

    def __init__(self, model: nn.Module, classifier: BehaviorClassifier, score_thr: float) -> None:
        meta: Any = model.dataset_meta
        self.joint_names = tuple(name for _, name in sorted(meta['keypoint_id2name'].items()))
        classifier.check_joints(self.joint_names)
        self._model, self.classifier, self._score_thr = model, classifier, score_thr

    def look(self, image: np.ndarray) -> Sighting:
        """Find the students in a picture ``(H, W, 3)`` uint8 BGR, best pose first."""
        (sample,) = predict_batch(self._model, [image])
        entries = sorted(to_coco_result(sample), key=lambda entry: -entry['score'])
        poses = np.array([entry['keypoints'] for entry in entries]).reshape(-1, len(self.joint_names), 3)
        boxes = self.classifier.boxes(poses, (image.shape[1], image.shape[0]))
        faces = face_boxes(poses, self.joint_names, boxes)
        count = sum(entry['score'] >= self._score_thr for entry in entries)
        scores = self.classifier.classify(poses[:count], boxes[:count])
        looking = looking_directions(poses[:count], self.joint_names)
        students = [
            Student(
                student=0,
                behavior=self.classifier.classes[int(row.argmax())],
                behavior_score=round(float(row.max()), 4),
                looking=direction,
                pose_score=entry['score'],
                box=np.round(box, 2).tolist(),
                keypoints=entry['keypoints'],
            )
            for entry, box, row, direction in zip(entries, boxes, scores, looking)
        ]
        return Sighting(students, faces, faces[:count])


def to_csv(sources: Sequence[tuple[str, Sequence[Frame]]]) -> str:
    """Write a line for each student in each picture; joints are left to the JSON."""
    columns = [field.name for field in fields(Student) if field.name not in ('box', 'keypoints')]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(['source', 'frame', 'time', *columns, 'left', 'top', 'width', 'height'])
    writer.writerows(_csv_rows(sources, columns))
    return text.getvalue()


def _csv_rows(sources: Sequence[tuple[str, Sequence[Frame]]], columns: Sequence[str]) -> Iterator[list[Any]]:
    for source, frames in sources:
        for frame in frames:
            for student in frame.students:
                values = asdict(student)
                yield [source, frame.frame, frame.time, *(values[name] for name in columns), *student.box]
