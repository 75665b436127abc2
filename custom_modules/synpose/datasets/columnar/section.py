"""Collecting the records of one section of a COCO-style json as columns, a chunk at a time."""

from typing import Any

import numpy as np
import pyarrow as pa

from ..record_checks import record_name
from ..validation import ProblemLog
from .checks import check_record, repeated
from .columns import Column, Records
from .fields import MISSING, common_kind, encode, kind_of

CHUNK = 4096
"""Records that are held as Python objects at a time."""


class Section:
    """The columns of one section.

    Args:
        name: ``'images'`` or ``'annotations'``.
        log: Where the problems go of records that no column can hold; they are left out, unless the log raises.

    Attributes:
        columns: The column of each field, once finished.
        kinds: The kind of each column.
        left_out: Ids of the records left out, where these are good.
    """

    def __init__(self, name: str, log: ProblemLog) -> None:
        self.name, self.log = name, log
        self.columns: dict[str, pa.Array] = {}
        self.kinds: dict[str, str] = {}
        self.left_out: list[int] = []
        self._seen = 0
        self._chunk: list[dict[str, Any]] = []
        self._parts: dict[str, list[tuple[str, pa.Array]]] = {}
        self._sizes: list[int] = []

    def __len__(self) -> int:
        return len(self.columns['id']) if self.columns else 0

    @property
    def records(self) -> Records:
        """The records, once finished."""
        return Records({name: Column(array, self.kinds[name]) for name, array in self.columns.items()})

    def add(self, record: dict[str, Any]) -> None:
        """Take a record.

        Raises:
            ValueError: If no column can hold it, when the log raises.
        """
        problem = check_record(self.name, record)
        self._seen += 1
        if problem:
            self.log.add(record_name(self.name, record, self._seen - 1), *problem)
            if problem[0] != 'id':
                self.left_out.append(record['id'])
            return
        self._chunk.append(record)
        if len(self._chunk) == CHUNK:
            self._flush()

    def _flush(self) -> None:
        """Turn the records at hand into a chunk of each column."""
        if not self._chunk:
            return
        for name in dict.fromkeys(key for record in self._chunk for key in record):
            if name not in self._parts:
                self._parts[name] = [('json', encode([MISSING] * size, 'json')) for size in self._sizes]
        for name, parts in self._parts.items():
            values = [record.get(name, MISSING) for record in self._chunk]
            kind = kind_of(values)
            parts.append((kind, encode(values, kind)))
        self._sizes.append(len(self._chunk))
        self._chunk = []

    def finish(self) -> None:
        """Join the chunks, and leave out annotations whose id stands before, and all images that share an id.

        Raises:
            ValueError: If there is such a record, when the log raises.
        """
        self._flush()
        for name in list(self._parts):
            self.kinds[name], self.columns[name] = _join(self._parts.pop(name))
        if not self.columns:
            return
        ids = np.asarray(self.columns['id'])
        again = repeated(ids)
        numbers = ids[again].tolist()
        lost = np.isin(np.arange(len(ids)), again)
        if self.name == 'images':  # nobody can tell which of two images a person means
            numbers += sorted(set(ids.tolist()).intersection(self.left_out) - set(numbers))
            lost = np.isin(ids, numbers)
        for number in numbers:
            singular = self.name.removesuffix('s')
            self.log.add(f'{singular} {number}', 'id', f'used by more than one {singular}')
        self.left_out += ids[lost].tolist()
        self.take(np.flatnonzero(~lost))

    def take(self, rows: np.ndarray) -> None:
        """Keep records ``rows`` (R,), in that order."""
        if len(rows) == len(self) and (np.diff(rows) == 1).all():
            return
        for name in self.columns:  # one by one, for the memory
            self.columns[name] = self.columns[name].take(pa.array(rows))


def _join(parts: list[tuple[str, pa.Array]]) -> tuple[str, pa.Array]:
    """Join the chunks of a column, which may be of different kinds."""
    kinds = {kind for kind, chunk in parts if chunk.null_count < len(chunk) or kind != 'json'}
    common = common_kind(kinds) if kinds else 'json'
    chunks = [c if kind == common else encode(Column(c, kind).values(0, len(c)), common) for kind, c in parts]
    if len({chunk.type for chunk in chunks}) > 1:  # lists of small and of large integers
        chunks = [chunk.cast(pa.large_list(pa.int64())) for chunk in chunks]
    return common, pa.concat_arrays(chunks)
