"""Reading columns back, by NumPy views of their memory: nothing is copied before it is asked for."""

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from .fields import MISSING, NUMBER_LISTS


class Column:
    """The values of one field.

    Args:
        array: An array that :func:`~synpose.datasets.columnar.fields.encode` made, or one read from a file.
        kind: Its kind.
    """

    def __init__(self, array: pa.Array, kind: str) -> None:
        self.kind = kind
        self.length = len(array)
        self._integers: Column | None = None
        if kind == 'numbers':
            self._integers = Column(array.field('integers'), 'bytes')
            array = array.field('values')
        if array.offset:
            raise ValueError('a column must start where its memory starts')
        self.null_count = array.null_count
        buffers = array.buffers()
        self._bits = None if buffers[0] is None or not array.null_count else np.frombuffer(buffers[0], np.uint8)
        if kind in ('int', 'float'):
            self.numbers = view(buffers[1], np.int64 if kind == 'int' else np.float64, self.length)
            return
        self._offsets = view(buffers[1], np.int64, self.length + 1)
        if kind in NUMBER_LISTS:
            self.numbers = view(buffers[3], array.type.value_type.to_pandas_dtype(), len(array.values))
        else:
            self._data = memoryview(b'' if buffers[2] is None else buffers[2])

    def present(self, start: int, stop: int) -> np.ndarray:
        """Return which records have the field, ``(stop - start,)`` bool."""
        if self._bits is None:
            return np.ones(stop - start, bool)
        first = start // 8
        bits = np.unpackbits(self._bits[first : (stop + 7) // 8], bitorder='little')
        return bits[start - 8 * first : stop - 8 * first].astype(bool)

    def values(self, start: int, stop: int) -> list[Any]:
        """Return new Python values, as :mod:`json` reads them; ``MISSING`` where a record lacks the field."""
        if self.kind in ('int', 'float'):
            found = self.numbers[start:stop].tolist()
        elif self.kind in NUMBER_LISTS:
            found = self._lists(start, stop)
        else:
            bounds = self._offsets[start : stop + 1].tolist()
            pieces = [bytes(self._data[a:b]) for a, b in pairwise(bounds)]
            if self.kind == 'json':  # parsed at once: each call takes longer than a short text
                found = json.loads(b'[%b]' % b','.join(piece or b'null' for piece in pieces))
            else:
                found = [piece.decode() for piece in pieces]
        if self._bits is None:
            return found
        return [value if here else MISSING for value, here in zip(found, self.present(start, stop))]

    def _lists(self, start: int, stop: int) -> list[list]:
        bounds = self._offsets[start : stop + 1].tolist()
        if self._integers is None or start == stop:
            return [self.numbers[a:b].tolist() for a, b in pairwise(bounds)]
        numbers = self.numbers[bounds[0] : bounds[-1]]
        integers = self._integer_flags(start, stop)
        flat = numbers.tolist()
        for axis in range(3):  # of joints, usually all visibilities are integers, and few coordinates
            part, is_integer = numbers[axis::3], integers[axis::3]
            if is_integer.all():
                flat[axis::3] = part.astype(np.int64).tolist()
            else:
                places = np.flatnonzero(is_integer)
                for place, integer in zip(places.tolist(), part[places].astype(np.int64).tolist()):
                    flat[axis + 3 * place] = integer
        return [flat[a - bounds[0] : b - bounds[0]] for a, b in pairwise(bounds)]

    def _integer_flags(self, start: int, stop: int) -> np.ndarray:
        """Tell integers from floats in lists ``start`` to ``stop``, joined, ``(L,)`` bool."""
        assert self._integers is not None
        lengths = self.lengths(start, stop)
        lengths = lengths[lengths > 0]
        if not len(lengths):
            return np.zeros(0, bool)
        first, last = self._integers._offsets[[start, stop]].tolist()
        packed = np.frombuffer(self._integers._data[first:last], np.uint8)
        if lengths.min() == lengths.max():  # joints: all lists at once
            bits = np.unpackbits(packed.reshape(len(lengths), -1), axis=1, count=int(lengths[0]))
            return bits.ravel().astype(bool)
        pieces = np.split(packed, np.cumsum((lengths + 7) // 8)[:-1])
        return np.concatenate([np.unpackbits(a, count=b) for a, b in zip(pieces, lengths.tolist())]).astype(bool)

    def lengths(self, start: int, stop: int) -> np.ndarray:
        """Return the lengths of the lists, ``(stop - start,)``; 0 where a record lacks the field."""
        return np.diff(self._offsets[start : stop + 1])

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Return the lists of the records that have the field, as ``(P, L)``; a view. All must be of one length L."""
        size = len(self.numbers) // max(self.length - self.null_count, 1)
        return self.numbers[self._offsets[start] : self._offsets[stop]].reshape(-1, max(size, 1))

    def all_integers(self, start: int, stop: int) -> bool:
        """Return whether the lists of these records hold integers only."""
        if self._integers is None:
            return self.kind == 'ints'
        return bool(self._integer_flags(start, stop).all())


def view(buffer: pa.Buffer | None, dtype: Any, length: int) -> np.ndarray:
    """Return the first ``length`` numbers of a buffer, without a copy."""
    if buffer is None or not length:
        return np.zeros(length, dtype)
    return np.frombuffer(buffer, dtype, length)


class Records:
    """The records of a section, by number.

    Args:
        columns: The column of each field.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = dict(columns)

    def values(self, name: str, start: int, stop: int, default: Any = None) -> list[Any]:
        """Return new values of one field, with ``default`` where a record lacks it."""
        if name not in self.columns:
            return [default] * (stop - start)
        return [default if value is MISSING else value for value in self.columns[name].values(start, stop)]

    def records(self, start: int, stop: int, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Return records ``start`` to ``stop`` (excluded) as the file has them, as new objects; all fields or some."""
        found: list[dict[str, Any]] = [{} for _ in range(stop - start)]
        for name in self.columns if names is None else (name for name in names if name in self.columns):
            for record, value in zip(found, self.columns[name].values(start, stop)):
                if value is not MISSING:
                    record[name] = value
        return found

    def lists(self, name: str, start: int, stop: int, chosen: np.ndarray) -> np.ndarray:
        """Return the lists of numbers of a field, ``(P, L)``, of the records among these that are ``chosen``.

        Args:
            name: The field.
            start: The first record.
            stop: The one after the last.
            chosen: ``(stop - start,)`` bool; the P chosen ones have the field, and lists of one length L.
        """
        column = self.columns[name]
        rows = column.rows(start, stop)
        return rows if chosen.all() else rows[chosen[column.present(start, stop)]]

    def triples(self, name: str, start: int, stop: int, chosen: np.ndarray) -> np.ndarray:
        """Return joints as :meth:`lists` does, ``(P, K, 3)``: x and y, px, and visibility."""
        found = self.lists(name, start, stop, chosen)
        return found.reshape(len(found), found.shape[1] // 3, 3)
