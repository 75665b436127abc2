"""Checks of the records of a COCO-style file while its columns are made; each error names file, record and field."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..coco_people import JOINT_FIELDS
from ..record_checks import is_number
from .fields import EXACT


def check_record(section: str, record: dict[str, Any]) -> tuple[str, str] | None:
    """Say what keeps an image or an annotation out of the columns, as field and message; None if nothing does."""
    for name in ('id',) if section == 'images' else ('id', 'image_id'):
        if type(record.get(name)) is not int or not -(1 << 63) <= record[name] < 1 << 63:
            return name, f'must be an integer of 64 bits, but is {record.get(name)!r:.40}'
    if section == 'images':
        if not isinstance(record.get('file_name'), str) or not record['file_name']:
            return 'file_name', 'missing'
        for name in ('width', 'height'):
            if not is_number(record.get(name)) or record[name] <= 0:
                return name, f'must be a positive number, but is {record.get(name)!r:.40}'
        return None
    for name in ('bbox', *JOINT_FIELDS):
        if name not in record:
            continue
        problem = _list_problem(record[name])
        if not problem and name == 'bbox' and len(record[name]) != 4:
            problem = f'must be 4 numbers, but is {len(record[name])}'
        if not problem and name != 'bbox' and (not record[name] or len(record[name]) % 3):
            problem = f'must be x, y, visibility triples, but is {len(record[name])} numbers'
        if problem:
            return name, problem
    return None


def _list_problem(values: Any) -> str | None:
    if not isinstance(values, list):
        return f'must be a list of numbers, but is {values!r:.40}'
    try:
        if sum(map(abs, values)) <= EXACT and bool not in set(map(type, values)):  # one pass in C
            return None
    except (TypeError, OverflowError):
        pass
    for index, value in enumerate(values):
        if not is_number(value):
            return f'must be finite numbers, but number {index} is {value!r:.40}'
        if type(value) is int and abs(value) > EXACT:
            return f'must hold integers up to 2**53, but number {index} is {value!r:.40}'
    return None


def repeated(ids: np.ndarray) -> np.ndarray:
    """Return the places of those of ``ids`` ``(N,)`` that stand somewhere before, in order."""
    order = np.argsort(ids, kind='stable')
    return np.sort(order[1:][np.diff(ids[order]) == 0])


def odd_lengths(lengths: Sequence[int] | np.ndarray, expected: int = 0) -> tuple[np.ndarray, int]:
    """Find the lists that are not as long as the others.

    Args:
        lengths: ``(N,)`` lengths; 0 where there is no list.
        expected: The right length, if any list has it; otherwise the most frequent one is right.

    Returns:
        The places of the others, in order, and the right length (0 if there is no list).
    """
    lengths = np.asarray(lengths)
    found, counts = np.unique(lengths[lengths > 0], return_counts=True)
    if not len(found):
        return np.zeros(0, np.int64), 0
    right = expected if expected in found else int(found[counts.argmax()])
    return np.flatnonzero((lengths > 0) & (lengths != right)), right
