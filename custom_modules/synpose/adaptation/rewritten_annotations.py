"""A COCO-style annotation file with other values in a few fields of its records, and every other byte as it was."""

import json
import mmap
import os
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any, TypeAlias

from synpose.files import atomic_path
from synpose.json_records import iter_records

Change: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""From an image's record to the fields to set in it, or to None if the image is to be left out."""

PersonChange: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]
"""From an annotation to the fields to set in it."""

_COPIED = 1 << 20  # bytes at a time
_SPACE = re.compile(r'[ \t\r\n]*')
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Kept:
    """What a rewritten file holds: numbers of images and people, and of those left out."""

    images: int
    people: int
    skipped_images: int
    skipped_people: int


def iter_images(path: str | os.PathLike) -> Generator[dict[str, Any], None, None]:
    """Walk through the images of a COCO-style file, not reading on when they are over.

    Args:
        path: The annotation file.

    Yields:
        Each image's record.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, or an image has no ``id`` or no ``file_name``.
    """
    with closing(iter_records(path)) as records, open(path, 'rb') as file:
        begun = False
        for key, start, end, _ in records:
            if key == 'images':
                begun = True
                file.seek(start)
                yield _image(path, file.read(end - start))
            elif begun:
                return


def rewrite_annotations(
    source: str | os.PathLike,
    target: str | os.PathLike,
    change: Change,
    change_person: PersonChange | None = None,
    added: Iterable[Mapping[str, Any]] = (),
) -> Kept:
    """Copy a COCO-style file, change fields of its records, leave out images with their people, and add people.

    Records are read one at a time, so a file of any size needs the memory of one of them, and of the ids of the images
    that are left out. Bytes outside the changed values and the records left out are copied; a field that a record
    lacks is added at its end.

    Args:
        source: The file to read.
        target: The file to write, atomically.
        change: See :data:`Change`. Called twice for each image.
        change_person: See :data:`PersonChange`; None leaves all annotations alone.
        added: Records to write behind the last annotation, taken one at a time; a file without such a list gets one.

    Raises:
        FileNotFoundError: If there is no source.
        ValueError: If the source is not JSON, or a record lacks what is needed.
    """

    def edit(record: bytes) -> bytes:
        return replace_fields(record, change(_image(source, record)) or {})

    left_out = {image['id'] for image in iter_images(source) if change(image) is None}
    new = (json.dumps(record) for record in added)
    with (
        atomic_path(target) as temporary,
        open(source, 'rb') as read,
        open(temporary, 'wb') as written,
        closing(iter_records(source)) as records,
    ):
        copier = _Copier(read, written)
        seen: Counter[str] = Counter()
        kept: Counter[str] = Counter()
        previous_end, last_person = 0, -1
        for key, start, end, value in records:
            owner = {'images': 'id', 'annotations': 'image_id'}.get(key, '')
            if key != 'annotations' and last_person >= 0:
                copier.add(last_person, new, kept['annotations'] > 0)
            if left_out and owner and isinstance(value, dict) and value.get(owner) in left_out:
                copier.copy_to(previous_end if seen[key] else start)  # with it goes the comma before it
                copier.jump_to(end)
            else:
                if seen[key] and not kept[key]:
                    copier.jump_to(start)  # over the comma: all records before were left out
                kept[key] += 1
                if key == 'images':
                    copier.replace(start, end, edit)
                elif key == 'annotations' and change_person and (fields := change_person(value)):
                    copier.replace(start, end, partial(replace_fields, fields=fields))
            seen[key] += 1
            previous_end = end
            if key == 'annotations':
                last_person = end
        if last_person >= 0:
            copier.add(last_person, new, kept['annotations'] > 0)
        copier.copy_to(None)
    first = next(new, None)
    if first is not None:  # there was not one annotation
        _add_to_empty(target, chain([first], new))
    skipped = seen - kept
    return Kept(kept['images'], kept['annotations'], skipped['images'], skipped['annotations'])


def _add_to_empty(path: str | os.PathLike, records: Iterator[str]) -> None:
    """Write the first annotations of a file into its empty list, or give it that list."""
    with open(path, 'rb') as read, mmap.mmap(read.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = re.search(rb'"annotations"\s*:\s*\[(?=\s*\])', content)
        place = found.end() if found else content.rfind(b'}')
        with atomic_path(path) as temporary, open(temporary, 'wb') as written:
            copier = _Copier(read, written)
            copier.copy_to(place)
            written.write(b'' if found else b', "annotations": [')
            copier.add(place, records, after=False)
            written.write(b'' if found else b']')
            copier.copy_to(None)


class _Copier:
    """Copies one file to another but for the places it is told, in the order of the file."""

    def __init__(self, read: IO[bytes], written: IO[bytes]) -> None:
        self._read, self._written, self._place = read, written, 0

    def copy_to(self, end: int | None) -> None:
        """Copy up to a place, or all."""
        self._read.seek(self._place)
        while end is None or self._place < end:
            block = self._read.read(_COPIED if end is None else min(_COPIED, end - self._place))
            if not block:
                return
            self._written.write(block)
            self._place += len(block)

    def jump_to(self, place: int) -> None:
        """Go on at a place further on, without what is between."""
        self._place = place

    def add(self, place: int, records: Iterator[str], after: bool) -> None:
        """Write records, if any are left, at a place, ``after`` others or as the first of their list."""
        for record in records:
            self.copy_to(place)
            self._written.write((', ' * after + record).encode('latin-1'))
            after = True

    def replace(self, start: int, end: int, edit: Callable[[bytes], bytes]) -> None:
        """Write something else in place of what stands between two places."""
        self.copy_to(start)
        self._read.seek(start)
        self._written.write(edit(self._read.read(end - start)))
        self._place = end


def replace_fields(record: bytes, fields: Mapping[str, Any]) -> bytes:
    """Set fields of a JSON object in its text, leaving all other bytes alone.

    Args:
        record: An object with at least one field, valid JSON in UTF-8.
        fields: New values by name; names are ASCII. What the object lacks is added at its end.

    Returns:
        The new text.
    """
    text = record.decode('latin-1')  # a character is a byte
    missing, pieces, copied = dict(fields), [], 0
    place, separator = _after_space(text, 0), ','
    while separator == ',':
        name, place = _DECODER.raw_decode(text, _after_space(text, place + 1))
        start = _after_space(text, _after_space(text, place) + 1)  # behind the colon
        _, end = _DECODER.raw_decode(text, start)
        if name in fields:
            pieces += [text[copied:start], json.dumps(fields[name])]
            copied = end
            missing.pop(name, None)
        place = _after_space(text, end)
        separator = text[place]
    pieces.append(text[copied:end])
    pieces += [f', {json.dumps(name)}: {json.dumps(value)}' for name, value in missing.items()]
    return ''.join([*pieces, text[end:]]).encode('latin-1')


def _after_space(text: str, place: int) -> int:
    return _SPACE.match(text, place).end()  # type: ignore[union-attr]


def _image(path: str | os.PathLike, record: bytes) -> dict[str, Any]:
    image = json.loads(record)
    for field in ('id', 'file_name'):
        if not isinstance(image, dict) or image.get(field) is None:
            raise ValueError(f'{Path(path)}: images: {field}: missing in {record[:80].decode(errors="replace")}')
    return image
