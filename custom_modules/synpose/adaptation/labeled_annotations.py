"""A COCO keypoint file with whole-body labels beside its own: COCO-WholeBody's format, every old byte kept."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from synpose.datasets.validation import person_categories
from synpose.json_records import iter_records

from .label_counts import add_counts
from .rewritten_annotations import iter_images, rewrite_annotations
from .whole_body_labels import empty_fields

Labels = Mapping[str, Any]
"""What a ``WholeBodyPseudoLabeler`` made of a picture, as read from JSON: ``annotations``, ``added`` and ``counts``."""
_BODY = ('category_id', 'iscrowd', 'bbox', 'area', 'segmentation', 'num_keypoints', 'keypoints')  # never replaced
_REMEMBERED = 256  # pictures; COCO's annotations of a picture are not together


class _Survey:
    """What must be known of a file before it is rewritten: its pictures' names, its people's ids."""

    def __init__(self, path: Path) -> None:
        self.names: dict[int, str] = {image['id']: image['file_name'] for image in iter_images(path)}
        categories, ids = [], []
        with closing(iter_records(path)) as records:
            for key, _, _, value in records:
                if key == 'annotations' and isinstance(value.get('id'), int):
                    ids.append(value['id'])
                elif key == 'categories':
                    categories.append(value)
        self.categories = person_categories(categories)
        found, counts = np.unique(np.array(ids, np.int64), return_counts=True)
        self.ids, self.repeated = found, set(found[counts > 1].tolist())

    def is_person(self, annotation: Mapping[str, Any]) -> bool:
        return not self.categories or annotation.get('category_id') in self.categories


def write_labeled(
    source: str | os.PathLike,
    target: str | os.PathLike,
    names: Collection[str],
    read_labels: Callable[[str], Labels],
    rejected: Collection[int] = (),
) -> dict[str, int]:
    """Copy a COCO file and add what pictures' labels say of their people.

    Annotations get new fields at their end, or other values in whole-body fields that they have; every other byte is
    copied. One without labels (a crowd, without joints, not readable, of an id that others have too, rejected) gets
    the fields with visibility 0. People whom only a detector has found are added behind, with ids that go on from the
    highest; those that are rejected are left out.

    Args:
        source: The file to read.
        target: The file to write, atomically.
        names: ``file_name`` of the images to keep.
        read_labels: From an image's ``file_name`` to its labels.
        rejected: Ids of annotations, as the file written has them, whose labels a person has rejected.

    Returns:
        Numbers of ``images``, ``people``, ``skipped_images``, ``skipped_people``, the sums of all counts of the
        labels, and ``people/duplicate_id``, ``people/not_readable`` and ``people/rejected`` where there are any.

    Raises:
        FileNotFoundError: If there is no source.
        ValueError: If the source is no COCO file, or ``rejected`` names an annotation that is not in the target.
    """
    source = Path(source)
    survey = _Survey(source)
    kept, wanted = [name for name in survey.names.values() if name in names], set(names)
    labels = lru_cache(_REMEMBERED)(read_labels)
    nothing, unknown, own = empty_fields(), set(rejected), {'duplicate_id': 0, 'not_readable': 0, 'rejected': 0}

    def change(image: dict[str, Any]) -> dict[str, Any] | None:
        return {} if image['file_name'] in wanted else None

    def fields(annotation: dict[str, Any]) -> dict[str, Any]:
        number, name = annotation.get('id'), survey.names.get(annotation.get('image_id', -1))
        if not survey.is_person(annotation):
            return {}
        unknown.discard(number)
        state = None
        found = labels(name)['annotations'].get(str(number)) if name in wanted else None
        if number in survey.repeated:
            state = 'duplicate_id'
        elif number in rejected:
            state = 'rejected'
        elif found is None and not _is_left_alone(annotation):
            state = 'not_readable'
        if state is not None:
            own[state] += 1
        if found is None or state is not None:
            return nothing
        return {key: value for key, value in found.items() if not (key in _BODY and key in annotation)}

    num_added = 0

    def added() -> Iterator[dict[str, Any]]:
        nonlocal num_added
        next_id = int(survey.ids.max(initial=0)) + 1
        for image_id, name in survey.names.items():
            for record in labels(name)['added'] if name in wanted else ():
                if next_id in rejected:
                    unknown.discard(next_id)
                    own['rejected'] += 1
                else:
                    num_added += 1
                    yield {'id': next_id, 'image_id': image_id, **record}
                next_id += 1

    result = rewrite_annotations(source, target, change, fields, added())
    if unknown:
        raise ValueError(
            f'{target}: rejected annotations that it does not have: {", ".join(map(str, sorted(unknown)))}'
        )
    totals = {
        'images': result.images,
        'people': result.people + num_added,
        'skipped_images': result.skipped_images,
        'skipped_people': result.skipped_people,
    }
    labels.cache_clear()
    counted = add_counts(read_labels(name)['counts'] for name in kept)
    return {**totals, **counted, **{f'people/{state}': count for state, count in own.items() if count}}


def _is_left_alone(annotation: Mapping[str, Any]) -> bool:
    """Tell whether the labeler gives an annotation no labels on purpose, and counts it itself."""
    seen = annotation.get('keypoints') or ()
    return bool(annotation.get('iscrowd')) or not any(value > 0 for value in seen[2::3])
