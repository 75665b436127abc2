"""Write small photos and videos."""

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np


def write_photos(
    root: str | os.PathLike,
    num_photos: int = 4,
    image_size: tuple[int, int] = (96, 64),
    suffix: str = '.png',
    seed: int = 0,
) -> Path:
    """Write photos of colored noise, ``root/photo_00.png`` and so on.

    Args:
        root: Folder to write, created when missing.
        num_photos: How many.
        image_size: Width and height, px.
        suffix: Image format, such as ``.png`` or ``.jpg``.
        seed: Same seed, same bytes.

    Returns:
        ``root`` as a path.
    """
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for number in range(num_photos):
        pixels = rng.integers(0, 256, (image_size[1], image_size[0], 3), dtype=np.uint8)
        cv2.imwrite(str(root / f'photo_{number:02d}{suffix}'), pixels)
    return root


def write_video(
    path: str | os.PathLike, grays: Sequence[int], rate: float = 10.0, image_size: tuple[int, int] = (96, 64)
) -> Path:
    """Write a video whose frames are of one gray each, so that a frame tells its number.

    Args:
        path: The file, ``.avi`` (Motion JPEG) or ``.mp4`` (MPEG-4).
        grays: The gray of each frame, 0-255.
        rate: Frames a second.
        image_size: Width and height, px.

    Returns:
        ``path`` as a path.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = cv2.VideoWriter.fourcc(*('MJPG' if path.suffix == '.avi' else 'mp4v'))
    video = cv2.VideoWriter(str(path), codec, rate, image_size)
    for gray in grays:
        video.write(np.full((image_size[1], image_size[0], 3), gray, np.uint8))
    video.release()
    return path
