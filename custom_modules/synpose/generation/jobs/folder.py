"""Who may write a dataset folder, and how far it is.

A run holds ``<root>/.lock`` alone. Jobs that fill one folder as shards hold it shared, and each the lock of its own
shard besides; whoever gets ``.lock`` alone when all images are there puts the annotations together. The lock's file is
the last thing to go: a folder without it is complete, or empty, or none of ours.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

from synpose.generation.jobs.shards import Shard
from synpose.generation.jobs.storing import naming, to_json, write_atomic
from synpose.json_records import iter_records
from synpose.locking import FileLock

Header: TypeAlias = dict[str, Any] | Callable[[], dict[str, Any]]

_TEMPORARY = '.*-????????.*'  # what a killed process leaves of synpose.files.atomic_path
_JUDGED = '.photos*'  # what a generator finds out about its photos before the first image; kept to the end
_PATIENCE = 30.0  # s; another shard looks alone at the folder for a moment when it ends
_LAST_PATIENCE = 3.0  # s; another shard that only looks whether it may begin is gone by then


class DatasetFolder:
    """One dataset folder while it is being written.

    Args:
        root: The folder; made if missing.
        header: What describes the dataset before its first image (configuration, seed, versions): JSON types only. Or a
            function that finds it out, which may take hours: called once, when the folder is known to be free.
    """

    def __init__(self, root: str | os.PathLike, header: Header) -> None:
        self.root = Path(os.path.abspath(root))  # worker processes of a cluster start elsewhere
        self._header = header if callable(header) else _as_json(header)
        self.records = self.root / '.records'
        self.description = self.root / 'dataset.json'
        self._shards = self.records / 'shards'
        self._lock = FileLock(self.root / '.lock')
        self._shard_lock: FileLock | None = None

    @property
    def header(self) -> dict[str, Any]:
        """What describes the dataset before its first image."""
        if callable(self._header):
            self._header = _as_json(self._header())
        return self._header

    def open(self, resume: bool, shard: Shard | None = None) -> bool:
        """Prepare the folder and keep other runs out of it until :meth:`close`.

        Args:
            resume: Continue what the folder holds instead of refusing it.
            shard: Share the folder with the other shards; None to have it alone.

        Returns:
            True if the folder already holds the complete dataset.

        Raises:
            BlockingIOError: If another run is writing the folder (or this shard of it).
            FileExistsError: If the folder is not empty (or the shard was begun before) and ``resume`` is off.
            FileNotFoundError: If the dataset is complete but for a file that has since gone.
            ValueError: If the folder was written with another configuration or number of shards, or its dataset.json
                is broken.
            OSError: If the folder cannot be written.
        """
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(f'{self.root}: exists and is not a folder')
        existed = self.root.exists()
        if existed and not self._lock.path.exists() and self._inspect(resume, shard):
            return True
        with naming(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            if not self._lock.acquire(shared=shard is not None, patience=_PATIENCE if shard else 0):
                raise BlockingIOError(f'{self.root}: another run is writing here')
        try:
            complete = self._inspect(resume, shard)
            _ = self.header  # may fail, or take hours: before any file
            with naming(self.root):
                if complete:
                    self.clean_up()
                else:
                    self._prepare(resume, shard)
        except BaseException:
            self.close()
            self._remove_empty(existed)
            raise
        return complete

    def close(self) -> None:
        """Let other runs at the folder."""
        for lock in (self._shard_lock, self._lock):
            if lock:
                lock.release()

    def take_over(self) -> bool:
        """Ask for the folder alone, at the end of a shard.

        Returns:
            False if other shards are still at work (the last of them will ask too) or have finished the dataset.
        """
        self._lock.release()
        with naming(self.root):
            if not self._lock.acquire(patience=_LAST_PATIENCE):
                return False
            if self.is_complete():
                self.clean_up()
                return False
        return True

    def is_complete(self) -> bool:
        """Tell whether the dataset is finished."""
        with naming(self.description, 'cannot be read'):
            return 'counts' in json.loads(self.description.read_bytes())

    def clean_up(self) -> None:
        """Remove all that only an unfinished dataset needs."""
        self.remove_leftovers()
        if self.records.exists():
            shutil.rmtree(self.records)
        for file in self.root.glob(_JUDGED):
            file.unlink(missing_ok=True)
        self._lock.path.unlink(missing_ok=True)

    def remove_leftovers(self) -> None:
        """Remove the files that killed processes did not finish; the folder must be held alone."""
        for leftover in self.root.rglob(_TEMPORARY):
            if not self._is_judged(leftover):
                leftover.unlink(missing_ok=True)

    def _remove_empty(self, existed: bool) -> None:
        """Leave a folder as it was before :meth:`open` failed, if nobody has written to it."""
        if _names(self.root) == [self._lock.path.name] and self._lock.acquire():
            self._lock.path.unlink()
            self._lock.release()
            if not existed:
                self.root.rmdir()

    def _is_judged(self, path: Path) -> bool:
        return path.parent == self.root and path.match(_JUDGED)

    def _prepare(self, resume: bool, shard: Shard | None) -> None:
        if shard:
            self._begin(shard, resume)
        else:
            self.remove_leftovers()  # with shards they may be another's files, not yet whole
        for folder in ('images', 'stencils', 'depth', 'annotations', '.records'):
            (self.root / folder).mkdir(exist_ok=True)
        if not self.description.exists():
            write_atomic(self.description, to_json(self.header, indent=1))

    def _begin(self, shard: Shard, resume: bool) -> None:
        self._shards.mkdir(parents=True, exist_ok=True)
        mark = self._shards / f'{shard.number}-of-{shard.of}'
        begun = mark.exists()
        self._shard_lock = FileLock(mark)
        if not self._shard_lock.acquire():
            raise BlockingIOError(f'{self.root}: another run is rendering shard {shard}')
        if begun and not resume:
            raise FileExistsError(f'{self.root}: shard {shard} was begun before; continue it with --resume')

    def _inspect(self, resume: bool, shard: Shard | None) -> bool:
        """Tell whether the dataset is complete; refuse a folder that must not be written. Changes nothing."""
        with naming(self.root, 'cannot be read'):
            described = self._look(resume, shard)
            content = self.description.read_bytes() if described else b''
        return described and self._check_description(content)

    def _look(self, resume: bool, shard: Shard | None) -> bool:
        """Tell whether there is a dataset.json to continue."""
        if all(path == self._lock.path or self._is_judged(path) for path in self.root.iterdir()):
            return False
        described = self.description.is_file()  # a shard marks that it has begun before it writes this
        begun = [Shard.parse(name.replace('-of-', '/')) for name in _names(self._shards)]
        others = sorted({other.of for other in begun} - {shard.of if shard else 0})
        if shard and others:
            raise ValueError(f'{self.root}: is being rendered in {others[0]} shards, not in {shard.of}')
        if not resume and not (shard and (begun or not described)):
            raise FileExistsError(f'{self.root}: not empty; choose a new folder or continue this one with --resume')
        if not described:
            self._refuse_strangers()
        return described

    def _refuse_strangers(self) -> None:
        """Raise ValueError if there is any file that a run killed at its start would not have left."""
        for path in self.root.rglob('*'):
            ours = path == self._lock.path or self._shards in path.parents
            ours = ours or path.match(_TEMPORARY) or self._is_judged(path)
            if not ours and not path.is_dir() and not self.description.is_file():
                raise ValueError(f'{self.root}: holds files but no dataset.json, so it is not a dataset to resume')

    def _check_description(self, content: bytes) -> bool:
        try:
            found = json.loads(content)
        except ValueError as error:
            raise ValueError(f'{self.description}: broken JSON ({error})') from error
        if not isinstance(found, dict):
            raise ValueError(f'{self.description}: broken JSON (a {type(found).__name__} instead of an object)')
        for key in self.header:
            if found.get(key) != self.header[key]:
                reason = _first_difference(found.get(key), self.header[key], key)
                if key == 'files':
                    reason = f'the content of a file has changed since: {reason}'
                raise ValueError(f'{self.description}: cannot resume, {reason}')
        if 'counts' not in found:
            return False
        self._check_files(found['counts'])
        return True

    def _check_files(self, splits: Iterable[str]) -> None:
        """Raise FileNotFoundError naming the first missing file of a complete dataset."""
        for split in splits:
            annotations = Path('annotations', f'{split}.json')
            with closing(iter_records(self._existing(annotations))) as records:
                for key, _, _, image in records:
                    if key == 'annotations':  # after all images, and too many to read
                        break
                    for file in files_of(image) if key == 'images' else ():
                        self._existing(file)

    def _existing(self, file: str | Path) -> Path:
        path = self.root / file
        if not path.is_file():
            raise FileNotFoundError(f'{path}: missing from a complete dataset; render it again in a new folder')
        return path


def files_of(image: dict[str, Any]) -> list[str]:
    """Return the picture, the stencil, the depth map and perhaps the parts of a COCO image entry, below the root."""
    files = [f'images/{image["file_name"]}', image['stencil_file'], image['depth_file']]
    return [*files, image['parts_file']] if 'parts_file' in image else files


def _as_json(header: dict[str, Any]) -> dict[str, Any]:
    return json.loads(to_json(header))


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _first_difference(found: Any, wanted: Any, path: str) -> str:
    """Name the first field in which two JSON values differ, for an error message."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted({*found, *wanted}):
            if found.get(key) != wanted.get(key):
                return _first_difference(found.get(key), wanted.get(key), f'{path}.{key}')
    return f'{path} is {found!r} there and {wanted!r} now'
