"""Making the columns of a COCO-style json."""

import logging
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from mmengine.logging import print_log

from ..coco_people import JOINT_FIELDS
from .checks import check_record, first_repeated, odd_length, record_name
from .columns import Column, Records
from .fields import MISSING, common_kind, encode, kind_of
from .json_stream import SECTIONS, read_records
from .usable import usable_people

CHUNK = 4096
"""Records that are held as Python objects at a time."""
FLAGS = ('synpose:usable', 'synpose:usable_wholebody')
"""Columns of our own beside the people's: whom MMPose trains on, by the body's joints and by all 133."""


class _Section:
    """The columns of one section, made a chunk at a time."""

    def __init__(self, path: str, section: str) -> None:
        self.path, self.section = path, section
        self.length = 0
        self.chunk: list[dict[str, Any]] = []
        self.kinds: dict[str, list[str]] = {}
        self.arrays: dict[str, list[pa.Array]] = {}
        self.sizes: list[int] = []

    def add(self, record: dict[str, Any]) -> None:
        problem = check_record(self.section, record)
        if problem:
            index = self.length + len(self.chunk)
            raise ValueError(f'{self.path}: {record_name(self.section, record, index)}: {problem}')
        self.chunk.append(record)
        if len(self.chunk) == CHUNK:
            self.flush()

    def flush(self) -> None:
        """Turn the records at hand into a chunk of each column."""
        if not self.chunk:
            return
        for name in dict.fromkeys(key for record in self.chunk for key in record):
            if name not in self.kinds:
                self.kinds[name] = ['json'] * len(self.sizes)
                self.arrays[name] = [encode([MISSING] * size, 'json') for size in self.sizes]
        for name, kinds in self.kinds.items():
            values = [record.get(name, MISSING) for record in self.chunk]
            kinds.append(kind_of(values))
            self.arrays[name].append(encode(values, kinds[-1]))
        self.sizes.append(len(self.chunk))
        self.length += len(self.chunk)
        self.chunk = []

    def finish(self) -> tuple[dict[str, str], dict[str, pa.Array]]:
        """Return the kind and the column of each field; the chunks are gone then."""
        self.flush()
        kinds, arrays = {}, {}
        for name in self.kinds:
            kinds[name], arrays[name] = _join(self.kinds[name], self.arrays.pop(name))
        return kinds, arrays


def _join(kinds: list[str], chunks: list[pa.Array]) -> tuple[str, pa.Array]:
    """Join the chunks of a column, which may be of different kinds."""
    told = {kind for kind, chunk in zip(kinds, chunks) if chunk.null_count < len(chunk) or kind != 'json'}
    common = common_kind(told) if told else 'json'
    if set(kinds) != {common}:
        pairs = zip(kinds, chunks)
        chunks = [c if kind == common else encode(Column(c, kind).values(0, len(c)), common) for kind, c in pairs]
    if len({chunk.type for chunk in chunks}) > 1:  # lists of small and of large integers
        chunks = [chunk.cast(pa.large_list(pa.int64())) for chunk in chunks]
    return common, pa.concat_arrays(chunks)


def build_table(path: str | os.PathLike, digest: Any) -> tuple[pa.RecordBatch, dict[str, Any]]:
    """Read a COCO-style json into one record batch, a row an image.

    Args:
        path: The json.
        digest: A :mod:`hashlib` object that is fed the file's bytes.

    Returns:
        The batch, whose column ``annotations`` lists each image's people in the file's order, and a description:
        ``kinds`` of the columns of both sections, ``lengths`` of the lists of joints, and the file's other members
        as ``header``.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is broken or a record is bad, naming file, record and field.
    """
    path = str(path)
    sections = {name: _Section(path, name) for name in SECTIONS}
    header: dict[str, Any] = {}
    for key, value in read_records(path, digest):
        if key in sections:
            sections[key].add(value)
        else:
            header[key] = value
    image_kinds, images = sections['images'].finish()
    people_kinds, people = sections['annotations'].finish()
    for name, columns in (('image', images), ('annotation', people)):
        repeated = first_repeated(np.asarray(columns['id'])) if columns else None
        if repeated is not None:
            raise ValueError(f'{path}: {name} {repeated}: id: used by more than one {name}')
    lengths = dict(_joint_lengths(path, people_kinds, people))
    first, people = _group(path, images, people)
    people |= _flags(image_kinds, images, people_kinds, people, first)
    structs = pa.StructArray.from_arrays(list(people.values()), list(people)) if people else pa.array([], pa.struct([]))
    lists = pa.LargeListArray.from_arrays(pa.array(first), structs)
    images.pop('annotations', None)
    image_kinds.pop('annotations', None)
    batch = pa.RecordBatch.from_arrays([*images.values(), lists], [*images, 'annotations'])
    return batch, {
        'kinds': {'images': image_kinds, 'annotations': {name: people_kinds[name] for name in people_kinds if people}},
        'lengths': lengths,
        'header': header,
    }


def _joint_lengths(path: str, kinds: dict[str, str], people: dict[str, pa.Array]) -> Iterator[tuple[str, int]]:
    for name in ('bbox', *JOINT_FIELDS):
        if name not in people:
            continue
        if kinds[name] == 'json':
            raise ValueError(f'{path}: annotations: {name}: holds integers beyond 2**53')
        lengths = Column(people[name], kinds[name]).lengths(0, len(people['id']))
        odd = odd_length(lengths)
        if odd:
            index, usual = odd
            raise ValueError(
                f'{path}: annotation {people["id"][index].as_py()}: {name}: must be {usual} numbers for {usual // 3} '
                f'joints as in most records, but is {lengths[index]}'
            )
        yield name, int(lengths.max())


def _group(
    path: str, images: dict[str, pa.Array], people: dict[str, pa.Array]
) -> tuple[np.ndarray, dict[str, pa.Array]]:
    """Bring the annotations into the order of their images; returns the first of each image, ``(I + 1,)``."""
    if not people or not images:
        return np.zeros(len(images.get('id', ())) + 1, np.int64), {}
    ids = np.asarray(images['id'])
    wanted = np.asarray(people['image_id'])
    order = np.argsort(ids)
    found = order[np.searchsorted(ids, wanted, sorter=order).clip(max=len(ids) - 1)]
    known = ids[found] == wanted
    if not known.all():
        lost = int(np.count_nonzero(~known))
        text = f'{path}: {lost} annotation(s) of images that the file does not list are left out'
        print_log(text, 'current', logging.WARNING)
    rows = np.argsort(np.where(known, found, len(ids)), kind='stable')[: np.count_nonzero(known)]
    first = np.concatenate([[0], np.cumsum(np.bincount(found[known], minlength=len(ids)))])
    if len(rows) != len(known) or (np.diff(rows) != 1).any():
        people = {name: people.pop(name).take(pa.array(rows)) for name in list(people)}
    return first.astype(np.int64), people


def _flags(
    image_kinds: dict[str, str],
    images: dict[str, pa.Array],
    people_kinds: dict[str, str],
    people: dict[str, pa.Array],
    first: np.ndarray,
) -> dict[str, pa.Array]:
    """Make the columns that say which people are usable, so that opening need not read every joint."""
    if not people:
        return {}
    pixels = [Column(images[side], image_kinds[side]).values(0, len(first) - 1) for side in ('width', 'height')]
    image_sizes = np.repeat(np.array(pixels, np.float64).T, np.diff(first), axis=0)
    records = Records({name: Column(array, people_kinds[name]) for name, array in people.items()})
    flags = {FLAGS[0]: usable_people(records, image_sizes)}
    if set(JOINT_FIELDS) <= people.keys():
        flags[FLAGS[1]] = usable_people(records, image_sizes, JOINT_FIELDS)
    return {name: pa.array(values.astype(np.uint8)) for name, values in flags.items()}
