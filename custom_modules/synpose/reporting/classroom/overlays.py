"""Pictures and videos with poses and behaviors drawn in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from synpose.files import atomic_path
from synpose.reporting.drawing import Skeleton, draw_poses, person_color
from synpose.reporting.name_tags import draw_name_tags

from .observations import Student


def draw_overlay(
    image: np.ndarray, students: Sequence[Student], skeleton: Skeleton, score_thr: float, numbered: bool
) -> None:
    """Draw each student's pose and behavior.

    Args:
        image: ``(H, W, 3)``, changed in place.
        students: Those in it.
        skeleton: Of their joints.
        score_thr: Joints with a lower score are not drawn.
        numbered: Whether the student's number stands beside the behavior.
    """
    poses = np.array([student.keypoints for student in students]).reshape(-1, len(skeleton.names), 3)
    draw_poses(image, poses[..., :2], skeleton, shown=poses[..., 2] >= score_thr)
    texts = [f'{student.student} {student.behavior}' if numbered else student.behavior for student in students]
    boxes = np.array([student.box for student in students]).reshape(-1, 4)
    # A third of the brightness, so that the white text can be read.
    colors = [tuple(value // 3 for value in person_color(student.student)) for student in students]
    draw_name_tags(image, texts, boxes, colors)  # type: ignore[arg-type]


class VideoSink:
    """Writes frames of one size to a video file.

    Args:
        path: The file.
        rate: Frames a second.
        name: What messages call the file. Default: ``path``.
    """

    def __init__(self, path: Path, rate: float, name: Path | None = None) -> None:
        self._path, self._rate, self._name = path, rate, name or path
        self._writer: cv2.VideoWriter | None = None

    def write(self, image: np.ndarray) -> None:
        """Append a frame ``(H, W, 3)`` uint8 BGR.

        Raises:
            ValueError: If OpenCV cannot write such a video.
        """
        if self._writer is None:
            size = image.shape[1], image.shape[0]
            self._writer = cv2.VideoWriter(str(self._path), cv2.VideoWriter.fourcc(*'mp4v'), self._rate, size)
            if not self._writer.isOpened():
                raise ValueError(f'{self._name}: OpenCV cannot write MP4 videos of {size[0]}x{size[1]} px here')
        self._writer.write(image)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()


@contextmanager
def open_video(path: Path, rate: float) -> Iterator[VideoSink]:
    """Give a video to write to, which takes its name when all frames are written."""
    with atomic_path(path) as temporary:
        sink = VideoSink(temporary, rate, path)
        try:
            yield sink
        finally:
            sink.close()
