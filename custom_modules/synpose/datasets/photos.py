"""Folders of photos and video files as one list of pictures, read without labels."""

import os
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .file_checks import check_whole, is_turned
from .validation import ProblemLog
from .videos import VIDEO_SUFFIXES, sample_frames

PHOTO_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff')
_ORIENTATION = 0x0112
_SWAPS_SIDES = range(5, 9)  # values of the EXIF orientation
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error, Image.DecompressionBombError)
_THREADS = 8  # headers wait for the disk or the network, not for the processor


def list_files(path: str | os.PathLike) -> list[Path]:
    """List the photos and videos of a folder and its subfolders, sorted.

    Hidden files and folders, links to folders, and files of other endings are left out.

    Args:
        path: A folder, or one photo or video.

    Raises:
        FileNotFoundError: If there is no such path, or a folder holds no photo and no video.
        ValueError: If a single file's ending is none of ``PHOTO_SUFFIXES`` and ``VIDEO_SUFFIXES``.
    """
    root, known = Path(path), (*PHOTO_SUFFIXES, *VIDEO_SUFFIXES)
    if root.is_file():
        if root.suffix.lower() not in known:
            raise ValueError(f'{root}: is no photo or video by its ending ({", ".join(known)})')
        return [root]
    if not root.is_dir():
        raise FileNotFoundError(f'{root}: no such folder, photo or video')
    files = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith('.')]
        files += [Path(folder, name) for name in names if name.lower().endswith(known) and not name.startswith('.')]
    if not files:
        raise FileNotFoundError(f'{root}: holds no photo and no video ({", ".join(known)})')
    return sorted(files)


def index_pictures(files: Sequence[Path], frame_interval: float, log: ProblemLog) -> list[dict[str, Any]]:
    """Look at photos and videos once, and list the pictures they give.

    Args:
        files: Photos and videos.
        frame_interval: Seconds between the frames taken of a video.
        log: Where unusable files go.

    Returns:
        For each picture ``img_path``, ``width`` and ``height`` (px, upright) and, of a video, its number ``frame``. A
        video that ends before its time gives the frames that it has, when the log does not raise.

    Raises:
        ValueError: At the first unusable file or video that ends early when the log raises.
    """

    def look(file: Path) -> tuple[list[dict[str, Any]], str]:
        try:
            return _pictures(file, frame_interval)
        except ValueError as error:
            return [], str(error).removeprefix(f'{file}: ')

    pictures = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for file, (found, problem) in zip(files, pool.map(look, files)):
            if problem:
                log.add(str(file), 'img_path', problem)
            pictures += found
    return pictures


def _pictures(file: Path, frame_interval: float) -> tuple[list[dict[str, Any]], str]:
    """Return the pictures of a file, and what is wrong with it all the same."""
    if file.suffix.lower() not in VIDEO_SUFFIXES:
        width, height = photo_size(file)
        return [{'img_path': str(file), 'width': width, 'height': height}], ''
    frames, (width, height), lost = sample_frames(file, frame_interval)
    problem = (
        f'is a video that ends early: {lost} of {len(frames) + lost} frames chosen of it cannot be read '
        "(on_error='skip' uses the others)"
    )
    return [
        {'img_path': str(file), 'width': width, 'height': height, 'frame': frame} for frame in frames
    ], problem if lost else ''


def photo_size(path: str | os.PathLike) -> tuple[int, int]:
    """Return the width and height of a photo once it is upright, px; head and last bytes of the file are read.

    Raises:
        ValueError: If the file is damaged or not a picture.
    """
    try:
        with Image.open(path) as picture:
            check_whole(picture, path)
            sideways = is_turned(picture) and picture.getexif().get(_ORIENTATION) in _SWAPS_SIDES
            return picture.size[::-1] if sideways else picture.size
    except _DAMAGE as error:
        raise _unreadable(path, error) from error


def read_photo(path: str | os.PathLike) -> np.ndarray:
    """Read a photo as an upright 8-bit color picture, whatever it was stored as.

    Of 16 bits the upper eight are kept, transparency is dropped, palettes and other color spaces become colors, grey
    becomes three equal channels, and the EXIF orientation is applied as by Pillow's ``exif_transpose``.

    Returns:
        ``(H, W, 3)`` uint8 BGR.

    Raises:
        ValueError: If the file is damaged, not a picture, or holds other numbers than integers of up to 16 bits.
    """
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture) if is_turned(picture) else picture
            if upright.mode[0] in 'IF':  # one channel of more than 8 bits
                return cv2.cvtColor(_upper_eight_bits(np.asarray(upright)), cv2.COLOR_GRAY2BGR)
            return cv2.cvtColor(np.asarray(upright.convert('RGB')), cv2.COLOR_RGB2BGR)
    except _DAMAGE as error:
        raise _unreadable(path, error) from error


def _upper_eight_bits(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == 'f' or values.min() < 0 or values.max() > np.iinfo(np.uint16).max:
        raise ValueError('holds other numbers than integers of up to 16 bits')
    return (values >> 8).astype(np.uint8)


def _unreadable(path: str | os.PathLike, error: Exception) -> ValueError:
    if isinstance(error, UnidentifiedImageError):
        return ValueError(f'{path}: is not a picture')
    return ValueError(f'{path}: cannot be read: {error}')
