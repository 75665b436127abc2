"""Frames of video files, by OpenCV."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import cv2
import numpy as np

VIDEO_SUFFIXES = ('.mp4', '.avi', '.mov', '.mkv', '.webm', '.m4v', '.mpg', '.mpeg')


class SampledFrames(NamedTuple):
    """Frames of a video at equal distances."""

    numbers: list[int]
    """From 0; all can be read."""
    size: tuple[int, int]
    """Width and height, px, upright."""
    lost: int
    """How many more there would be if the video were as long as its container says."""


@contextmanager
def _opened(path: str | os.PathLike) -> Iterator[cv2.VideoCapture]:
    video = cv2.VideoCapture(str(path))
    try:
        yield video
    finally:
        video.release()


def read_frame(path: str | os.PathLike, frame: int) -> np.ndarray:
    """Read one frame of a video. It is opened anew, so that the same number gives the same picture every time.

    Args:
        path: The video.
        frame: Number of the frame, from 0.

    Returns:
        ``(H, W, 3)`` uint8 BGR, turned upright as the container says.

    Raises:
        ValueError: If the video has no such frame.
    """
    with _opened(path) as video:
        if frame:
            video.set(cv2.CAP_PROP_POS_FRAMES, frame)
        found, picture = video.read()
    if not found:
        raise ValueError(f'{path}: frame {frame} cannot be read')
    return picture


def sample_frames(path: str | os.PathLike, interval: float) -> SampledFrames:
    """Choose frames of a video at equal distances, from its first to the last that can be read.

    Containers often claim more frames than there are: the last chosen frame is read, and where it cannot be, the video
    is gone through once to find its end.

    Args:
        path: The video.
        interval: Seconds between two frames.

    Raises:
        ValueError: If no frame can be read, or the video does not say how many frames a second has.
    """
    with _opened(path) as video:
        rate, claimed = _rate_and_length(path, video)
    picture = read_frame(path, 0)
    step = max(1, round(interval * rate))
    chosen = range(0, max(claimed, 1), step)
    promised = len(chosen)
    if claimed < 1 or not _is_readable(path, chosen[-1]):
        chosen = range(0, _count_frames(path), step)
        while len(chosen) > 1 and not _is_readable(path, chosen[-1]):  # read in order, but not by number
            chosen = chosen[:-1]
    return SampledFrames(list(chosen), (picture.shape[1], picture.shape[0]), max(promised - len(chosen), 0))


class VideoFrames:
    """Frames of a video at equal distances, read one after the other; what stops the reading early is told.

    All frames have one size. Of a video that changes its size, OpenCV's FFmpeg reader scales the later frames to the
    size of the first; where another reader gives them as they are, the reading stops there.

    Args:
        path: The video.
        interval: Seconds between two frames.

    Attributes:
        rate: Frames a second, all counted.
        step: Every which frame is given.
        promised: How many are given if the video is as long as its container says.
        problem: What stopped the reading, None where nothing did; known when all frames are read.

    Raises:
        ValueError: If no frame can be read, or the video does not say how many frames a second has.
    """

    def __init__(self, path: str | os.PathLike, interval: float) -> None:
        self.path = path
        with _opened(path) as video:
            self.rate, claimed = _rate_and_length(path, video)
        self.step = max(1, round(interval * self.rate))
        self._claimed = claimed
        self.promised = -(-claimed // self.step) if claimed > 0 else 0
        self.problem: str | None = None

    def __iter__(self) -> Iterator[tuple[int, np.ndarray]]:
        """Give number and picture, ``(H, W, 3)`` uint8 BGR, of each chosen frame."""
        self.problem, number, size = None, 0, None
        with _opened(self.path) as video:
            while video.grab():
                if number % self.step == 0:
                    found, picture = video.retrieve()
                    if not found:
                        break
                    size = size or picture.shape
                    if picture.shape != size:
                        old, new = (f'{shape[1]}x{shape[0]}' for shape in (size, picture.shape))
                        self.problem = (
                            f'{self.path}: changes from {old} to {new} px at frame {number}; used up to there'
                        )
                        return
                    yield number, picture
                number += 1
        if -(-number // self.step) < self.promised:  # containers are often wrong by a frame or two
            self.problem = f'{self.path}: ends after {number} of {self._claimed} frames; used up to there'


def _rate_and_length(path: str | os.PathLike, video: cv2.VideoCapture) -> tuple[float, int]:
    """Return the frames a second of an open video and how many frames it claims to have; it has one at least."""
    rate, claimed = video.get(cv2.CAP_PROP_FPS), int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    if not video.read()[0]:
        raise ValueError(f'{path}: is a video without a frame that can be read')
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError(f'{path}: is a video without a frame rate')
    return rate, claimed


def _is_readable(path: str | os.PathLike, frame: int) -> bool:
    try:
        read_frame(path, frame)
    except ValueError:
        return False
    return True


def _count_frames(path: str | os.PathLike) -> int:
    """Count the frames that can be read one after the other; the first one can."""
    count = 1
    with _opened(path) as video:
        video.read()
        while video.read()[0]:
            count += 1
    return count


def describe_video(path: str | os.PathLike) -> tuple[int, tuple[int, int]]:
    """Return how many frames a video's container claims, and their width and height, px.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is not a video.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: does not exist')
    with _opened(path) as video:
        if not video.isOpened():
            raise ValueError(f'{path}: is not a video that can be read')
        size = int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
        return int(video.get(cv2.CAP_PROP_FRAME_COUNT)), size
