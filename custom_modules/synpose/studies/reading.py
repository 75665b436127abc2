"""Reading a study's YAML file: every field is checked, every error names file, record and field."""

import os
import shlex
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from synpose.records import build, choice, mapping, read_yaml

from .study import Column, FilePicture, FolderSheet, PredictionSheet, Row, Sheet, Stage, Study

STUDIES, RESULTS = Path('projects/synpose/studies'), Path('projects/synpose/results')

Made = TypeVar('Made')


def find_study(name: str) -> Path:
    """Return the file of a study: a path, or a name in ``projects/synpose/studies``.

    Raises:
        FileNotFoundError: If there is none; names the studies there are.
    """
    path = Path(name) if name.endswith(('.yaml', '.yml')) else STUDIES / f'{name}.yaml'
    if not path.is_file():
        known = ', '.join(sorted(found.stem for found in STUDIES.glob('*.yaml'))) or 'none'
        raise FileNotFoundError(f'{path}: no such study; in {STUDIES}: {known}')
    return path


def read_study(path: str | os.PathLike) -> Study:
    """Read a study.

    Args:
        path: Its YAML file. Paths in it are relative to the folder the study is run in, as in a command.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a field is unknown, missing or wrong, or a name is used twice; names file, record and field.
    """
    path = Path(path)
    readers = {
        'title': text,
        'about': text,
        'work_dir': text,
        'budget': mapping,
        'stages': _stages,
        'tests': texts,
        'rows': lambda value, where: value,
        'columns': lambda value, where: _unique_records(value, where, 'column', _column, 'header'),
        'pictures': lambda value, where: _unique_records(value, where, 'picture', _picture),
    }
    content = read_yaml(path)
    unknown = sorted(set(content) - set(readers))
    if unknown:
        raise ValueError(f'{path}: unknown field {unknown[0]!r}, expected some of {sorted(readers)}')
    for needed in ('title', 'rows', 'columns'):
        if not content.get(needed):
            raise ValueError(f'{path}: needs the field {needed!r}')
    found = {name: readers[name](value, f'{path}: {name}') for name, value in content.items()}
    rows = _unique_records(found['rows'], f'{path}: rows', 'row', partial(_row, tests=found.get('tests', ())))
    study = Study(
        path=path,
        title=found['title'],
        about=' '.join(found.get('about', '').split()),
        work_dir=Path(found.get('work_dir', f'work_dirs/study/{path.stem}')),
        budget=found.get('budget', {}),
        stages=found.get('stages', ()),
        rows=rows,
        columns=found['columns'],
        pictures=found.get('pictures', ()),
    )
    for sheet in study.pictures:
        unknown = sorted(set(getattr(sheet, 'rows', ())) - {row.name for row in rows})
        if unknown:
            raise ValueError(f'{path}: picture {sheet.name}: rows: there is no row {unknown[0]!r}')
    return study


def text(value: Any, where: str) -> str:
    """Return a text that is not empty; ValueError starts with ``where``."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f'{where}: expected a text, got {value!r}')
    return value


def texts(value: Any, where: str) -> tuple[str, ...]:
    """Return a list of texts; see :func:`text`."""
    if not isinstance(value, list):
        raise ValueError(f'{where}: expected a list, got {value!r}')
    return tuple(text(part, where) for part in value)


def _plain_name(value: Any, where: str) -> str:
    name = text(value, where)
    if name != Path(name).name or name.startswith('.'):
        raise ValueError(f'{where}: {value!r} cannot name a file')
    return name


def _count(value: Any, where: str) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f'{where}: expected a whole number of at least 1, got {value!r}')
    return value


def _command(value: Any, where: str) -> tuple[str, ...]:
    try:
        parts = shlex.split(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f'{where}: {error} in {value!r}') from error
    if not isinstance(parts, list) or not parts or not all(isinstance(part, (str, int, float)) for part in parts):
        raise ValueError(f'{where}: expected what follows "python" in a command, got {value!r}')
    return tuple(str(part) for part in parts)


def _seeds(value: Any, where: str) -> tuple[int, ...]:
    if not isinstance(value, list) or not value or not all(type(seed) is int and seed >= 0 for seed in value):
        raise ValueError(f'{where}: expected a list of whole numbers, got {value!r}')
    if len(set(value)) < len(value):
        raise ValueError(f'{where}: a seed is given twice in {value!r}')
    return tuple(value)


def _file(value: Any, where: str) -> str:
    path = text(value, where)
    if not Path(path).is_file():
        raise ValueError(f'{where}: {path} does not exist')
    return path


def _files(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_file(path, where) for path in texts(value, where))


def _key(value: Any, where: str) -> tuple[str, ...]:
    return texts(value, where) if isinstance(value, list) else (text(value, where),)


def _format(value: Any, where: str) -> str:
    try:
        format(0.5, text(value, where))
    except ValueError as error:
        raise ValueError(f'{where}: {value!r} is no format of a number, e.g. ".3f"') from error
    return value


def _labels(value: Any, where: str) -> dict[str, str]:
    return {label: text(path, where) for label, path in mapping(value, where).items()}


def _unique(found: tuple[Made, ...], where: str, kind: str, key: str) -> tuple[Made, ...]:
    names = [getattr(record, key) for record in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f'{where}: {twice!r} is the {key} of two {kind}s')
    return found


def _records(
    value: Any, where: str, kind: str, read: Callable[[dict[str, Any], str], Made], key: str = 'name'
) -> tuple[Made, ...]:
    """Read a list of records, each called in messages by its ``key``."""
    if not isinstance(value, list):
        raise ValueError(f'{where}: expected a list of {kind}s, got {value!r}')
    file = where.rsplit(': ', 1)[0]
    found = []
    for number, record in enumerate(value, 1):
        record = mapping(record, f'{file}: {kind} {number}')
        found.append(read(record, f'{file}: {kind} {record.get(key, number)}'))
    return tuple(found)


def _unique_records(
    value: Any, where: str, kind: str, read: Callable[[dict[str, Any], str], Made], key: str = 'name'
) -> tuple[Made, ...]:
    return _unique(_records(value, where, kind, read, key), where, kind, key)


_STAGE = {'name': _plain_name, 'command': _command, 'done': text, 'needs': texts}


def _stage(record: dict[str, Any], where: str) -> tuple[Stage, ...]:
    """Read a stage; ``for_each: [a, b]`` makes one of each value, put where ``{each}`` stands."""
    values = texts(record.pop('for_each'), f'{where}: for_each') if 'for_each' in record else None
    stage = build(Stage, record, _STAGE, where)
    if values is not None and '{each}' not in stage.name:
        raise ValueError(f'{where}: name: must hold "{{each}}", as for_each makes several stages of it')
    return (stage,) if values is None else tuple(stage.filled(each=value) for value in values)


def _stages(value: Any, where: str) -> tuple[Stage, ...]:
    stages = tuple(stage for group in _records(value, where, 'stage', _stage) for stage in group)
    return _unique(_unique(stages, where, 'stage', 'name'), where, 'stage', 'done')


def _row(record: dict[str, Any], where: str, tests: tuple[str, ...]) -> Row:
    def after(value: Any, place: str) -> tuple[Stage, ...]:
        return _unique_records(value, place, 'stage', lambda stage, name: build(Stage, stage, _STAGE, name))

    readers = {
        'name': _plain_name,
        'label': text,
        'config': _file,
        'options': mapping,
        'seeds': _seeds,
        'needs': texts,
        'measures': texts,
        'tests': _files,
        'after': after,
    }
    if 'config' in record and 'tests' not in record and tests:
        record['tests'] = list(tests)
    row = build(Row, record, readers, where)
    if row.config is None:
        spare = next((name for name in ('options', 'seeds', 'tests', 'after') if getattr(row, name)), None)
        if spare:
            raise ValueError(f'{where}: {spare}: given, but the row has no config to train')
    elif not row.seeds:
        raise ValueError(f"{where}: needs the field 'seeds'")
    elif not row.tests:
        raise ValueError(f"{where}: needs the field 'tests', here or for the whole study")
    return row


def _column(record: dict[str, Any], where: str) -> Column:
    readers = {'header': text, 'test': text, 'metric': text, 'file': text, 'key': _key, 'format': _format}
    column = build(Column, record, readers, where)
    given = {name for name in ('test', 'metric', 'file', 'key') if getattr(column, name)}
    if given not in ({'test', 'metric'}, {'file', 'key'}):
        raise ValueError(f'{where}: needs either test and metric, or file and key; got {sorted(given)}')
    return column


def _picture(record: dict[str, Any], where: str) -> Sheet:
    shared = {'name': _plain_name, 'title': text}
    chosen = {'stems': texts, 'count': _count}
    kinds: dict[str, tuple[type, Mapping[str, Any]]] = {
        'folders': (FolderSheet, {**shared, **chosen, 'folders': _labels, 'unpaired': _labels}),
        'predictions': (PredictionSheet, {**shared, **chosen, 'test': text, 'rows': texts}),
        'file': (FilePicture, {**shared, 'file': text}),
    }
    kind = choice(*kinds)(record.pop('kind', None), f'{where}: kind')
    cls, readers = kinds[kind]
    return build(cls, record, readers, where)
