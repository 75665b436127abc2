"""What is drawn over a picture, and the video that it becomes."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.reporting.classroom import overlays
from synpose.reporting.classroom.observations import Student
from synpose.reporting.classroom.overlays import draw_overlay, open_video
from synpose.reporting.drawing import Skeleton
from synpose.skeletons import COCO17_NAMES

SKELETON = Skeleton.from_names(COCO17_NAMES)
BOX = (60.0, 60.0, 60.0, 100.0)


def student(number: int, sure: float = 0.9, behavior: str = 'reading') -> Student:
    """Somebody whose joints lie on the diagonal of the box, the wrists surer than the rest."""
    points = np.linspace((60, 60, sure), (120, 160, sure), 17)
    return Student(number, behavior, 0.9, 'down', 0.8, list(BOX), points.ravel().tolist())


def changed(*students: Student, score_thr: float = 0.5, numbered: bool = False) -> np.ndarray:
    """Draw on black; return which pixels are no longer black."""
    image = np.zeros((200, 240, 3), np.uint8)
    draw_overlay(image, students, SKELETON, score_thr, numbered)
    return image.any(axis=2)


def test_joints_from_the_threshold_are_drawn() -> None:
    inside = np.s_[62:158, 62:118]  # below the tag
    assert changed(student(1, 0.5))[inside].any()
    assert not changed(student(1, 0.49))[inside].any()
    assert changed(student(1, 0.49))[:60].any()  # the tag is there all the same


def test_a_number_makes_the_tag_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(overlays, 'draw_name_tags', lambda image, found, boxes, colors: texts.extend(found))
    changed(student(7), student(12, behavior='writing'), numbered=True)
    changed(student(7))
    assert texts == ['7 reading', '12 writing', 'reading']


def test_tags_are_dark_enough_for_white_text() -> None:
    for number in range(1, 40):
        image = np.zeros((200, 240, 3), np.uint8)
        draw_overlay(image, [student(number, 0.0)], SKELETON, 0.5, True)
        colors, counts = np.unique(image[:60].reshape(-1, 3), axis=0, return_counts=True)
        background = colors[counts[1:].argmax() + 1]  # the most frequent after black
        assert 0 < background.max() <= 85


def test_nobody_leaves_the_picture_alone() -> None:
    assert not changed().any()


def test_a_video_has_its_frames_its_rate_and_no_other_name(tmp_path: Path) -> None:
    path = tmp_path / 'overlays' / 'lesson.mp4'
    with open_video(path, 2.5) as sink:
        for gray in (0, 100, 200):
            sink.write(np.full((48, 64, 3), gray, np.uint8))
            assert not path.exists()
    video = cv2.VideoCapture(str(path))
    assert video.get(cv2.CAP_PROP_FPS) == 2.5
    grays = [float(video.read()[1].mean()) for _ in range(3)]
    np.testing.assert_allclose(grays, [0, 100, 200], atol=6)
    assert not video.read()[0]
    assert [entry.name for entry in path.parent.iterdir()] == ['lesson.mp4']


def test_a_video_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with open_video(tmp_path / 'lesson.mp4', 1.0) as sink:
            sink.write(np.zeros((48, 64, 3), np.uint8))
            raise RuntimeError('cut off')

    with pytest.raises(RuntimeError, match='cut off'):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_opencv_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / 'lesson.mp4'
    with (
        pytest.raises(ValueError, match=r'/lesson.mp4: OpenCV cannot write MP4 videos of 0x48 px here'),
        open_video(path, 1.0) as sink,
    ):
        sink.write(np.zeros((48, 0, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []
