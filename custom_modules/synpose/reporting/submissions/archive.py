"""The zip that is uploaded: one file, under the name its server looks for."""

import os
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from synpose.files import atomic_path

SUFFIXES = ('.json', '.mat')


def write_archive(folder: str | os.PathLike, name: str, content: bytes) -> Path:
    """Write a file into a zip of the same stem, whole or not at all; the same content gives the same bytes.

    Args:
        folder: Where the zip goes; made if missing.
        name: The file's name in the zip.
        content: Its bytes.

    Returns:
        The zip.
    """
    path = Path(folder, name).with_suffix('.zip')
    entry = zipfile.ZipInfo(name)  # of 1980: no clock in the bytes
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, 'w') as archive:
        archive.writestr(entry, content)
    return path


def read_archive(path: str | os.PathLike) -> tuple[str, bytes]:
    """Read the one file of a zip; a file that is no zip is taken for the one that belongs in it.

    Args:
        path: A ``.zip``, ``.json`` or ``.mat`` file.

    Returns:
        Its name in the zip, folders included, and its bytes.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no readable zip, or holds more or less than one file.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file')
    if path.suffix in SUFFIXES:
        return path.name, path.read_bytes()
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
            if len(names) != 1:
                raise ValueError(f'{path}: must hold one file, but holds {len(names)}: {", ".join(names)}')
            return names[0], archive.read(names[0])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f'{path}: no readable zip: {error}') from error


def name_problem(path: str | os.PathLike, name: str) -> str | None:
    """Say what keeps a server from finding the file in its zip; None if nothing does."""
    inner = PurePosixPath(name)
    if inner.name != name:
        return f'{name}: must not be in a folder of the zip'
    if Path(path).stem != inner.stem:
        return f'{name}: the zip must be called {inner.stem}.zip, but is {Path(path).name}'
    return None
