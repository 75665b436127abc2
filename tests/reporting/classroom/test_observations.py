from collections.abc import Callable

import numpy as np
import pytest

from synpose.reporting.classroom.faces import face_boxes
from synpose.reporting.classroom.observations import Frame, Observer, Student, to_csv
from synpose.skeletons import COCO17_NAMES


def test_sure_poses_are_students_and_all_have_faces(observer: Observer, paint: Callable[..., np.ndarray]) -> None:
    image = paint((10, 10, 40, 80, 200), (70, 20, 30, 60, 230), (120, 30, 30, 60, 110))
    seen = observer.look(image)
    assert [round(student.pose_score, 2) for student in seen.students] == [0.9, 0.78]  # best first; the third is unsure
    assert len(seen.faces) == 3
    assert len(seen.student_faces) == 2
    poses = np.array([student.keypoints for student in seen.students]).reshape(-1, 17, 3)
    boxes = np.array([student.box for student in seen.students])
    np.testing.assert_allclose(face_boxes(poses, COCO17_NAMES, boxes), seen.student_faces, atol=0.05)
    for student, pose, box in zip(seen.students, poses, boxes):
        scores = observer.classifier.classify(pose[None], box[None])[0]
        assert student.behavior == observer.classifier.classes[scores.argmax()]
        assert student.behavior_score == pytest.approx(scores.max(), abs=1e-3)
        assert student.looking == 'to the camera'


def test_zero_students(observer: Observer, paint: Callable[..., np.ndarray]) -> None:
    seen = observer.look(paint())
    assert seen.students == []
    assert seen.faces.shape == seen.student_faces.shape == (0, 4)


def test_csv_and_json() -> None:
    student = Student(3, 'reading', 0.75, 'down', 0.5, [1.0, 2.0, 3.0, 4.0], [0.0] * 6)
    text = to_csv(
        [('a,b.jpg', [Frame(None, None, [student])]), ('c.mp4', [Frame(25, 1.0, []), Frame(50, 2.0, [student])])]
    )
    assert text.splitlines() == [
        'source,frame,time,student,behavior,behavior_score,looking,pose_score,left,top,width,height',
        '"a,b.jpg",,,3,reading,0.75,down,0.5,1.0,2.0,3.0,4.0',
        'c.mp4,50,2.0,3,reading,0.75,down,0.5,1.0,2.0,3.0,4.0',
    ]
