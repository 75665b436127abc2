"""Reading a COCO-style json record by record: the whole file never sits in memory."""

import codecs
import hashlib
import json
import os
from collections.abc import Iterator
from typing import IO, Any

SECTIONS = ('images', 'annotations')
"""Top-level lists that are read record by record."""
BLOCK = 1 << 23
_MARGIN = 64  # characters; no number or escape is that long


class _Text:
    """A window over the text of a JSON file, from which whole values are taken."""

    def __init__(self, file: IO[bytes], digest: Any, block: int) -> None:
        self.file = file
        self.digest = digest
        self.block = block
        self.decode = codecs.getincrementaldecoder('utf-8')().decode
        self.parse = json.JSONDecoder().raw_decode
        self.window, self.position, self.consumed, self.ended = '', 0, 0, False

    def fill(self) -> None:
        """Drop what is behind the position and read at least as much again."""
        rest = self.window[self.position :]
        data = self.file.read(max(self.block, len(rest)))
        self.digest.update(data)
        self.consumed += self.position
        self.window, self.position, self.ended = rest + self.decode(data, not data), 0, not data

    def peek(self) -> str:
        """Return the next character that is not white space; '' at the end."""
        while True:
            while self.position < len(self.window):
                if self.window[self.position] not in ' \t\n\r':
                    return self.window[self.position]
                self.position += 1
            if self.ended:
                return ''
            self.fill()

    def take(self, expected: str) -> str:
        """Take the next character, which must be one of ``expected``."""
        found = self.peek()
        if not found or found not in expected:
            what = repr(found) if found else 'the end of the file'
            raise self.error(f'expected one of {expected!r}, but found {what}', self.position)
        self.position += 1
        return found

    def value(self) -> Any:
        """Take one JSON value."""
        self.peek()
        while True:
            try:
                value, end = self.parse(self.window, self.position)
            except json.JSONDecodeError as error:
                # A string, or what stands at the end of the window, may only be cut off; anything else is wrong.
                cut_off = error.msg.startswith('Unterminated string') or error.pos >= len(self.window) - _MARGIN
                if self.ended or not cut_off:
                    raise self.error(error.msg, error.pos) from error
            else:
                if end < len(self.window) or self.ended:  # else a number may go on in the next block
                    self.position = end
                    return value
            self.fill()

    def error(self, message: str, position: int) -> ValueError:
        return ValueError(f'{message} (character {self.consumed + position})')


def read_records(path: str | os.PathLike, digest: Any = None, block: int = BLOCK) -> Iterator[tuple[str, Any]]:
    """Read a JSON object whose ``images`` and ``annotations`` are long lists of objects.

    Args:
        path: The file.
        digest: A :mod:`hashlib` object that is fed every byte of the file.
        block: Bytes to read at a time.

    Yields:
        ``(key, value)`` of the object's members in the file's order, and ``(section, record)`` for each record of the
        two lists.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is not such JSON.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: annotation file does not exist')
    with open(path, 'rb') as file:
        text = _Text(file, digest if digest is not None else hashlib.sha256(), block)
        try:
            yield from _members(text)
        except UnicodeDecodeError as error:
            raise ValueError(f'{path}: not valid JSON: {error}') from error
        except _ShapeError as error:
            raise ValueError(f'{path}: {error}') from error
        except ValueError as error:
            raise ValueError(f'{path}: not valid JSON: {error}') from error


class _ShapeError(Exception):
    """Valid JSON of another shape."""


def _members(text: _Text) -> Iterator[tuple[str, Any]]:
    if text.peek() not in ('{', ''):
        raise _ShapeError('must hold a JSON object')
    text.take('{')
    keys: set[str] = set()
    closed = text.peek() == '}'
    if closed:
        text.take('}')
    while not closed:
        if text.peek() != '"':
            text.take('"')
        key = text.value()
        text.take(':')
        if key in SECTIONS:
            if key in keys:
                raise _ShapeError(f'{key}: appears more than once')
            yield from ((key, record) for record in _items(text, key))
        else:
            yield key, text.value()
        keys.add(key)
        closed = text.take(',}') == '}'
    if text.peek():
        raise text.error('extra data', text.position)
    if 'images' not in keys:
        raise _ShapeError('images: must be a list of objects')


def _items(text: _Text, key: str) -> Iterator[dict[str, Any]]:
    if text.peek() != '[':
        raise _ShapeError(f'{key}: must be a list of objects')
    text.take('[')
    if text.peek() == ']':
        text.take(']')
        return
    while True:
        record = text.value()
        if not isinstance(record, dict):
            raise _ShapeError(f'{key}: must be a list of objects, but holds {record!r:.40}')
        yield record
        if text.take(',]') == ']':
            return
