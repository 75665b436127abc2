"""Reading the label pictures of a SynPose folder."""

import os

import cv2
import numpy as np


def read_label_picture(results: dict, key: str, bits: int = 16) -> np.ndarray:
    """Read the single-channel PNG that a data sample names.

    Args:
        results: The data sample; ``results[key]`` is the path. If ``ori_shape`` or ``img_shape`` is there (LoadImage
            sets both), the picture must have that height and width.
        key: ``'stencil_path'``, ``'depth_path'`` or ``'parts_path'``.
        bits: Of a pixel, 16 or 8.

    Returns:
        ``(H, W)`` uint16, or uint8.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the sample names no file, or the file is not such a PNG, or has another size than the image.
    """
    path = results.get(key)
    record = f'image {results.get("img_id")}'
    if path is None:
        raise ValueError(f'{results.get("img_path")}: {record}: {key}: the annotation file names no such picture')
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: {record}: {key}: file does not exist')
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.dtype != np.dtype(f'uint{bits}') or picture.ndim != 2:
        raise ValueError(f'{path}: {record}: {key}: is not a readable {bits}-bit grayscale PNG')
    # The picture has the geometry of the file on disk, which later transforms of the image leave behind.
    expected = results.get('ori_shape', results.get('img_shape'))
    if expected is not None and picture.shape != tuple(expected[:2]):
        sizes = [f'{width}x{height}' for height, width in (picture.shape, expected[:2])]
        raise ValueError(f'{path}: {record}: {key}: is {sizes[0]} px, but the image is {sizes[1]} px')
    return picture
