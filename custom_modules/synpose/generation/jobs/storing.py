"""Bytes to files: encoded images, JSON, whole or absent, and one line where the system refuses."""

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from synpose.files import atomic_path


@contextmanager
def naming(path: Path, refused: str = 'cannot write here') -> Iterator[None]:
    """Turn the system's refusal into one line that names the file and what to do.

    Args:
        path: The file or folder.
        refused: What the system refuses.

    Raises:
        OSError: In place of the system's.
    """
    try:
        yield
    except OSError as error:
        if error.strerror is None:  # one of ours, which says enough
            raise
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        hint = '; nothing finished is lost: make room and continue with --resume' if full else ''
        raise OSError(f'{path}: {refused} ({error.strerror}){hint}') from error


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent.

    Raises:
        OSError: Naming the file, if there is no space left, no permission, ...
    """
    with naming(path), atomic_path(path) as temporary:
        temporary.write_bytes(content)


def encode(image: np.ndarray, extension: str, quality: int = 95) -> bytes:
    """Encode an image in memory.

    Args:
        image: RGB ``(H, W, 3)`` uint8, or one channel ``(H, W)`` uint8 or uint16.
        extension: ``'.jpg'`` or ``'.png'``.
        quality: JPEG quality, 1-100.
    """
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if extension == '.jpg' else []
    done, buffer = cv2.imencode(extension, image, options)
    if not done:
        raise ValueError(f'cannot encode an image of shape {image.shape} and type {image.dtype} as {extension}')
    return buffer.tobytes()


def to_json(data: Any, indent: int | None = None) -> bytes:
    """Serialize to UTF-8 JSON; NaN and infinity are refused."""
    return (json.dumps(data, indent=indent, allow_nan=False) + '\n').encode()
