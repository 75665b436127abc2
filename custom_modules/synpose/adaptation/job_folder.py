"""The folder that a job over a dataset writes: whose it is, who may write it, and whether it is complete."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from synpose.files import write_json
from synpose.locking import FileLock

from .job_identity import differences

_TEMPORARY = '.*-????????.*'  # what a killed process leaves of synpose.files.atomic_path
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SHOWN = 5  # differences in one message


@contextmanager
def explained(path: str | os.PathLike) -> Iterator[None]:
    """Turn the system's refusal to write into one line that names the file and says what to do.

    Args:
        path: The file or folder being written.

    Raises:
        OSError: In place of the system's, with its number.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None:  # one of ours, which says enough
            raise
        hint = '; nothing finished is lost: make room and run the job again' if error.errno in _FULL else ''
        raise OSError(error.errno, f'{path}: cannot be written ({error.strerror}){hint}') from error


class JobFolder:
    """A dataset folder while a job fills it.

    ``dataset.json`` says from the start which job it is, and gets ``counts`` when everything is there.

    Args:
        root: The folder.
    """

    def __init__(self, root: str | os.PathLike) -> None:
        self.root = Path(root)
        self.manifest = self.root / 'dataset.json'
        self._lock: FileLock | None = None

    def open(self, identity: dict[str, Any], begun: bool = True) -> bool:
        """Take the folder for one job, keeping others out until :meth:`close`; a new one is made.

        Args:
            identity: What the job is: JSON values.
            begun: Whether anything of it is there. A folder where nothing was made yet may become that of a job with
                another model or other options, of the same source.

        Returns:
            True if the job has finished it before.

        Raises:
            BlockingIOError: If another job is writing there.
            ValueError: If it is the folder of another job, or of none, saying what differs and what to do.
            OSError: If it cannot be written.
        """
        with explained(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / '.lock')
            if not lock.acquire():
                raise BlockingIOError(f'{self.root}: another job is writing here')
            self._lock = lock
        complete = self._inspect(json.loads(json.dumps(identity)), begun)
        with explained(self.root):
            for leftover in self.root.rglob(_TEMPORARY):
                leftover.unlink()
            if not (complete or (begun and self.manifest.is_file())):
                write_json(self.manifest, identity, indent=1)
        return complete

    def read(self) -> dict[str, Any]:
        """Return the ``dataset.json`` of a folder that :meth:`open` has taken."""
        return json.loads(self.manifest.read_bytes())

    def close(self) -> None:
        """Let other jobs at the folder."""
        if self._lock is not None:
            self._lock.path.unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def finish(self, content: dict[str, Any]) -> None:
        """Write the complete ``dataset.json``; the last thing to do."""
        with explained(self.manifest):
            write_json(self.manifest, content, indent=1)

    def _inspect(self, identity: dict[str, Any], begun: bool) -> bool:
        advice = f'delete {self.root} or choose another out_root'
        if not self.manifest.is_file():
            others = (path for path in self.root.rglob('*') if path.is_file() and not path.match(_TEMPORARY))
            for stranger in islice((path for path in others if path.name != '.lock'), 1):
                raise ValueError(f'{self.root}: holds files ({stranger.name}) but no dataset.json: {advice}')
            return False
        try:
            found = json.loads(self.manifest.read_bytes())
        except ValueError as error:
            raise ValueError(f'{self.manifest}: not valid JSON ({error}): {advice}') from error
        found = found if isinstance(found, dict) else {}
        differing = list(differences({key: found.get(key) for key in identity}, identity))
        if not begun and 'counts' not in found:
            differing = [text for text in differing if text.startswith('source')]
        if differing:
            more = f'; and {len(differing) - _SHOWN} more' if len(differing) > _SHOWN else ''
            shown = '; '.join(differing[:_SHOWN])
            raise ValueError(f'{self.root}: was begun by another job: {shown}{more}. To start afresh, {advice}')
        return 'counts' in found
