"""File locks that also hold between the machines of a shared file system, and end with the process that holds them."""

import fcntl
import os
import time
from pathlib import Path

_PAUSE = 0.1  # s between two tries


class FileLock:
    """An advisory lock on a small file of its own.

    A file instead of the folder: network file systems lock only what is open for writing. The lock is not inherited by
    worker processes and ends when its process is killed; the file may be removed by whoever holds the lock alone.

    Args:
        path: The file, made on the first :meth:`acquire`; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, shared: bool = False, patience: float = 0.0) -> bool:
        """Take the lock.

        Args:
            shared: Let others hold it too who ask for it shared.
            patience: How long to keep trying, s.

        Returns:
            False if another process still holds it.

        Raises:
            OSError: If the file cannot be written or its file system has no locks.
        """
        deadline = time.monotonic() + patience
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
                if self._is_current(descriptor):
                    self._descriptor = descriptor
                    return True
                os.close(descriptor)  # its last holder removed the file meanwhile
            except BlockingIOError:
                os.close(descriptor)
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_PAUSE)
            except OSError:
                os.close(descriptor)
                raise

    def release(self) -> None:
        """Let others have it; nothing happens if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self.path))
        except FileNotFoundError:
            return False

    def __getstate__(self) -> dict[str, object]:
        return {'path': self.path, '_descriptor': None}  # a worker process works under its parent's lock
