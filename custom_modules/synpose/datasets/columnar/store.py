"""The store on disk: when it is good, when it is rebuilt, and what it gives."""

import errno
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from mmengine.logging import print_log

from synpose.files import atomic_path, sha256

from .build import build_table
from .columns import Column, Records, view
from .flags import PREFIX, read_flags

try:
    import fcntl
except ImportError:  # not on Windows; there two processes may both build, which is only slower
    fcntl = None  # type: ignore[assignment]

VERSION = 3
"""Version of the store; one of another version is rebuilt. It rises with the layout, and whenever the checks of records
or pictures or the flags change: what they found is part of a store."""
_KEY = b'synpose'
_SETTLED_NS = 2_000_000_000  # a file changed again within its clock's resolution looks unchanged; then its hash decides


class AnnotationStore:
    """The annotations of a file, memory-mapped: pages are shared by the processes that read them.

    A copy in another process (a data loader's worker) opens the file again.

    Args:
        path: The Arrow file.
        digest: SHA-256 of the json it must have been made from; None accepts any.

    Attributes:
        images: Records of the images, in the file's order.
        people: Records of the annotations, by image.
        first: ``(I + 1,)`` int64; the people of image i are ``first[i]`` to ``first[i + 1]``, excluded.
        sound_images: ``(I,)`` uint8, the images without a problem.
        flags: What a dataset asks of every person, see :mod:`synpose.datasets.columnar.flags`.
        lengths: Numbers in each record's list, by the name of the field of joints.
        header: What else the json holds (``info``, ``categories``, ...).
        description: All of the store's own description, with the ``source`` it was made from.

    Raises:
        ValueError: If the file is not a whole store of this version, or was made from another json.
    """

    def __init__(self, path: str | os.PathLike, digest: str | None = None) -> None:
        self.path = str(path)
        try:
            with pa.memory_map(self.path) as source, pa.ipc.open_file(source) as reader:
                self.description = _description(reader.schema)
                if self.description.get('version') != VERSION:
                    raise ValueError(f'{path}: version {self.description.get("version")}, not {VERSION}')
                self.batch = reader.get_batch(0)
        except (pa.ArrowException, OSError, EOFError) as error:
            raise ValueError(f'{path}: not a whole annotation store: {error}') from error
        if digest not in (None, self.digest):
            raise ValueError(f'{path}: was rebuilt from a changed json since the dataset was opened; open it again')
        kinds = self.description['kinds']
        self.images = Records({name: Column(self.batch.column(name), kind) for name, kind in kinds['images'].items()})
        lists = self.batch.column('annotations')
        structs = lists.values
        columns = {structs.type.field(i).name: structs.field(i) for i in range(structs.type.num_fields)}
        self.people = Records(
            {name: Column(columns[name], kinds['annotations'][name]) for name in kinds['annotations']}
        )
        self.first = view(lists.buffers()[1], np.int64, len(lists) + 1)
        self.flags = read_flags(columns, len(structs))
        self.sound_images = view(self.batch.column(f'{PREFIX}sound').buffers()[1], np.uint8, len(lists))
        self.lengths: dict[str, int] = self.description['lengths']
        self.header: dict[str, Any] = self.description['header']

    @property
    def digest(self) -> str:
        """SHA-256 of the json the store was made from."""
        return self.description['source']['sha256']

    @property
    def num_images(self) -> int:
        """Images in the store."""
        return self.batch.num_rows

    def remember(self, json_path: str | os.PathLike, key: str, results: dict[str, Any]) -> None:
        """Keep results in the store; from the next opening on they are in ``description[key]``, with those before.

        Nothing is written where the file has them, where it cannot be written, or where another json's store has
        replaced it.

        Args:
            json_path: The annotation file.
            key: Name of the kind of results.
            results: The results by name, as JSON can hold them.
        """
        with suppress(OSError), locked(Path(json_path)):
            current = _read(Path(self.path))
            if current is None or current.digest != self.digest:
                return
            before = current.description.get(key, {})
            if before | results != before:  # another process may have found the same
                _write(Path(self.path), current.batch, {**current.description, key: before | results})

    def __reduce__(self) -> tuple:
        return AnnotationStore, (self.path, self.digest)

    def __deepcopy__(self, memo: dict) -> 'AnnotationStore':
        return self  # it never changes


def _description(schema: pa.Schema) -> dict[str, Any]:
    return json.loads((schema.metadata or {}).get(_KEY, b'{}'))


def open_store(
    json_path: str | os.PathLike, store_path: str | os.PathLike | None = None, on_error: str = 'raise'
) -> AnnotationStore:
    """Open the store of a COCO-style json, and build it first where there is none or the json has changed.

    The store is good while the json has the size, the times and, where these leave a doubt, the SHA-256 it was made
    from. Processes that open it at once build it once, one waiting for another, where the system can lock files.

    Args:
        json_path: The annotation file.
        store_path: The Arrow file; None puts it beside the json, with the ending ``.arrow``.
        on_error: What a record does that no column can hold: ``'raise'``, or ``'skip'`` to leave it out; the problems
            are then in ``description['left_out']``.

    Raises:
        FileNotFoundError: If the json does not exist.
        PermissionError: If the store must be built and cannot be written.
        ValueError: If the json is bad, naming file, record and field, or a file of someone else's has the store's name.
    """
    json_path = Path(json_path)
    store_path = json_path.with_suffix('.arrow') if store_path is None else Path(store_path)
    if not json_path.is_file():
        raise FileNotFoundError(f'{json_path}: annotation file does not exist')
    if store_path == json_path:
        raise ValueError(f'{json_path}: the annotation file must be the json, not the store')
    store = _good_store(json_path, store_path)
    if store is None:
        with locked(json_path):
            store = _good_store(json_path, store_path) or _checked_or_built(json_path, store_path, on_error)
    if on_error == 'raise' and store.description['left_out']:
        raise ValueError(f'{json_path}: {store.description["left_out"][0]}')
    return store


def _stamp(json_path: Path) -> dict[str, int]:
    status = json_path.stat()
    return {'size': status.st_size, 'mtime_ns': status.st_mtime_ns, 'ctime_ns': status.st_ctime_ns}


def _read(store_path: Path) -> AnnotationStore | None:
    """Open a store; None if there is none, or one that is cut off or of another version."""
    if not store_path.exists():
        return None
    try:
        return AnnotationStore(store_path)
    except ValueError as error:
        if not _is_ours(store_path):
            raise ValueError(
                f'{store_path}: is in the way of the annotation store and was not made by synpose'
            ) from error
        return None


def _is_ours(store_path: Path) -> bool:
    """Tell a damaged or outdated store from another's file, which must not be overwritten."""
    with open(store_path, 'rb') as file:
        head = file.read(8)
    if head[:6] != b'ARROW1'[: len(head)]:
        return False
    try:
        with pa.memory_map(str(store_path)) as source, pa.ipc.open_file(source) as reader:
            return _KEY in (reader.schema.metadata or {})
    except (pa.ArrowException, OSError, EOFError):
        return True  # cut off


def _good_store(json_path: Path, store_path: Path) -> AnnotationStore | None:
    """Open the store if the json certainly is what it was made from."""
    store = _read(store_path)
    if store is None:
        return None
    source, stamp = store.description['source'], _stamp(json_path)
    settled = source['checked_ns'] - max(stamp['mtime_ns'], stamp['ctime_ns']) > _SETTLED_NS
    return store if settled and all(source[key] == value for key, value in stamp.items()) else None


def _checked_or_built(json_path: Path, store_path: Path, on_error: str) -> AnnotationStore:
    stamp, now = _stamp(json_path), time.time_ns()
    store = _read(store_path)
    same_size = store is not None and store.description['source']['size'] == stamp['size']
    if store is not None and same_size and sha256(json_path) == store.digest:
        if now - max(stamp['mtime_ns'], stamp['ctime_ns']) > _SETTLED_NS:
            source = {**stamp, 'checked_ns': now, 'sha256': store.digest}
            with suppress(OSError):  # a folder that cannot be written costs a hash at each opening
                _write(store_path, store.batch, {**store.description, 'source': source})
        return store
    if store_path.exists():
        print_log(f'{store_path}: outdated or cut off, so it is built again', 'current', logging.WARNING)
    digest = hashlib.sha256()
    batch, description = build_table(json_path, digest, on_error)
    if _stamp(json_path) != stamp:
        raise ValueError(f'{json_path}: changed while it was read')
    source = {**stamp, 'checked_ns': now, 'sha256': digest.hexdigest()}
    try:
        _write(store_path, batch, {'version': VERSION, 'source': source, **description})
    except OSError as error:
        if not isinstance(error, PermissionError) and error.errno != errno.EROFS:
            raise
        text = f'{store_path}: cannot be written; name another place for the store (store_file=...): {error}'
        raise PermissionError(text) from error
    return AnnotationStore(store_path, digest.hexdigest())


def _write(store_path: Path, batch: pa.RecordBatch, description: dict[str, Any]) -> None:
    schema = batch.schema.with_metadata({_KEY: json.dumps(description).encode()})
    with atomic_path(store_path) as temporary, pa.OSFile(str(temporary), 'wb') as sink:
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
        sink.close()  # before the file takes its name


@contextmanager
def locked(path: str | os.PathLike) -> Iterator[None]:
    """Keep other processes waiting meanwhile that lock the same file or folder, where the system can lock it."""
    if fcntl is None:
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems lock only files opened for writing
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
