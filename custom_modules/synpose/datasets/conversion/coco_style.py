"""COCO-style keypoint files: COCO itself and the formats that differ from it only in names and flags."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..columnar.json_stream import read_records
from ..record_checks import record_name
from .source import AnnotationSource, BadRecordError, SourceImage, SourcePerson, need, numbers, visibilities


@dataclass(frozen=True)
class CocoLayout:
    """What a COCO-style format does in its own way.

    Attributes:
        names: Its joints where a file does not name them: one list for each number of joints it comes with.
        renames: ``{its name: our name}`` of joints that :mod:`synpose.skeletons` knows by another name.
        flags: ``{its flag: visibility}``.
        threshold: A flag that is not in ``flags`` is a score, and the joint labeled from here on.
        fields: The fields of an annotation that hold its joints, one after another.
        domain: Of its images.
    """

    names: tuple[tuple[str, ...], ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[int, int] = field(default_factory=lambda: {0: 0, 1: 1, 2: 2})
    threshold: float | None = None
    fields: tuple[str, ...] = ('keypoints',)
    domain: str = 'real'


class CocoStyleSource(AnnotationSource):
    """A COCO-style file, read twice record by record: its 2 million people need not fit in memory.

    Joints go by the names that the file stores in its category ``person``, and by those of the layout where it stores
    none. All fields of images and people are kept, but those that the SynPose format defines otherwise.

    Args:
        path: The file.
        layout: The format.
    """

    def __init__(self, path: Path, layout: CocoLayout) -> None:
        super().__init__(path)
        self.layout = layout
        self.domain, self.renames = layout.domain, layout.renames
        self._images: list[dict[str, Any]] = []
        categories: Any = None
        lengths: Counter[int] = Counter()
        for key, value in read_records(path):
            if key == 'images':
                self._images.append(value)
            elif key == 'annotations':
                lengths[sum(len(joints) for name in layout.fields if isinstance(joints := value.get(name), list))] += 1
            elif key == 'categories':
                categories = value
        self.joint_names = self._find_names(categories, _usual(lengths) // 3)

    def _find_names(self, categories: Any, count: int) -> tuple[str, ...]:
        if not isinstance(categories or [], list) or not all(isinstance(entry, dict) for entry in categories or []):
            raise ValueError(f'{self.path}: categories: must be a list of objects')
        people = [entry for entry in categories or [] if entry.get('name') == 'person']
        self._person_ids = [entry.get('id') for entry in people]
        lists = [entry['keypoints'] for entry in people or categories or [] if entry.get('keypoints')]
        if lists and len(self.layout.fields) == 1:
            first = lists[0]
            if not isinstance(first, list) or not all(isinstance(name, str) for name in first):
                raise ValueError(f'{self.path}: categories: keypoints: must be a list of names, but is {first!r:.40}')
            if any(names != first for names in lists) or len(set(first)) != len(first):
                raise ValueError(f'{self.path}: categories: keypoints: joints named differently, or one of them twice')
            return tuple(first)
        for names in self.layout.names:
            if len(names) == count:
                return names
        known = ' or '.join(str(len(names)) for names in self.layout.names)
        expected = f'this format has {known}' if known else 'name them there, or choose a format that knows them'
        raise ValueError(f'{self.path}: categories: keypoints: no names for {count} joints; {expected}')

    def image_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        for index, record in enumerate(self._images):
            yield record_name('images', record, index), record

    def image_id(self, record: Any) -> Any:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        return number if isinstance(number := record.get('id'), int | str) else None

    def image(self, record: Any) -> SourceImage:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        name = need(record, 'file_name', str)
        size = None
        if 'width' in record or 'height' in record:
            size = need(record, 'width', int), need(record, 'height', int)
        return SourceImage(need(record, 'id', int), name, size, record)

    def person_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`; other categories are passed over."""
        index = -1
        for key, record in read_records(self.path):
            if key != 'annotations':
                continue
            index += 1
            if not self._person_ids or record.get('category_id') in self._person_ids:
                yield record_name('annotations', record, index), record

    def person(self, record: Any) -> SourcePerson:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`; without keypoints, all are absent."""
        joints = np.zeros((len(self.joint_names), 3))
        if any(_is_filled(record.get(name)) for name in self.layout.fields):
            values: list[Any] = []
            for name in self.layout.fields:
                values += need(record, name, list)
            triples = numbers(values, 3 * len(joints), ' + '.join(self.layout.fields)).reshape(-1, 3)
            seen = visibilities(triples[:, 2], self.layout.flags, 'keypoints', self.layout.threshold)
            # Three zeros stand for no label, even where flag 0 means something else.
            joints = np.column_stack([triples[:, :2], np.where(triples.any(axis=1), seen, 0)])
        box = numbers(need(record, 'bbox'), 4, 'bbox').tolist()
        if record.get('iscrowd') not in (None, 0, 1):
            raise BadRecordError('iscrowd', f'must be 0 or 1, but is {record["iscrowd"]!r:.40}')
        return SourcePerson(need(record, 'image_id', int), joints, box, need(record, 'id', int), record)


def _usual(lengths: Counter[int]) -> int:
    """Return the most frequent length; people without joints do not count."""
    del lengths[0]
    return max(lengths, key=lengths.__getitem__, default=0)


def _is_filled(value: Any) -> bool:
    return value is not None and value != []
