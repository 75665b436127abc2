"""Checks of one record of a COCO-style annotation file."""

import math
from collections.abc import Sequence
from typing import Any


def record_name(section: str, record: dict[str, Any], index: int) -> str:
    """Name a record in a message, by its id where it has one; ``index`` counts from 0 in the file."""
    singular = section.removesuffix('s')
    return f'{singular} {record["id"]}' if 'id' in record else f'{singular} number {index}'


def image_problem(image: dict[str, Any]) -> tuple[str, str] | None:
    """Say what is wrong with an image's file name or size, as field and message; None if nothing is."""
    if not isinstance(image.get('file_name'), str) or not image['file_name']:
        return 'file_name', 'missing'
    if not all(isinstance(image.get(side), int) and image[side] > 0 for side in ('width', 'height')):
        return 'width, height', f'must be positive integers, but are {(image.get("width"), image.get("height"))}'
    return None


def annotation_problem(
    annotation: dict[str, Any], image_size: tuple[int, int], num_joints: int
) -> tuple[str, str] | None:
    """Say what is wrong with an annotation, as field and message; None if nothing is.

    Looked at are its box, joints, area, number in the stencil and outline.
    """
    problem = box_problem(annotation.get('bbox'), image_size)
    if problem is None and 'keypoints' in annotation:
        problem = keypoints_problem(annotation['keypoints'], num_joints)
    if problem is None and 'area' in annotation and not are_finite([annotation['area']]):
        problem = ('area', f'must be a finite number, but is {annotation["area"]!r:.40}')
    if problem is None and not is_stencil_id(annotation.get('stencil_id', 0)):
        problem = ('stencil_id', f'must be an integer of 32 bits, but is {annotation["stencil_id"]!r:.40}')
    if problem is None and not is_outline(outline := annotation.get('segmentation')):
        problem = ('segmentation', f'must be polygons, or have size and counts, but is {outline!r:.40}')
    return problem


def is_stencil_id(value: Any) -> bool:
    """Tell whether a value can number a person in a stencil."""
    return type(value) is int and -(1 << 31) <= value < 1 << 31


def is_outline(value: Any) -> bool:
    """Tell whether a value can be a COCO segmentation: a list of polygons, a run-length mask, or None."""
    if not isinstance(value, dict):
        return value is None or isinstance(value, list)
    size = value.get('size')
    sized = isinstance(size, list) and len(size) == 2 and all(type(side) is int for side in size)
    return sized and isinstance(value.get('counts'), str | list)


def box_problem(box: Any, image_size: tuple[int, int]) -> tuple[str, str] | None:
    """Say what is wrong with an ``[x, y, w, h]`` box, px, in an image of (width, height); None if nothing is."""
    if not isinstance(box, list | tuple) or len(box) != 4:
        return 'bbox', f'must be [x, y, width, height], but is {box!r}'
    if not are_finite(box):
        return 'bbox', f'must be finite numbers, but is {list(box)!r:.80}'
    x, y, w, h = box
    if w <= 0 or h <= 0:
        return 'bbox', f'must have a positive area, but is {list(box)}'
    if x >= image_size[0] or y >= image_size[1] or x + w <= 0 or y + h <= 0:
        return 'bbox', f'lies outside the image of {image_size[0]}x{image_size[1]} px: {list(box)}'
    return None


def keypoints_problem(keypoints: Any, num_joints: int) -> tuple[str, str] | None:
    """Say what is wrong with a flat list of x, y, visibility triples of ``num_joints`` joints; None if nothing is."""
    if not isinstance(keypoints, list | tuple) or len(keypoints) != 3 * num_joints:
        length = len(keypoints) if isinstance(keypoints, list | tuple) else type(keypoints).__name__
        return 'keypoints', f'must be {3 * num_joints} numbers for {num_joints} joints, but is {length}'
    if not are_finite(keypoints):
        index = next(i for i, value in enumerate(keypoints) if not is_number(value))
        return 'keypoints', f'must be finite numbers, but joint {index // 3} has {keypoints[index]!r:.40}'
    if not {0, 1, 2}.issuperset(keypoints[2::3]):
        return 'keypoints', 'visibility must be 0, 1 or 2'
    return None


def is_number(value: Any) -> bool:
    """Tell whether a value of a json is a finite number that a float can hold; a bool is none."""
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:
        return False


def are_finite(values: Sequence[Any]) -> bool:
    """Tell whether all values of a json's list are finite numbers that a float can hold."""
    try:
        if math.isfinite(sum(values)):  # one pass in C; a NaN or an infinity survives every sum
            return True
    except (OverflowError, TypeError):
        pass
    return all(map(is_number, values))
