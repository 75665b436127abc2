"""Writes a SynPose dataset folder: resumable, every file whole or absent, the same bytes however often interrupted.

While images are being rendered each finished image has a record in ``<root>/.records``, written after its files; the
annotation files are put together from the records in the order of the image ids, and the records are removed last.
"""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.jobs.assembling import write_annotations
from synpose.generation.jobs.card import About, write_card
from synpose.generation.jobs.folder import DatasetFolder, Header, files_of
from synpose.generation.jobs.shards import Planned
from synpose.generation.jobs.storing import encode, naming, to_json, write_atomic
from synpose.skeletons import BODY_PARTS

__all__ = ['SPLITS', 'DatasetWriter', 'encode']

SPLITS = ('train', 'val', 'test')


class DatasetWriter(DatasetFolder):
    """Puts the images of one dataset folder there, then its annotations.

    Args:
        root: The folder; made if missing.
        header: What describes the dataset before its first image, see :class:`DatasetFolder`.

    Attributes:
        people: Number of people written by this copy of the writer.
    """

    def __init__(self, root: str | os.PathLike, header: Header) -> None:
        super().__init__(root, header)
        self.people = 0

    def has(self, image_id: int) -> bool:
        """Tell whether an image is finished: its record is whole and its files exist."""
        try:
            image = self.read_record(image_id)['image']
            return image['id'] == image_id and all((self.root / file).is_file() for file in files_of(image))
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def recorded(self) -> set[int]:
        """Return the ids of all images that have a record, whole or not."""
        return {int(path.stem) for path in self.records.glob('[0-9]*.json')}

    def read_record(self, image_id: int) -> dict[str, Any]:
        """Read what :meth:`write` was given for an image."""
        path = self._record_path(image_id)
        with naming(path, 'cannot be read'):
            content = path.read_bytes()
        return json.loads(content)

    def _record_path(self, image_id: int) -> Path:
        return self.records / f'{image_id:08d}.json'

    def write(
        self,
        record: dict[str, Any],
        image: bytes,
        stencil: np.ndarray,
        depth: np.ndarray,
        parts: np.ndarray | None = None,
    ) -> None:
        """Write one image's files, then its record.

        Args:
            record: ``split``, ``image`` (COCO image entry), ``annotations`` (without ids), ``skipped`` (number of
                people left out) and, if the generator draws people again who do not fit, ``redrawn``: how many of the
                unit for which reason, the same in all records of a unit.
            image: The encoded picture.
            stencil: ``(H, W)`` uint16.
            depth: ``(H, W)`` m; stored as uint16 millimetres.
            parts: Body part of each pixel ``(H, W)`` uint8, numbers of
                :data:`~synpose.generation.primitives.BODY_PARTS`; the entry gets a ``parts_file``.

        Raises:
            OSError: If a file cannot be written, in one line that names it.
        """
        entry = dict(record['image'])
        millimetres = np.round(np.clip(depth, 0, 65.535) * 1000).astype(np.uint16)
        contents = [image, encode(stencil, '.png'), encode(millimetres, '.png')]
        if parts is not None:
            entry['parts_file'] = f'parts/{Path(entry["stencil_file"]).name}'
            contents.append(encode(parts, '.png'))
        for file, content in zip(files_of(entry), contents, strict=True):
            write_atomic(self.root / file, content)
        if not self.records.is_dir():  # this process outlived its run, and another run has finished the dataset
            raise FileNotFoundError(f'{self.records}: gone, the dataset is complete')
        write_atomic(self._record_path(entry['id']), to_json({**record, 'image': entry}))
        self.people += len(record['annotations'])

    def finish(
        self,
        shots: Sequence[Planned],
        splits: Iterable[str],
        about: About | None = None,
    ) -> dict[str, dict[str, Any]]:
        """Put the annotation files together and describe the complete dataset.

        Args:
            shots: All images of the dataset.
            splits: The splits to write, also when empty.
            about: What the card says about datasets of this kind; None for no card.

        Returns:
            Per split the numbers of ``images``, ``people``, people ``left_out``, and how many people were
            ``redrawn``, by reason.
        """
        with naming(self.root):
            self.remove_leftovers()
            contents = write_annotations(self.root / 'annotations', shots, splits, self.read_record)
            parts = {'parts': list(BODY_PARTS)} if (self.root / 'parts').is_dir() else {}
            description = {**self.header, **parts, 'counts': contents.counts}
            if about is not None:
                write_card(self.root, about, description, contents.image_fields, contents.annotation_fields)
            write_atomic(self.description, to_json(description, indent=1))
            self.clean_up()
        return contents.counts
