"""File names of the samples of a job that writes a file for each."""

from collections.abc import Iterable
from pathlib import PurePosixPath


def check_stems(names: Iterable[str]) -> None:
    """Check that names stay different once their endings are changed: ``a.jpg`` and ``a.png`` would not.

    Args:
        names: Paths below one folder, with ``/``.

    Raises:
        ValueError: If two names differ in their endings only, or not at all.
    """
    first: dict[PurePosixPath, str] = {}
    for name in names:
        stem = PurePosixPath(name).with_suffix('')
        if stem in first:
            raise ValueError(f'file_name: {first[stem]} and {name} differ in nothing but their endings')
        first[stem] = name
