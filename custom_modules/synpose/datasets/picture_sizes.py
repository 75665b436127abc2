"""How large a picture must be for a pipeline, asked of the pipeline before any picture is read."""

import math
from collections.abc import Sequence
from typing import Any

from mmengine.dataset import Compose

from .validation import ProblemLog


def smallest_input(pipeline: Compose) -> tuple[int, int]:
    """Return the smallest width and height, px, that every step of a pipeline can take.

    Steps with a say in it (``RandomImageCrop``, ``RandomImageScale``) have a method ``smallest_input`` that turns the
    size their result must have into the size they need for it.

    Raises:
        ValueError: If a step cannot give what the one after it needs, whatever the picture.
    """
    size = (1.0, 1.0)
    for transform in reversed(pipeline.transforms):
        if hasattr(transform, 'smallest_input'):
            size = transform.smallest_input(size)
    return math.ceil(size[0]), math.ceil(size[1])


def drop_small(pictures: Sequence[dict[str, Any]], size: tuple[int, int], log: ProblemLog) -> list[dict[str, Any]]:
    """Return the pictures that reach a size; of a video with several frames, one problem is reported.

    Args:
        pictures: Records with ``img_path``, ``width`` and ``height``, px.
        size: Width and height that a pipeline needs, px.
        log: Where the others go.

    Raises:
        ValueError: At the first one that is too small when the log raises.
    """
    small = {picture['img_path']: picture for picture in pictures if not _reaches(picture, size)}
    for path, picture in small.items():
        text = f'is {picture["width"]}x{picture["height"]} px, but the pipeline needs at least {size[0]}x{size[1]} px'
        log.add(path, 'width, height', text)
    return [picture for picture in pictures if picture['img_path'] not in small]


def _reaches(picture: dict[str, Any], size: tuple[int, int]) -> bool:
    return picture['width'] >= size[0] and picture['height'] >= size[1]
