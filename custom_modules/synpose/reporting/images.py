"""Reading, scaling and encoding the images a report shows."""

import io
import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError


def read_image(path: str | os.PathLike) -> np.ndarray:
    """Read a photo as MMPose's ``LoadImage`` does, but refuse a damaged file.

    Args:
        path: An image file.

    Returns:
        ``(H, W, 3)`` uint8, blue green red, turned upright by its EXIF orientation.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not a complete image; OpenCV alone would fill a truncated one with gray.
    """
    data = _verified_bytes(path)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f'{path}: OpenCV cannot decode this image')
    return image


def read_label_image(path: str | os.PathLike) -> np.ndarray:
    """Read a stencil or depth image without changing its values.

    Args:
        path: A one-channel image file, 8 or 16 bits.

    Returns:
        ``(H, W)`` uint8 or uint16.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or has more than one channel.
    """
    data = _verified_bytes(path)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.ndim != 2:
        raise ValueError(f'{path}: expected an image of one channel')
    return image


def _verified_bytes(path: str | os.PathLike) -> bytes:
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such image')
    data = Path(path).read_bytes()
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except UnidentifiedImageError:
        raise ValueError(f'{path}: not an image') from None
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises on damaged data
        raise ValueError(f'{path}: not a readable image ({error})') from error
    return data


def scale_to_width(image: np.ndarray, width: int, max_zoom: float = 2.0) -> tuple[np.ndarray, float]:
    """Scale an image towards a width, so that lines drawn afterwards stay crisp on small renderings.

    Args:
        image: ``(H, W, 3)``.
        width: Wanted width in px.
        max_zoom: Small images are enlarged by at most this factor.

    Returns:
        The scaled image and the factor by which its coordinates were multiplied.
    """
    factor = min(width / image.shape[1], max_zoom)
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC), factor


def encode_jpeg(image: np.ndarray, quality: int = 85) -> bytes:
    """Encode ``(H, W, 3)`` uint8 blue green red as JPEG."""
    done, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f'cannot encode an image of shape {image.shape} and type {image.dtype}')
    return data.tobytes()
