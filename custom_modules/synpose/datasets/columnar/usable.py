"""Which people a dataset trains on: MMPose's ``_is_valid_instance`` for all records at once."""

from collections.abc import Iterator, Sequence
from itertools import compress

import numpy as np

from ..coco_people import JOINT_FIELDS, clipped_boxes
from ..joint_bits import pack_joints
from .columns import Records
from .fields import MISSING

_BLOCK = 1 << 16


def blocks(count: int) -> Iterator[tuple[int, int]]:
    """Cut ``count`` records into parts that fit into memory together with their joints; yields start and stop."""
    for start in range(0, count, _BLOCK):
        yield start, min(start + _BLOCK, count)


def boxed_people(people: Records, image_sizes: np.ndarray) -> np.ndarray:
    """Return which annotations are not a crowd and have a box of some area in the picture, ``(N,)`` bool.

    Args:
        people: The annotations.
        image_sizes: ``(N, 2)`` width and height, px, of each annotation's image.
    """
    count = len(image_sizes)
    good = np.zeros(count, bool)
    if 'bbox' not in people.columns:
        return good
    for start, stop in blocks(count):
        here = people.columns['bbox'].present(start, stop)
        boxes = clipped_boxes(people.lists('bbox', start, stop, here), image_sizes[start:stop][here])
        sides = np.diff(boxes.astype(np.float32).reshape(-1, 2, 2), axis=1)
        good[start:stop][here] = (sides > 0).all(axis=(1, 2))
        good[start:stop] &= ~np.array([bool(value) for value in people.values('iscrowd', start, stop, 0)], bool)
    return good


def usable_people(people: Records, boxed: np.ndarray, fields: Sequence[str] = JOINT_FIELDS[:1]) -> np.ndarray:
    """Return which annotations MMPose keeps: not a crowd, some joint labeled, a box and a joint in the picture.

    Args:
        people: The annotations.
        boxed: ``(N,)``, what :func:`boxed_people` found.
        fields: The fields of the joints.

    Returns:
        ``(N,)`` bool; False also where the box or a field of joints is missing.
    """
    usable = np.zeros(len(boxed), bool)
    if not set(fields) <= people.columns.keys():
        return usable
    precision = np.float64 if len(fields) > 1 else np.float32  # MMPose's for whole-body joints, and for others
    for start, stop in blocks(len(boxed)):
        here = np.logical_and.reduce([people.columns[name].present(start, stop) for name in fields])
        here &= boxed[start:stop]
        triples = np.concatenate([people.triples(name, start, stop, here) for name in fields], axis=1)
        highest = triples[..., :2].max(axis=2).astype(precision)
        found = np.count_nonzero(highest, axis=1).tolist()
        stated = compress(people.values('num_keypoints', start, stop, MISSING), here)
        labeled = [(count if number is MISSING else number) != 0 for number, count in zip(stated, found)]
        usable[start:stop][here] = np.array(labeled, bool) & (highest > 0).any(axis=1)
    return usable


def joint_bits(people: Records, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Say of each joint whether it is labeled and whether it has a positive coordinate, as MMPose asks of a person.

    A dataset that takes only some of a file's joints finds its usable people by these bits, without reading joints.

    Args:
        people: The annotations, with joints.
        count: How many there are, N.

    Returns:
        Two arrays ``(N, W)`` uint64, as :func:`~synpose.datasets.joint_bits.pack_joints` makes them: which joints are
        labeled (their visibility is not 0), and which have a positive coordinate.
    """
    column = people.columns['keypoints']
    words = -(-int(column.lengths(0, count).max(initial=0)) // 192)
    labeled, positive = np.zeros((2, count, words), np.uint64)
    for start, stop in blocks(count):
        here = column.present(start, stop)
        triples = people.triples('keypoints', start, stop, here)
        highest = triples[..., :2].max(axis=2).astype(np.float32)
        positive[start:stop][here] = pack_joints(np.greater(highest, 0))
        labeled[start:stop][here] = pack_joints(np.not_equal(triples[..., 2], 0))
    return labeled, positive
