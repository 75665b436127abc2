"""Writes a SynPose dataset folder: resumable, every file whole or absent, the same bytes however often interrupted.

While images are being rendered each finished image has a record in ``<root>/.records``, written after its files; the
annotation files are put together from the records in the order of the image ids, and the records are removed last.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from synpose.files import atomic_path
from synpose.skeletons import BONES, JOINT_NAMES

SPLITS = ('train', 'val', 'test')
_TEMPORARY = '.*-????????.*'  # what a killed process leaves of synpose.files.atomic_path


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def encode(image: np.ndarray, extension: str, quality: int = 95) -> bytes:
    """Encode an image in memory.

    Args:
        image: RGB ``(H, W, 3)`` uint8, or one channel ``(H, W)`` uint16.
        extension: ``'.jpg'`` or ``'.png'``.
        quality: JPEG quality, 1-100.
    """
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality] if extension == '.jpg' else []
    done, buffer = cv2.imencode(extension, image, options)
    if not done:
        raise ValueError(f'cannot encode an image of shape {image.shape} and type {image.dtype} as {extension}')
    return buffer.tobytes()


def to_json(data: Any, indent: int | None = None) -> bytes:
    """Serialize to UTF-8 JSON; NaN and infinity are refused."""
    return (json.dumps(data, indent=indent, allow_nan=False) + '\n').encode()


def categories() -> list[dict[str, Any]]:
    """COCO's ``categories`` for the 59 joints; skeleton pairs count from 1."""
    number = {name: i for i, name in enumerate(JOINT_NAMES, 1)}
    skeleton = [[number[a], number[b]] for a, b in BONES]
    return [
        {'id': 1, 'name': 'person', 'supercategory': 'person', 'keypoints': list(JOINT_NAMES), 'skeleton': skeleton}
    ]


class DatasetWriter:
    """One dataset folder.

    Args:
        root: The folder; made if missing.
        header: What describes the dataset before its first image (configuration, seed, versions): JSON types only.
    """

    def __init__(self, root: str | os.PathLike, header: dict[str, Any]) -> None:
        self.root = Path(root)
        self.header = json.loads(to_json(header))
        self.records = self.root / '.records'
        self._lock: int | None = None  # descriptor of the root folder, while a run holds it

    @property
    def _description(self) -> Path:
        return self.root / 'dataset.json'

    def open(self, resume: bool) -> bool:
        """Prepare the folder and keep other runs out of it until :meth:`close`.

        Args:
            resume: Continue what the folder holds instead of refusing it.

        Returns:
            True if the folder already holds the complete dataset.

        Raises:
            BlockingIOError: If another run is writing the folder.
            FileExistsError: If the folder is not empty and ``resume`` is off.
            FileNotFoundError: If the dataset is complete but for a file that has since gone.
            ValueError: If the folder was written with another configuration, or its dataset.json is broken.
            OSError: If the folder cannot be written.
        """
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(f'{self.root}: exists and is not a folder')
        self._acquire()
        complete = False
        if any(self.root.iterdir()):
            if not resume:
                raise FileExistsError(f'{self.root}: not empty; choose a new folder or continue this one with --resume')
            complete = self._check_header()
        try:
            for folder in ('images', 'stencils', 'depth', 'annotations', *(() if complete else ('.records',))):
                (self.root / folder).mkdir(parents=True, exist_ok=True)
            for leftover in self.root.rglob(_TEMPORARY):
                leftover.unlink()
            if complete:
                shutil.rmtree(self.records, ignore_errors=True)
            else:
                write_atomic(self._description, to_json(self.header, indent=1))
        except OSError as error:
            raise OSError(f'{self.root}: cannot write here ({error.strerror})') from error
        return complete

    def close(self) -> None:
        """Let other runs at the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _acquire(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.root, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise BlockingIOError(f'{self.root}: another run is writing here') from None
        except OSError as error:
            raise OSError(f'{self.root}: cannot write here ({error.strerror})') from error

    def _check_header(self) -> bool:
        if not self._description.is_file():
            if all(
                path.match(_TEMPORARY) or (path.is_dir() and not any(path.iterdir())) for path in self.root.iterdir()
            ):
                return False  # killed before the first file
            raise ValueError(f'{self.root}: holds files but no dataset.json, so it is not a dataset to resume')
        try:
            found = json.loads(self._description.read_bytes())
        except ValueError as error:
            raise ValueError(f'{self._description}: broken JSON ({error})') from error
        if not isinstance(found, dict):
            raise ValueError(f'{self._description}: broken JSON (a {type(found).__name__} instead of an object)')
        for key in self.header:
            if found.get(key) != self.header[key]:
                field = _first_difference(found.get(key), self.header[key], key)
                raise ValueError(f'{self._description}: cannot resume, {field}')
        if 'counts' not in found:
            return False
        self._check_files(found['counts'])
        return True

    def _check_files(self, splits: Iterable[str]) -> None:
        """Raise FileNotFoundError naming the first missing file of a complete dataset."""
        for split in splits:
            annotations = Path('annotations', f'{split}.json')
            images = json.loads(self._existing(annotations).read_bytes())['images']
            for file in (file for image in images for file in _files(image)):
                self._existing(file)

    def _existing(self, file: str | Path) -> Path:
        path = self.root / file
        if not path.is_file():
            raise FileNotFoundError(f'{path}: missing from a complete dataset; render it again in a new folder')
        return path

    def has(self, image_id: int) -> bool:
        """Tell whether an image is finished: its record is whole and its files exist."""
        try:
            record = json.loads(self._record_path(image_id).read_bytes())
            image = record['image']
            return image['id'] == image_id and all((self.root / file).is_file() for file in _files(image))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _record_path(self, image_id: int) -> Path:
        return self.records / f'{image_id:08d}.json'

    def write(self, record: dict[str, Any], image: bytes, stencil: np.ndarray, depth: np.ndarray) -> None:
        """Write one image's files, then its record.

        Args:
            record: ``split``, ``image`` (COCO image entry), ``annotations`` (without ids) and ``skipped`` (number of
                people left out).
            image: The encoded picture.
            stencil: ``(H, W)`` uint16.
            depth: ``(H, W)`` m; stored as uint16 millimetres.
        """
        entry = record['image']
        millimetres = np.round(np.clip(depth, 0, 65.535) * 1000).astype(np.uint16)
        contents = (image, encode(stencil, '.png'), encode(millimetres, '.png'))
        for file, content in zip(_files(entry), contents):
            write_atomic(self.root / file, content)
        write_atomic(self._record_path(entry['id']), to_json(record))

    def finish(self, image_ids: Iterable[int], splits: Iterable[str]) -> dict[str, dict[str, int]]:
        """Put the annotation files together and describe the complete dataset.

        Args:
            image_ids: All images of the dataset.
            splits: The splits to write, also when empty.

        Returns:
            Per split the numbers of ``images``, ``people`` and people ``left_out``.
        """
        ids = sorted(image_ids)
        counts = {split: {'images': 0, 'people': 0, 'left_out': 0} for split in splits}
        next_id = 1
        first_ids: dict[int, int] = {}
        members: dict[str, list[int]] = {split: [] for split in counts}
        for image_id in ids:
            record = self._read_record(image_id)
            first_ids[image_id] = next_id
            next_id += len(record['annotations'])
            members[record['split']].append(image_id)
            count = counts[record['split']]
            count['images'] += 1
            count['people'] += len(record['annotations'])
            count['left_out'] += record['skipped']
        for split, chosen in members.items():
            self._write_annotations(split, chosen, first_ids)
        write_atomic(self._description, to_json({**self.header, 'counts': counts}, indent=1))
        shutil.rmtree(self.records)
        return counts

    def _read_record(self, image_id: int) -> dict[str, Any]:
        return json.loads(self._record_path(image_id).read_bytes())

    def _write_annotations(self, split: str, image_ids: list[int], first_ids: dict[int, int]) -> None:
        """Stream one split's json from the records: millions of annotations do not fit in memory as objects."""
        path = self.root / 'annotations' / f'{split}.json'
        head = {'info': {'description': f'SynPose format, {split} split'}, 'categories': categories()}
        with atomic_path(path) as temporary, open(temporary, 'wb') as file:
            file.write(to_json(head).rstrip()[:-1] + b', "images": [')
            for i, image_id in enumerate(image_ids):
                file.write((b',\n' if i else b'\n') + to_json(self._read_record(image_id)['image']).rstrip())
            file.write(b'], "annotations": [')
            separator = b'\n'
            for image_id in image_ids:
                for k, annotation in enumerate(self._read_record(image_id)['annotations']):
                    numbered = {'id': first_ids[image_id] + k, 'image_id': image_id, **annotation}
                    file.write(separator + to_json(numbered).rstrip())
                    separator = b',\n'
            file.write(b']}\n')


def _files(image: dict[str, Any]) -> tuple[str, str, str]:
    """Return the picture, the stencil and the depth map of a COCO image entry, below the root."""
    return f'images/{image["file_name"]}', image['stencil_file'], image['depth_file']


def _first_difference(found: Any, wanted: Any, path: str) -> str:
    """Name the first field in which two JSON values differ, for an error message."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted({*found, *wanted}):
            if found.get(key) != wanted.get(key):
                return _first_difference(found.get(key), wanted.get(key), f'{path}.{key}')
    return f'{path} is {found!r} there and {wanted!r} now'
