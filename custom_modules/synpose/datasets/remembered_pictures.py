"""The check of the pictures of a large data set, made once and remembered in its store."""

import json
import os
import os.path as osp
import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .file_checks import check_pictures
from .validation import ProblemLog

if TYPE_CHECKING:
    from .columnar import AnnotationStore

_KEY = 'pictures'
_SETTLED_NS = 2_000_000_000  # a folder changed again within its clock's resolution looks unchanged


def remembered_pictures(
    store: 'AnnotationStore', json_path: str, images: np.ndarray, folders: Mapping[str, str], log: ProblemLog
) -> np.ndarray:
    """Return the images whose picture files are in order, and remember them in the store.

    Reading the head and the end of 180,000 files takes minutes on a cold disk, so it is done once. Remembered is when
    each folder was last changed: while nothing was added, removed or replaced there, only the pictures that were bad
    are looked at again. A file written over in place changes no folder; reading it is then what finds it damaged.

    Args:
        store: The annotations.
        json_path: Their file.
        images: ``(I,)`` bool, the images to check.
        folders: For each field to check (``file_name``, ``stencil_file``, ...) the folder that its paths start from.
        log: Where problems go.

    Returns:
        ``(I,)`` bool, those of ``images`` that are in order.

    Raises:
        FileNotFoundError: At the first missing file when the log raises.
        ValueError: At the first damaged file or wrong size when the log raises.
    """
    if not folders:
        return images
    key = json.dumps({field: osp.abspath(folder) for field, folder in folders.items()})
    known = store.description.get(_KEY, {}).get(key)
    trusted = known is not None and known['changed'] == _last_changed(known['changed'])
    rows = known['bad'] if trusted else np.flatnonzero(images).tolist()
    fields = ('id', 'width', 'height', *folders)
    records = [store.images.records(row, row + 1, fields)[0] for row in rows]
    locators = {field: partial(_path, folder, field) for field, folder in folders.items()}
    paths = [path for record in records for locate in locators.values() if (path := locate(record))]
    files = (*paths, *map(osp.realpath, paths))  # of a link, the folder of the link and that of the picture
    now, changed = time.time_ns(), _last_changed(map(osp.dirname, files))
    good = {record['id'] for record in check_pictures(records, locators, log)}
    bad = [row for row, record in zip(rows, records) if record['id'] not in good]
    settled = all(moment is None or moment < now - _SETTLED_NS for moment in changed.values())
    if not trusted and settled and changed == _last_changed(changed):
        store.remember(json_path, _KEY, {key: {'changed': changed, 'bad': bad}})
    in_order = images.copy()
    in_order[bad] = False
    return in_order


def _path(folder: str, field: str, image: dict[str, Any]) -> str | None:
    return osp.join(folder, image[field]) if image.get(field) else None


def _last_changed(folders: Iterable[str]) -> dict[str, int | None]:
    """Return when each folder was last changed, ns; None for one that does not exist."""
    found: dict[str, int | None] = {}
    for folder in set(map(osp.abspath, folders)):
        try:
            found[folder] = os.stat(folder).st_mtime_ns
        except OSError:
            found[folder] = None
    return found
