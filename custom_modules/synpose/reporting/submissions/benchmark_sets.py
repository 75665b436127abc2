"""What a benchmark's test set consists of: images, MPII's people, MPII's groups of people."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synpose.datasets.conversion.source import BadRecordError, need, numbers, read_json_list
from synpose.json_records import iter_records


def read_image_ids(path: str | os.PathLike) -> list[int]:
    """Read the ids of a COCO-style file's images; annotations may be lacking, as in COCO's ``image_info`` files.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, holds no image, or one has no whole number for an id.
    """
    return [image['id'] for image in _images(path)]


def read_num_people(path: str | os.PathLike) -> int:
    """Count the people of MPII's test set in MMPose's ``mpii_test.json``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no list of people.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such file')
    return len(read_json_list(Path(path), 'is it a file of people as MMPose has it?'))


@dataclass(frozen=True)
class Crop:
    """A group of people cut out of an image.

    Attributes:
        id: Image id of the crop.
        corner: The crop's upper left pixel in the image, x, y.
        group_box: Left, top, right and bottom of the group's centers, px of the crop.
        scale: Mean scale of the people; 1 is a height of 200 px.
    """

    id: int
    corner: np.ndarray
    group_box: np.ndarray
    scale: float


def read_crops(path: str | os.PathLike) -> list[Crop]:
    """Read the groups of MPII's multi-person benchmark, as ``tools/split_mpii.py`` writes them, in their order.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, or an image lacks a field of a crop.
    """
    crops = []
    for image in _images(path):
        try:
            sizes = {'crop_corner': 2, 'group_box': 4, 'group_scale': 1}
            corner, box, scale = (numbers([need(image, name)], size, name) for name, size in sizes.items())
        except BadRecordError as error:
            raise ValueError(f'{path}: image {image["id"]}: {error}; it must be a file of groups') from error
        crops.append(Crop(image['id'], corner, box, float(scale[0])))
    return crops


def _images(path: str | os.PathLike) -> list[dict[str, Any]]:
    images = [record for key, _, _, record in iter_records(path) if key == 'images']
    for number, image in enumerate(images):
        if not isinstance(image, dict) or type(image.get('id')) is not int:
            raise ValueError(f'{path}: image number {number}: id: must be an integer')
    if not images:
        raise ValueError(f'{path}: images: none')
    return images
