"""Checks of the records of a COCO-style file while its columns are made; each error names file, record and field."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..coco_people import JOINT_FIELDS


def record_name(section: str, record: dict[str, Any], index: int) -> str:
    """Name a record in a message, by its id where it has one; ``index`` counts from 0 in the file."""
    singular = section.removesuffix('s')
    return f'{singular} {record["id"]}' if 'id' in record else f'{singular} number {index}'


def check_record(section: str, record: dict[str, Any]) -> str | None:
    """Say what is wrong with an image or an annotation, as ``'field: problem'``; None if nothing is."""
    for name in ('id',) if section == 'images' else ('id', 'image_id'):
        if type(record.get(name)) is not int or not -(1 << 63) <= record[name] < 1 << 63:
            return f'{name}: must be an integer of 64 bits, but is {record.get(name)!r:.40}'
    if section == 'images':
        if not isinstance(record.get('file_name'), str) or not record['file_name']:
            return 'file_name: missing'
        for name in ('width', 'height'):
            if not _is_number(record.get(name)) or record[name] <= 0:
                return f'{name}: must be a positive number, but is {record.get(name)!r:.40}'
        return None
    if 'bbox' in record and (problem := _list_problem(record['bbox'])):
        return f'bbox: {problem}'
    if 'bbox' in record and len(record['bbox']) != 4:
        return f'bbox: must be 4 numbers, but is {len(record["bbox"])}'
    for name in JOINT_FIELDS:
        if name in record:
            problem = _list_problem(record[name])
            if not problem and (not record[name] or len(record[name]) % 3):
                problem = f'must be x, y, visibility triples, but is {len(record[name])} numbers'
            if problem:
                return f'{name}: {problem}'
    return None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _list_problem(values: Any) -> str | None:
    if not isinstance(values, list):
        return f'must be a list of numbers, but is {values!r:.40}'
    try:
        if math.isfinite(sum(values)) and bool not in set(map(type, values)):
            return None
    except (TypeError, OverflowError):
        pass
    bad = next((index for index, value in enumerate(values) if not _is_number(value)), None)
    return None if bad is None else f'must be finite numbers, but number {bad} is {values[bad]!r:.40}'


def first_repeated(ids: np.ndarray) -> int | None:
    """Return the first of ``ids`` ``(N,)`` that appears a second time; None if each is its own."""
    order = np.argsort(ids, kind='stable')
    again = order[1:][np.diff(ids[order]) == 0]
    return int(ids[again.min()]) if len(again) else None


def odd_length(lengths: Sequence[int] | np.ndarray) -> tuple[int, int] | None:
    """Find a list that is not as long as the others.

    Args:
        lengths: ``(N,)`` lengths; 0 where there is no list.

    Returns:
        The index of the first one that differs from the most frequent length, and that length; None if none differs.
    """
    lengths = np.asarray(lengths)
    found, counts = np.unique(lengths[lengths > 0], return_counts=True)
    if len(found) < 2:
        return None
    usual = int(found[counts.argmax()])
    return int(np.flatnonzero((lengths > 0) & (lengths != usual))[0]), usual
