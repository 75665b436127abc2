"""Which people a dataset trains on: MMPose's ``_is_valid_instance`` for all records at once."""

from collections.abc import Sequence

import numpy as np

from ..coco_people import JOINT_FIELDS, clipped_boxes
from .columns import Records

_BLOCK = 1 << 16


def usable_people(people: Records, image_sizes: np.ndarray, fields: Sequence[str] = JOINT_FIELDS[:1]) -> np.ndarray:
    """Return which annotations MMPose keeps: not a crowd, some joint labeled, a box and a joint in the picture.

    Args:
        people: The annotations.
        image_sizes: ``(N, 2)`` width and height, px, of each annotation's image.
        fields: The fields of the joints.

    Returns:
        ``(N,)`` bool; False also where the box or a field of joints is missing.
    """
    count = len(image_sizes)
    usable = np.zeros(count, bool)
    if not {'bbox', *fields} <= people.columns.keys():
        return usable
    for start in range(0, count, _BLOCK):
        stop = min(start + _BLOCK, count)
        here = np.logical_and.reduce([people.columns[name].present(start, stop) for name in ('bbox', *fields)])
        usable[start:stop][here] = _usable(people, image_sizes[start:stop][here], start, stop, here, fields)
    return usable


def _usable(
    people: Records, image_sizes: np.ndarray, start: int, stop: int, here: np.ndarray, fields: Sequence[str]
) -> np.ndarray:
    def rows(name: str) -> np.ndarray:
        column = people.columns[name]
        lengths = column.lengths(start, stop)
        return column.rows(start, stop, int(lengths.max()))[here[lengths > 0]]

    if not here.any():
        return np.zeros(0, bool)
    boxes = clipped_boxes(rows('bbox'), image_sizes).astype(np.float32)
    whole = len(fields) > 1  # MMPose keeps whole-body joints in double precision
    xy = [rows(name).reshape(len(boxes), -1, 3)[..., :2].max(axis=2) for name in fields]
    highest = np.concatenate(xy, axis=1).astype(np.float64 if whole else np.float32)
    labeled = people.values('num_keypoints', start, stop)
    if 'num_keypoints' not in people.columns or people.columns['num_keypoints'].null_count:
        numbers = np.flatnonzero(here)
        has = people.columns['num_keypoints'].present(start, stop) if 'num_keypoints' in people.columns else None
        for number, counted in zip(numbers, np.count_nonzero(highest, axis=1)):
            if has is None or not has[number]:
                labeled[number] = counted
    crowd = np.array([bool(value) for value in people.values('iscrowd', start, stop, 0)])[here]
    unlabeled = np.array([value == 0 for value in labeled])[here]
    sides = boxes[:, 2:] - boxes[:, :2]
    return ~crowd & ~unlabeled & ~(sides <= 0).any(axis=1) & ~(highest.max(axis=1) <= 0)
