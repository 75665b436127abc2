"""Columns of our own beside the people's: what a dataset asks of every person when it opens."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ..coco_people import JOINT_FIELDS
from ..joint_bits import BOXED, SOUND
from .columns import Records, view
from .usable import boxed_people, joint_bits, usable_people

PREFIX = 'synpose:'


def people_flags(people: Records, image_sizes: np.ndarray, sound: np.ndarray) -> dict[str, pa.Array]:
    """Make the columns.

    Args:
        people: The annotations.
        image_sizes: ``(N, 2)`` width and height, px, of each annotation's image.
        sound: ``(N,)`` bool, the people without a problem.
    """
    boxed = boxed_people(people, image_sizes)
    flags = {'usable': usable_people(people, boxed), 'sound': SOUND * sound + BOXED * boxed}
    if set(JOINT_FIELDS) <= people.columns.keys():
        flags['usable_wholebody'] = usable_people(people, boxed, JOINT_FIELDS)
    if 'keypoints' in people.columns:
        flags['labeled'], flags['positive'] = joint_bits(people, len(boxed))
    return {PREFIX + name: _encode(values) for name, values in flags.items()}


def _encode(values: np.ndarray) -> pa.Array:
    if values.ndim == 1:
        return pa.array(values.astype(np.uint8))
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(8 * values.shape[1]), len(values), [None, buffer])


def read_flags(columns: Mapping[str, pa.Array], count: int) -> dict[str, np.ndarray]:
    """Return the columns that :func:`people_flags` made, by their names; views.

    Args:
        columns: All columns of the people.
        count: How many people there are, N.

    Returns:
        ``usable``, ``sound`` and, in files of whole bodies, ``usable_wholebody``, ``(N,)`` uint8; ``labeled`` and
        ``positive`` ``(N, W)`` uint64, see :func:`~synpose.datasets.columnar.usable.joint_bits`.
    """
    flags = {name: np.zeros(count, np.uint8) for name in ('usable', 'sound')}
    flags |= {name: np.zeros((count, 0), np.uint64) for name in ('labeled', 'positive')}
    for name, array in columns.items():
        if name.startswith(PREFIX):
            buffer = array.buffers()[1]
            words = array.type.byte_width // 8 if pa.types.is_fixed_size_binary(array.type) else 0
            numbers = view(buffer, np.uint64, count * words).reshape(count, words)
            flags[name.removeprefix(PREFIX)] = numbers if words else view(buffer, np.uint8, count)
    return flags
