"""Records of YAML files as dataclasses: every field is checked, every error names file, record and field."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

Made = TypeVar('Made')


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f'{key!r} is given twice')
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not YAML, holds no mapping, or gives a key twice; the message names the file.
    """
    try:
        data = yaml.load(path.read_text(encoding='utf-8'), _Loader)  # a subclass of the safe loader
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f'{path}: {error}') from error
    return mapping(data, str(path))


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Return a value that must be a mapping with string keys.

    Raises:
        ValueError: If it is not; the message starts with ``where``.
    """
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f'{where}: expected a mapping of names, got {value!r}')
    return dict(value)


def span(value: Any, where: str) -> tuple[float, float]:
    """Return a (low, high) range of numbers; see :func:`mapping` for the error."""
    low, high = numbers(value, where, 2)
    if low > high:
        raise ValueError(f'{where}: the range {value!r} has low > high')
    return low, high


def vector(value: Any, where: str) -> tuple[float, float, float]:
    """Return three numbers; see :func:`mapping` for the error."""
    x, y, z = numbers(value, where, 3)
    return x, y, z


def numbers(value: Any, where: str, count: int) -> tuple[float, ...]:
    """Return a tuple of ``count`` finite numbers; see :func:`mapping` for the error."""
    ok = isinstance(value, (list, tuple)) and len(value) == count
    if not ok or not all(isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) < 1e6 for v in value):
        raise ValueError(f'{where}: expected {count} numbers, got {value!r}')
    return tuple(float(v) for v in value)


def choice(*allowed: str) -> Callable[[Any, str], str]:
    """Return a reader of a name that must be one of ``allowed``."""

    def read(value: Any, where: str) -> str:
        if value not in allowed:
            raise ValueError(f'{where}: unknown {value!r}, expected one of {sorted(allowed)}')
        return value

    return read


def flag(value: Any, where: str) -> bool:
    """Return a truth value; see :func:`mapping` for the error."""
    if not isinstance(value, bool):
        raise ValueError(f'{where}: expected true or false, got {value!r}')
    return value


def build(cls: type[Made], record: Any, readers: Mapping[str, Callable[[Any, str], Any]], where: str) -> Made:
    """Make a dataclass of a record.

    Args:
        cls: The dataclass.
        record: Its fields by name.
        readers: For each field that a record may give, a function of (value, where) that returns it checked.
        where: File and record, the beginning of every message.

    Raises:
        ValueError: If a field is unknown, missing or wrong.
    """
    record = mapping(record, where)
    unknown = sorted(set(record) - set(readers))
    if unknown:
        raise ValueError(f'{where}: unknown field {unknown[0]!r}, expected some of {sorted(readers)}')
    for field in fields(cls):  # type: ignore[arg-type]
        needed = field.default is MISSING and field.default_factory is MISSING
        if needed and field.name in readers and field.name not in record:
            raise ValueError(f'{where}: needs the field {field.name!r}')
    return cls(**{name: readers[name](value, f'{where}: {name}') for name, value in record.items()})
