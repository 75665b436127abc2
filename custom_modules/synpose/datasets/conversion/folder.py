"""A dataset folder in the SynPose format that others' annotations are written into, split by split."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from synpose.files import atomic_path, write_json
from synpose.version import __version__

from ..columnar.store import locked


def write_coco(
    path: str | os.PathLike, header: Mapping[str, Any], images: Iterable[Any], annotations: Iterable[Any]
) -> None:
    """Write a COCO-style json, record by record and atomically.

    Args:
        path: The file.
        header: Its members besides the two lists.
        images: Image records.
        annotations: Annotation records; may be made on the way. An error while they are made leaves no file.
    """
    with atomic_path(path) as temporary, open(temporary, 'w', encoding='utf-8') as file:
        file.write('{')
        for name, value in header.items():
            file.write(f'{json.dumps(name)}: {json.dumps(value)},\n')
        for name, records in (('images', images), ('annotations', annotations)):
            file.write(f'"{name}": [')
            for index, record in enumerate(records):
                file.write(('' if index == 0 else ',') + '\n' + json.dumps(record))
            file.write('\n],\n' if name == 'images' else '\n]}\n')


def check_target(root: Path, split: str) -> Path:
    """Return the annotation file that a split gets.

    Args:
        root: The dataset folder; it may be new, or hold other splits made by the tool.
        split: Name of the split.

    Raises:
        FileExistsError: If the split is there already.
        ValueError: If the name is no file name, or the folder holds a dataset of another origin.
    """
    if not split or split != Path(split).name or split.startswith('.'):
        raise ValueError(f'split: {split!r} is no name for a file')
    if 'origins' not in _description(root):
        raise ValueError(f'{root / "dataset.json"}: describes a dataset of another origin; choose another folder')
    target = root / 'annotations' / f'{split}.json'
    if target.exists():
        raise FileExistsError(f'{target}: exists; choose another split or folder, or remove it')
    return target


def describe(root: Path, split: str, origin: Mapping[str, Any], images: int, people: int) -> None:
    """Enter a finished split into ``dataset.json``: where it comes from, and its counts."""
    with locked(root):  # two splits may be finished at once
        description = _description(root)
        description['origins'][split] = dict(origin)
        description['counts'][split] = {'images': images, 'people': people}
        write_json(root / 'dataset.json', description, indent=1)


def _description(root: Path) -> dict[str, Any]:
    path = root / 'dataset.json'
    if not path.exists():
        return {'versions': {'synpose': __version__}, 'origins': {}, 'counts': {}}
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f'{path}: not valid JSON: {error}') from error
    return content if isinstance(content, dict) else {}
