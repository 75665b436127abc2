"""Checks of the picture files that an annotation file names, without decoding them where that can be avoided."""

import os
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image, UnidentifiedImageError

from .validation import ProblemLog

TURNED = 'is turned by its EXIF orientation, the labels are not'
_ORIENTATION = 0x0112
_ENDINGS = {'PNG': b'IEND\xaeB`\x82', 'JPEG': b'\xff\xd9'}


def picture_problem(path: str | os.PathLike, image_size: tuple[int, int]) -> str | None:
    """Say what is wrong with a picture file; None if nothing is.

    Header and last bytes are read; the whole file is decoded only when it does not end as its format prescribes, since
    some cameras append data of their own.

    Args:
        path: The file. It must exist.
        image_size: The width and height it should have, px.
    """
    try:
        with Image.open(path) as picture:
            if picture.size != image_size:
                width, height = picture.size
                return f'{path} is {width}x{height} px, but the image is {image_size[0]}x{image_size[1]} px'
            if is_turned(picture):
                return f'{path} {TURNED}'
            check_whole(picture, path)
    except UnidentifiedImageError:
        return f'{path} is not a picture'
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises on damaged data
        return f'{path} cannot be read: {error}'
    return None


def check_whole(picture: Image.Image, path: str | os.PathLike) -> None:
    """Decode an open picture, unless the file ends as its format prescribes; Pillow raises if it is damaged."""
    ending = _ENDINGS.get(picture.format or '')
    if ending is None or not _ends_with(path, ending):
        picture.load()


def is_turned(picture: Image.Image) -> bool:
    """Tell whether the EXIF data of an open picture turn or mirror it, as MMPose's ``LoadImage`` does."""
    if picture.format == 'PNG' and 'exif' not in picture.info:
        return False  # Pillow would decode the whole file to look behind the pixels
    try:
        return picture.getexif().get(_ORIENTATION) in range(2, 9)
    except (SyntaxError, ValueError, TypeError, KeyError, struct.error):  # damaged data turn nothing
        return False


def _ends_with(path: str | os.PathLike, ending: bytes) -> bool:
    with open(path, 'rb') as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - len(ending), 0))
        return file.read() == ending


def check_pictures(
    images: Sequence[dict[str, Any]], fields: Mapping[str, Callable[[dict[str, Any]], str | None]], log: ProblemLog
) -> list[dict[str, Any]]:
    """Return the images whose picture files exist, are complete, have the image's size and are not turned by EXIF data.

    Args:
        images: COCO images with ``id``, ``width`` and ``height``.
        fields: For each field to check (``file_name``, ``stencil_file``, ...), a function from an image to the path of
            that file, or to None if the image names none.
        log: Where problems go.

    Raises:
        FileNotFoundError: At the first missing file when the log raises.
        ValueError: At the first damaged or turned file or wrong size when the log raises.
    """
    good = []
    for image in images:
        for field, locate in fields.items():
            path = locate(image)
            if path is None:
                continue
            if not os.path.isfile(path):
                log.add(f'image {image["id"]}', field, f'{path} does not exist', FileNotFoundError)
                break
            problem = picture_problem(path, (image['width'], image['height']))
            if problem is not None:
                log.add(f'image {image["id"]}', field, problem)
                break
        else:
            good.append(image)
    return good
