"""Reading large COCO files a few records at a time: one streaming pass notes where records stand, then they are sought.

The published SynPose set has 2.1 million annotations of about 4 KB: parsed at once they would need tens of gigabytes,
their places 70 MB.
"""

import json
import os
import re
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from synpose.datasets.validation import category_joint_names
from synpose.json_records import CHUNK, iter_records


@dataclass(frozen=True)
class Entry:
    """Where one image of an annotation file and its people stand, as byte ranges.

    Attributes:
        image_id: Its id.
        image: ``(start, end)`` of the image record.
        annotations: ``(N, 2)`` int64 starts and ends of its annotations, in the order of the file.
    """

    image_id: int
    image: tuple[int, int]
    annotations: np.ndarray

    def read(self, path: str | os.PathLike) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the image record and its annotations."""
        with open(path, 'rb') as file:

            def parse(start: int, end: int) -> dict[str, Any]:
                file.seek(start)
                return json.loads(file.read(end - start))

            return parse(*self.image), [parse(int(start), int(end)) for start, end in self.annotations]


@dataclass
class AnnotationIndex:
    """The places of a COCO file's records.

    Attributes:
        path: The file.
        joint_names: Names of its keypoints; empty for a file of boxes.
        groups: Images of one moment, seen by one camera or more: those that share ``scene_id`` and ``frame_id``, in
            the order of the file. An image without these is a group of its own.
        scenes: Each group's ``scene_id``, or None.
        problems: ``(record, field, message)`` of records that cannot be used, and of ids used twice.
    """

    path: Path
    joint_names: tuple[str, ...] = ()
    groups: list[list[Entry]] = field(default_factory=list)
    scenes: list[Any] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)

    @classmethod
    def build(cls, path: str | os.PathLike, chunk: int = CHUNK) -> 'AnnotationIndex':
        """Read the file once.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is not a COCO annotation file.
        """
        index = cls(Path(path))
        images: dict[int, tuple[int, int, Any, Any]] = {}
        categories: list[dict[str, Any]] = []
        places = array('q')  # annotation id, image id, start, end, and so on: lists would take five times the memory
        labeled = False
        keys = set()
        for key, start, end, value in iter_records(path, chunk):
            keys.add(key)
            if key == 'categories':
                categories.append(value)
            elif key in ('images', 'annotations'):
                fields = ('id',) if key == 'images' else ('id', 'image_id')
                bad = next((f for f in fields if not isinstance(value, dict) or type(value.get(f)) is not int), None)
                if bad:
                    record = f'{key[:-1]} at byte {start}'
                    index.problems.append((record, bad, 'must be a whole number'))
                elif key == 'annotations':
                    places.extend((value['id'], value['image_id'], start, end))
                    labeled = labeled or 'keypoints' in value
                elif value['id'] in images:
                    index.problems.append((f'image {value["id"]}', 'id', 'used by more than one image'))
                else:
                    images[value['id']] = (start, end, value.get('scene_id'), value.get('frame_id'))
        for key in ('images', 'annotations'):
            if key not in keys and not _holds_empty_list(path, key):
                raise ValueError(f'{path}: {key}: missing; not a COCO annotation file')
        index.joint_names = tuple(category_joint_names(categories, path, labeled))
        index._group(images, np.array(places, dtype=np.int64).reshape(-1, 4))
        return index

    def _group(self, images: dict[int, tuple[int, int, Any, Any]], places: np.ndarray) -> None:
        ids, counts = np.unique(places[:, 0], return_counts=True)
        for number in ids[counts > 1]:
            self.problems.append((f'annotation {number}', 'id', 'used by more than one annotation'))
        places = places[np.argsort(places[:, 1], kind='stable')]
        owners, first = np.unique(places[:, 1], return_index=True)
        ranges = dict(zip(owners.tolist(), np.split(places, first[1:])))
        for owner in owners.tolist():
            if owner not in images:
                for number in ranges[owner][:, 0]:
                    self.problems.append((f'annotation {number}', 'image_id', f'no image has the id {owner}'))
        moments: dict[Any, int] = {}
        none = np.zeros((0, 4), dtype=np.int64)
        for image_id, (start, end, scene, frame) in images.items():
            entry = Entry(image_id, (start, end), ranges.get(image_id, none)[:, 2:])
            moment = (scene, frame) if scene is not None and frame is not None else (None, image_id)
            if moment not in moments:
                moments[moment] = len(self.groups)
                self.groups.append([])
                self.scenes.append(scene)
            self.groups[moments[moment]].append(entry)

    @property
    def num_images(self) -> int:
        """Images of the file."""
        return sum(map(len, self.groups))


def _holds_empty_list(path: str | os.PathLike, key: str) -> bool:
    """Tell whether a file without one record of ``key`` has the list all the same; such a file is small or rare."""
    with open(path, 'rb') as file:
        return re.search(rb'"%s"\s*:\s*\[\s*\]' % key.encode(), file.read()) is not None
