"""Reading large JSON files a record at a time: an object with lists of records, as COCO files are."""

import json
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

CHUNK = 1 << 20
"""Bytes read at a time."""
_SPACE = re.compile(r'[ \t\r\n]*')
_DECODER = json.JSONDecoder()


class _Scanner:
    """A JSON file as values at byte offsets. Bytes are read as latin-1, where a character is a byte."""

    def __init__(self, path: Path, chunk: int) -> None:
        self.path, self.chunk = path, chunk
        self.file = open(path, encoding='latin-1', newline='')  # noqa: SIM115 (closed by iter_records)
        self.text, self.base, self.place, self.at_end = '', 0, 0, False

    @property
    def offset(self) -> int:
        return self.base + self.place

    def fill(self) -> None:
        """Drop what is read, and read on: at least as much as is left, so that a long value is not tried too often."""
        more = self.file.read(max(self.chunk, len(self.text) - self.place))
        self.at_end = not more
        self.base += self.place
        self.text, self.place = self.text[self.place :] + more, 0

    def peek(self) -> str:
        """Return the next character that is not white space, or an empty text at the end."""
        while True:
            self.place = _SPACE.match(self.text, self.place).end()  # type: ignore[union-attr]
            if self.place < len(self.text) or self.at_end:
                return self.text[self.place : self.place + 1]
            self.fill()

    def expect(self, characters: str) -> str:
        found = self.peek()
        if not found or found not in characters:
            raise self.error(f'expected one of {characters!r}, found {found or "the end"!r}')
        self.place += 1
        return found

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.place)
            except json.JSONDecodeError as error:
                if self.at_end:
                    raise self.error(error.msg) from error
            else:
                if end < len(self.text) or self.at_end:  # a number at the edge could go on
                    self.place = end
                    return value
            self.fill()

    def error(self, message: str) -> ValueError:
        return ValueError(f'{self.path}: not valid JSON ({message} at byte {self.offset})')


def iter_records(path: str | os.PathLike, chunk: int = CHUNK) -> Generator[tuple[str, int, int, Any], None, None]:
    """Walk through a COCO file without holding more than ``chunk`` bytes and one record of it.

    Args:
        path: A JSON file that holds an object.
        chunk: Bytes to read at a time.

    Yields:
        ``(key, start, end, value)``: for each element of a list of the object, the list's name, the element's bytes
        in the file and the element; for any other value of the object the same with the value itself. Texts are as
        read byte by byte: parse the bytes again where other than ASCII matters.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, or holds no object.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file')
    scanner = _Scanner(path, chunk)
    with scanner.file:
        if scanner.peek() != '{':
            raise ValueError(f'{path}: must hold a JSON object')
        scanner.expect('{')
        if scanner.peek() == '}':
            return
        while True:
            key = scanner.value()
            scanner.expect(':')
            if scanner.peek() == '[':
                scanner.expect('[')
                if scanner.peek() == ']':
                    scanner.expect(']')
                else:
                    separator = ','
                    while separator == ',':
                        scanner.peek()
                        start = scanner.offset
                        value = scanner.value()
                        yield key, start, scanner.offset, value
                        separator = scanner.expect(',]')
            else:
                start = scanner.offset
                value = scanner.value()
                yield key, start, scanner.offset, value
            if scanner.expect(',}') == '}':
                return
