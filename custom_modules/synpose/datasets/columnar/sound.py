"""Which records are sound: the checks of :mod:`synpose.datasets.record_checks` for all records at once."""

from typing import Any

import numpy as np

from ..record_checks import annotation_problem, image_problem, is_number, is_outline, is_stencil_id
from ..validation import person_categories
from .columns import Records
from .usable import blocks

_CHECKED = ('id', 'bbox', 'keypoints', 'area', 'stencil_id', 'segmentation')


def unsound_images(images: Records, count: int) -> dict[int, str]:
    """Return the images that are not as the SynPose format has them: the text of each problem, by row.

    Args:
        images: The images; each has an id, a file name and a positive size.
        count: How many there are.
    """
    if all(images.columns[side].kind == 'int' for side in ('width', 'height') if count):
        return {}
    records = enumerate(images.records(0, count, ('id', 'file_name', 'width', 'height')))
    found = ((row, record['id'], image_problem(record)) for row, record in records)
    return {row: f'image {number}: {": ".join(problem)}' for row, number, problem in found if problem}


def read_people(people: Records, count: int, categories: Any) -> np.ndarray:
    """Return which annotations are of the category ``person``; all of them where none has that name, ``(N,)`` bool."""
    wanted = person_categories(categories)
    if not wanted:
        return np.ones(count, bool)
    return np.array([number in wanted for number in people.values('category_id', 0, count)], bool)


def unsound_people(people: Records, read: np.ndarray, image_sizes: np.ndarray) -> dict[int, str]:
    """Return the annotations that :func:`annotation_problem` finds bad: the text of each problem, by row.

    Args:
        people: The annotations.
        read: ``(N,)``; the others are not looked at.
        image_sizes: ``(N, 2)`` width and height of each annotation's image, px; integers where it is read.
    """
    found: dict[int, str] = {}
    for start, stop in blocks(len(read)):
        suspects = read[start:stop] & _suspects(people, image_sizes[start:stop], start, stop)
        for row in (start + np.flatnonzero(suspects)).tolist():
            record = people.records(row, row + 1, _CHECKED)[0]
            width, height = map(int, image_sizes[row])
            problem = annotation_problem(record, (width, height), len(record.get('keypoints', ())) // 3)
            if problem:
                found[row] = f'annotation {record["id"]}: {": ".join(problem)}'
    return found


def _suspects(people: Records, image_sizes: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Return the annotations that may have a problem, ``(stop - start,)`` bool; few in a good file."""
    suspects = np.ones(stop - start, bool)
    if 'bbox' in people.columns:
        here = people.columns['bbox'].present(start, stop)
        boxes = people.lists('bbox', start, stop, here)
        corner, sides, limits = boxes[:, :2], boxes[:, 2:], image_sizes[here]
        suspects[here] = ((sides <= 0) | (corner >= limits) | (corner + sides <= 0)).any(axis=1)
    if 'keypoints' in people.columns:
        here = people.columns['keypoints'].present(start, stop)
        seen = people.triples('keypoints', start, stop, here)[..., 2]
        suspects[here] |= ~((seen == 0) | (seen == 1) | (seen == 2)).all(axis=1)
    area = people.columns.get('area')
    if area is not None and area.kind == 'float':
        suspects |= ~np.isfinite(area.numbers[start:stop])
    elif area is not None and area.kind != 'int':
        values = people.values('area', start, stop, 0)
        suspects |= [not is_number(value) for value in values]
    stencil = people.columns.get('stencil_id')
    if stencil is not None and stencil.kind == 'int':
        suspects |= np.abs(stencil.numbers[start:stop].astype(float)) >= 1 << 31
    elif stencil is not None:
        suspects |= [not is_stencil_id(value) for value in people.values('stencil_id', start, stop, 0)]
    if 'segmentation' in people.columns:
        suspects |= [not is_outline(value) for value in people.values('segmentation', start, stop)]
    return suspects
