"""The user's files that the people of a dataset are made from."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from synpose.generation.bodies.smplx_file import find_smplx
from synpose.records import read_yaml

_YAML = ('.yaml', '.yml')


def people_files(people: Mapping[str, Any], path: Callable[[str | Path], Path]) -> list[Path]:
    """List the movements' YAML files, what they include, and the body model's file, as the options name them.

    Args:
        people: Options of :class:`synpose.generation.people.factory.PersonFactory`.
        path: Makes a path absolute.

    Raises:
        FileNotFoundError: If one is missing.
        ValueError: If one cannot be read.
    """
    files: list[Path] = []
    for name in people.get('movements') or ():
        if name.endswith(_YAML):
            files.append(Path(name))
            content = read_yaml(path(name))
            if isinstance(content, Mapping) and 'include' in content:
                files.append(Path(name).parent / str(content['include']))
    body = people.get('body') or {}
    if 'model_path' in body:
        model = Path(body['model_path'])
        found = find_smplx(path(model), body.get('gender', 'neutral'))
        files.append(model / found.relative_to(path(model)))
    return files


def locate_people(people: Mapping[str, Any], path: Callable[[str | Path], Path]) -> dict[str, Any]:
    """Return the people's options with absolute paths: workers of a cluster start in another folder.

    Args:
        people: Options of :class:`synpose.generation.people.factory.PersonFactory`.
        path: Makes a path absolute.
    """
    located = dict(people)
    if located.get('movements'):
        located['movements'] = [str(path(name)) if name.endswith(_YAML) else name for name in located['movements']]
    if 'model_path' in (located.get('body') or {}):
        located['body'] = {**located['body'], 'model_path': str(path(located['body']['model_path']))}
    return located
