import numpy as np

from synpose.reporting.classroom.tracking import StudentTracker


def boxes(*lefts: float) -> np.ndarray:
    return np.array([(left, 0, 20, 40) for left in lefts], dtype=float).reshape(-1, 4)


def update(tracker: StudentTracker, *lefts: float) -> list[int]:
    found = boxes(*lefts)
    return tracker.update(found, np.linspace(0.9, 0.5, len(found)), found + 0.5)


def test_students_keep_their_numbers_while_they_move_and_change_order() -> None:
    tracker = StudentTracker()
    assert update(tracker, 0, 50, 100) == [1, 2, 3]
    assert update(tracker, 53, 3, 98) == [2, 1, 3]
    assert update(tracker, 100, 150, 8, 57) == [3, 4, 1, 2]


def test_a_student_who_is_not_found_for_a_while_keeps_the_number() -> None:
    tracker = StudentTracker(max_gap=2)
    assert update(tracker, 0, 50) == [1, 2]
    assert update(tracker, 0) == [1]
    np.testing.assert_array_equal(tracker.lost_faces, boxes(50) + 0.5)
    assert update(tracker) == []
    assert len(tracker.lost_faces) == 2
    assert update(tracker, 50) == [2]  # after two frames
    assert update(tracker, 50) == [2]
    assert update(tracker, 0, 50) == [3, 2]  # the first was away for three: somebody new
    assert tracker.lost_faces.shape == (0, 4)


def test_two_on_one_place_get_two_numbers() -> None:
    tracker = StudentTracker()
    assert update(tracker, 0) == [1]
    assert update(tracker, 1, 0) == [1, 2]  # the better score takes the number
    assert update(tracker, 0, 1) == [2, 1]
