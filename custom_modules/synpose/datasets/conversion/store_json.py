"""The Arrow store turned back into the json it was made from."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from tqdm import tqdm

from ..columnar import AnnotationStore
from .folder import write_coco

CHUNK = 4096
"""Records that are held as Python objects at a time."""


def write_store_json(store_path: str | os.PathLike, json_path: str | os.PathLike) -> tuple[int, int]:
    """Write the records of an Arrow store as a COCO-style json, atomically.

    Every record equals the one the store was made from, types included. Annotations come in the order of their images.
    A warning tells what the store lacks: bad records, if it was built with ``on_error='skip'``, and annotations of
    images that it lacks.

    Args:
        store_path: The Arrow file.
        json_path: The json.

    Returns:
        Images and annotations written.

    Raises:
        FileExistsError: If the json exists.
        FileNotFoundError: If the store does not exist.
        ValueError: If it is no whole store of this version, naming the file.
    """
    store_path, json_path = Path(store_path), Path(json_path)
    if not store_path.is_file():
        raise FileNotFoundError(f'{store_path}: annotation store does not exist')
    if json_path.exists():
        raise FileExistsError(f'{json_path}: exists; remove it or choose another name')
    store = AnnotationStore(store_path)
    bad, lost = store.description['left_out'], store.description['lost']
    if bad or lost:
        text = f'{store_path}: lacks {len(bad)} bad record(s) of its json, and {lost} annotation(s) of lacking images'
        print_log('\n  '.join([text, *bad]), 'current', logging.WARNING)
    counts = store.num_images, int(store.first[-1])
    write_coco(json_path, store.header, _records(store.images, counts[0]), _records(store.people, counts[1]))
    return counts


def _records(section: Any, count: int) -> Iterator[dict[str, Any]]:
    with tqdm(total=count, unit='record') as bar:
        for start in range(0, count, CHUNK):
            stop = min(start + CHUNK, count)
            yield from section.records(start, stop)
            bar.update(stop - start)
