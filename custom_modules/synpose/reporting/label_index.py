"""The people of an annotation file in the order in which someone should look at them, without holding their records."""

import json
import os
from array import array
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synpose.adaptation.rewritten_annotations import iter_images
from synpose.adaptation.whole_body_labels import SCORES
from synpose.adaptation.whole_body_parts import FIELDS, PARTS
from synpose.datasets.validation import category_joint_names, person_categories
from synpose.json_records import iter_records


def part_confidences(person: Mapping[str, Any]) -> dict[str, float]:
    """Return the mean confidence of the labeled joints of each part beyond the body that has any."""
    scores, found = np.array(person.get(SCORES, ()), float), {}
    for part, name in FIELDS.items():
        triples = np.array(person.get(f'{name}_kpts', ()), float).reshape(-1, 3)
        labeled = triples[:, 2] > 0
        if labeled.any() and len(scores) == PARTS['right_hand'].stop:
            found[part] = float(scores[PARTS[part]][labeled].mean())
    return found


def confidence(person: Mapping[str, Any]) -> float:
    """Return the confidence of a person's worst part; infinite where no part beyond the body has a label."""
    return min(part_confidences(person).values(), default=float('inf'))


@dataclass
class LabelIndex:
    """The places of people in a COCO file, worst first.

    Attributes:
        path: The file.
        joint_names: Names of ``keypoints``.
        names: ``file_name`` of each image by its id.
        places: ``(N, 2)`` int64, start and end of each person's record: those of the least confidence first, then those
            without labels beyond the body, in the order of the file. Crowds are left out.
    """

    path: Path
    joint_names: tuple[str, ...]
    names: dict[int, str]
    places: np.ndarray

    @classmethod
    def build(cls, path: str | os.PathLike) -> 'LabelIndex':
        """Read the file once.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is no COCO annotation file.
        """
        path = Path(path)
        names = {image['id']: image['file_name'] for image in iter_images(path)}
        places, numbers, owners = array('q'), array('d'), array('q')
        categories = []
        with closing(iter_records(path)) as records:
            for key, start, end, value in records:
                if key == 'categories':
                    categories.append(value)
                elif key == 'annotations' and isinstance(value, dict) and not value.get('iscrowd'):
                    places.extend((start, end))
                    numbers.append(confidence(value))
                    owners.append(value.get('category_id', -1))
        found = np.array(places, np.int64).reshape(-1, 2)
        order = np.argsort(np.array(numbers), kind='stable')
        persons = person_categories(categories)
        if persons:
            order = order[np.isin(np.array(owners)[order], list(persons))]
        return cls(path, tuple(category_joint_names(categories, path)), names, found[order])

    def __len__(self) -> int:
        return len(self.places)

    def read(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Return the records of some people, in this order."""
        with open(self.path, 'rb') as file:
            people = []
            for begin, end in self.places[start:stop].tolist():
                file.seek(begin)
                people.append(json.loads(file.read(end - begin)))
        return people
