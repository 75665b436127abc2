"""Puts the annotation files of a dataset together from one record for each image."""

import shutil
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from synpose.files import atomic_path
from synpose.generation.jobs.shards import Planned
from synpose.generation.jobs.storing import to_json
from synpose.skeletons import person_category


class _SplitFile:
    """One split's COCO file while it grows: images first, then annotations, which wait in a file without a name."""

    def __init__(self, file: IO[bytes], waiting: IO[bytes], split: str) -> None:
        head = {'info': {'description': f'SynPose format, {split} split'}, 'categories': [person_category()]}
        self._file = file
        self._waiting = waiting
        self._file.write(to_json(head).rstrip()[:-1] + b', "images": [')
        self.counts: dict[str, Any] = {'images': 0, 'people': 0, 'left_out': 0, 'redrawn': Counter()}
        self._image_fields: Counter[str] = Counter()
        self._annotation_fields: Counter[str] = Counter()

    @property
    def image_fields(self) -> dict[str, bool]:
        return {name: count == self.counts['images'] for name, count in self._image_fields.items()}

    @property
    def annotation_fields(self) -> dict[str, bool]:
        return {name: count == self.counts['people'] for name, count in self._annotation_fields.items()}

    def add(self, record: dict[str, Any], first_id: int) -> None:
        entry = record['image']
        self._image_fields.update(entry.keys())
        separator = b',\n' if self.counts['images'] else b'\n'
        self._file.write(separator + to_json(entry).rstrip())
        for annotation_id, annotation in enumerate(record['annotations'], first_id):
            separator = b',\n' if self.counts['people'] else b'\n'
            numbered = {'id': annotation_id, 'image_id': entry['id'], **annotation}
            self._annotation_fields.update(numbered.keys())
            self._waiting.write(separator + to_json(numbered).rstrip())
            self.counts['people'] += 1
        self.counts['images'] += 1
        self.counts['left_out'] += record['skipped']

    def close(self) -> None:
        self._file.write(b'], "annotations": [')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self._file)
        self._file.write(b']}\n')
        self.counts['redrawn'] = dict(sorted(self.counts['redrawn'].items()))


@dataclass(frozen=True)
class Contents:
    """What the annotation files of a dataset hold.

    Attributes:
        counts: Per split the numbers of ``images``, ``people``, people ``left_out``, and how many people were
            ``redrawn``, by reason.
        image_fields: Per split the fields of its images, and whether all have them.
        annotation_fields: The same of its annotations.
    """

    counts: dict[str, dict[str, Any]]
    image_fields: dict[str, dict[str, bool]]
    annotation_fields: dict[str, dict[str, bool]]


def write_annotations(
    folder: Path, shots: Sequence[Planned], splits: Iterable[str], read_record: Callable[[int], dict[str, Any]]
) -> Contents:
    """Write ``<split>.json`` of every split in one pass over the records: millions of annotations do not fit in memory.

    Annotation ids count from 1 over all splits, in the order of the image ids.

    Args:
        folder: Where the files go.
        shots: All images of the dataset.
        splits: The splits to write, also when empty.
        read_record: Gives an image's record, see :meth:`synpose.generation.jobs.writer.DatasetWriter.write`.
    """
    next_id = 1
    seen: set[tuple[str, Hashable]] = set()
    with ExitStack() as stack:
        files = {}
        for split in splits:
            temporary = stack.enter_context(atomic_path(folder / f'{split}.json'))
            waiting = stack.enter_context(TemporaryFile(dir=folder))
            files[split] = _SplitFile(stack.enter_context(open(temporary, 'wb')), waiting, split)
        for shot in sorted(shots, key=lambda shot: shot.image_id):
            record = read_record(shot.image_id)
            file = files[record['split']]
            file.add(record, next_id)
            next_id += len(record['annotations'])
            if (record['split'], shot.unit) not in seen:  # all records of a unit tell the same
                seen.add((record['split'], shot.unit))
                file.counts['redrawn'].update(record.get('redrawn', {}))
        for file in files.values():
            file.close()
        return Contents(
            {split: file.counts for split, file in files.items()},
            {split: file.image_fields for split, file in files.items()},
            {split: file.annotation_fields for split, file in files.items()},
        )
