"""Columns of one field: which kind holds its values exactly, and how they are encoded."""

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

MISSING: Any = type('Missing', (), {'__repr__': lambda self: 'MISSING', '__bool__': lambda self: False})()
"""Stands for a field that a record lacks; a null in the column (a JSON null is a value)."""
NUMBER_LISTS = frozenset(('ints', 'floats', 'numbers'))
"""Kinds whose values are lists of numbers."""
EXACT = 1 << 53
"""Integers up to here are exact in double precision."""


def kind_of(values: Iterable[Any]) -> str:
    """Choose the kind of column that keeps values and their types.

    Args:
        values: Values as :mod:`json` reads them; ``MISSING`` fits every kind.

    Returns:
        ``'int'``, ``'float'``, ``'str'``; ``'ints'``, ``'floats'`` and ``'numbers'`` (both) for flat lists; ``'json'``
        for everything else.
    """
    values = [value for value in values if value is not MISSING]
    types = set(map(type, values))
    if types == {int}:
        return 'int' if min(values) >= -(1 << 63) and max(values) < 1 << 63 else 'json'
    if types == {float}:
        return 'float'
    if types == {str}:
        return 'str' if _is_utf8(values) else 'json'
    if types != {list}:
        return 'json'
    found = set(map(type, chain.from_iterable(values)))
    if not found or not found <= {int, float}:
        return 'json'
    if int in found and any(abs(value) > EXACT for value in chain.from_iterable(values) if type(value) is int):
        return 'json'
    return 'numbers' if len(found) == 2 else 'ints' if int in found else 'floats'


def _is_utf8(values: Sequence[str]) -> bool:
    try:
        ''.join(values).encode()
    except UnicodeEncodeError:  # JSON can escape half a surrogate pair
        return False
    return True


def common_kind(kinds: set[str]) -> str:
    """Return the kind that can hold the values of all of ``kinds``."""
    if len(kinds) == 1:
        return next(iter(kinds))
    return 'numbers' if kinds <= NUMBER_LISTS else 'json'


def encode(values: Sequence[Any], kind: str) -> pa.Array:
    """Encode the values of a field, of a kind that :func:`kind_of` or :func:`common_kind` found for them."""
    if kind in NUMBER_LISTS:
        return _encode_lists(values, kind)
    if kind == 'json':
        texts = [None if value is MISSING else json.dumps(value).encode() for value in values]
        return pa.array(texts, pa.large_binary())
    types = {'int': pa.int64(), 'float': pa.float64(), 'str': pa.large_string()}
    return pa.array([None if value is MISSING else value for value in values], types[kind], from_pandas=False)


def _encode_lists(values: Sequence[Any], kind: str) -> pa.Array:
    lists = [() if value is MISSING else value for value in values]
    missing = np.fromiter((value is MISSING for value in values), bool, len(values))
    offsets = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(entry) for entry in lists], out=offsets[1:])
    flat = np.fromiter(chain.from_iterable(lists), np.int64 if kind == 'ints' else np.float64, offsets[-1])
    if kind == 'ints' and (not len(flat) or np.abs(flat).max() < 1 << 31):
        flat = flat.astype(np.int32)
    column = pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(flat), mask=pa.array(missing))
    if kind != 'numbers':
        return column
    integers = [np.packbits(np.array([type(number) is int for number in entry], bool)).tobytes() for entry in lists]
    return pa.StructArray.from_arrays([column, pa.array(integers, pa.large_binary())], ['values', 'integers'])
