"""Pictures of a source: their sizes, and their places in a dataset folder."""

import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from PIL import Image
from tqdm import tqdm

from synpose.files import atomic_path

from ..file_checks import TURNED, is_turned

_THREADS = 8  # headers wait for the disk or the network, not for the processor


def picture_size(path: Path) -> tuple[int, int]:
    """Return the width and height of a picture, px, from the file's head.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no picture, or one that its EXIF data turn.
    """
    if not path.is_file():
        raise FileNotFoundError(f'{path} does not exist')
    try:
        with Image.open(path) as picture:
            size, turned = picture.size, is_turned(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f'{path} is not a readable picture: {error}') from error
    if turned:
        raise ValueError(f'{path} {TURNED}')
    return size


def picture_sizes(folder: Path, names: Iterable[str]) -> Iterator[tuple[int, int] | Exception]:
    """Read the sizes of many pictures, with a progress bar.

    Args:
        folder: Where the names start.
        names: Their paths.

    Yields:
        For each its (width, height), or the error.
    """

    def read(name: str) -> tuple[int, int] | Exception:
        try:
            return picture_size(folder / name)
        except (OSError, ValueError) as error:
            return error

    names = list(names)
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from tqdm(pool.map(read, names), total=len(names), unit='image', desc='reading sizes')


def place_files(source: Path, target: Path, names: Iterable[str], copy: bool) -> None:
    """Link or copy files into a folder under their names, with a progress bar; those already there stay.

    Links are relative, so that two folders below a common one may be moved together.

    Args:
        source: Where the names start.
        target: The folder; made if missing.
        names: Paths below both.
        copy: Whether to copy instead of linking.

    Raises:
        FileExistsError: If another file has the place.
        OSError: If a file cannot be written, or the system makes no links.
    """
    names = list(dict.fromkeys(names))
    for name in tqdm(names, unit='file', desc='copying' if copy else 'linking'):
        _place(source / name, target / name, copy)


def _place(source: Path, target: Path, copy: bool) -> None:
    if os.path.lexists(target):
        if not _is_same(source, target):
            raise FileExistsError(f'{target}: is in the way of {source}; choose another folder')
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if copy:
        with atomic_path(target) as temporary:
            shutil.copy2(source, temporary)
        return
    try:
        os.symlink(os.path.relpath(source.resolve(), target.parent.resolve()), target)
    except OSError as error:
        raise OSError(f'{target}: cannot be linked to {source} ({error.strerror}); copy the files instead') from error


def _is_same(source: Path, target: Path) -> bool:
    """Tell whether a file is the one that is to be placed: it, or a whole copy of it."""
    if not target.exists():
        return False
    if os.path.samefile(source, target):
        return True
    ours, theirs = target.stat(), source.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)


def is_below(name: str) -> bool:
    """Tell whether a path of an annotation file stays below the folder it starts from."""
    path = PurePosixPath(name)
    return not path.is_absolute() and '..' not in path.parts and bool(path.parts)
