"""The ids of annotations whose labels a person has rejected."""

import os
from pathlib import Path


def read_rejected(path: str | os.PathLike) -> frozenset[int]:
    """Read a file of annotation ids, one a line; what follows a ``#`` and empty lines are passed over.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a line is no whole number; names file and line.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file of rejected ids')
    ids = set()
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        text = line.partition('#')[0].strip()
        if text:
            try:
                ids.add(int(text))
            except ValueError:
                raise ValueError(f'{path}: line {number}: must be the id of an annotation, but is {text!r}') from None
    return frozenset(ids)
