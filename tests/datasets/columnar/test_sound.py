from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from synpose.datasets.columnar import usable
from synpose.datasets.columnar.columns import Records
from synpose.datasets.columnar.fields import MISSING
from synpose.datasets.columnar.sound import read_people, unsound_images, unsound_people
from synpose.datasets.record_checks import annotation_problem

GOOD: dict[str, Any] = {'bbox': [10, 10, 20.5, 20], 'keypoints': [12, 13.5, 2, 0, 0, 0], 'area': 5}
CHANGES: list[dict[str, Any]] = [
    {},
    {'bbox': MISSING},
    {'bbox': [10, 10, 0, 20]},
    {'bbox': [10, 10, 20, -1]},
    {'bbox': [64, 10, 20, 20]},
    {'bbox': [63.5, 10, 20, 20]},
    {'bbox': [10, -20, 20, 20]},
    {'keypoints': MISSING},
    {'keypoints': [12, 13, 3, 0, 0, 0]},
    {'keypoints': [12, 13, 2, 0, 0, 0.5]},
    {'keypoints': [-12, 13, 2.0, 0, 0, 1]},
    {'area': MISSING},
    {'area': None},
    {'area': float('nan')},
    {'area': 1.5},
    {'area': True},
    {'area': 10**400},
    {'stencil_id': 7},
    {'stencil_id': None},
    {'stencil_id': 2**31},
    {'stencil_id': 2.5},
    {'segmentation': None},
    {'segmentation': [[1, 2, 3, 4, 5, 6]]},
    {'segmentation': {'size': [3, 4], 'counts': 'ab'}},
    {'segmentation': {'size': [3, 4], 'counts': [12]}},
    {'segmentation': {'size': [3, 4]}},
    {'segmentation': {'size': [3], 'counts': 'ab'}},
    {'segmentation': {'counts': 'ab'}},
    {'segmentation': 'ab'},
]
NAMES = ['id', 'bbox', 'keypoints', 'area', 'stencil_id', 'segmentation']


@pytest.mark.parametrize('block', [1, 3, 100])
@pytest.mark.parametrize('areas', ['mixed', 'float', 'int', 'none'])
def test_the_same_people_as_one_by_one(
    monkeypatch: pytest.MonkeyPatch, records_of: Callable, block: int, areas: str
) -> None:
    monkeypatch.setattr(usable, '_BLOCK', block)
    people = [{'id': index, **GOOD, **change} for index, change in enumerate(CHANGES)]
    for person in people:
        if areas != 'mixed':
            person['area'] = {'float': 1.5, 'int': 2, 'none': MISSING}[areas]
    if areas == 'float':
        people[3]['area'] = float('inf')
    if areas == 'int':
        people = [{**person, 'stencil_id': 3} for person in people]
        people[2]['stencil_id'] = -(2**40)
    present = [{key: value for key, value in person.items() if value is not MISSING} for person in people]
    problems = [annotation_problem(person, (64, 48), 2) for person in present]
    expected = {i: f'annotation {i}: {problem[0]}: {problem[1]}' for i, problem in enumerate(problems) if problem}
    assert len(expected) > 10
    records = records_of(people, NAMES)
    sizes = np.full((len(people), 2), (64.0, 48.0))
    assert unsound_people(records, np.ones(len(people), bool), sizes) == expected
    read = np.arange(len(people)) % 2 == 0
    assert unsound_people(records, read, sizes) == {i: text for i, text in expected.items() if i % 2 == 0}


def test_unsound_images(records_of: Callable) -> None:
    images = [
        {'id': 7, 'file_name': 'a', 'width': 3, 'height': 4},
        {'id': 9, 'file_name': 'b', 'width': 3.0, 'height': 4},
    ]
    names = list(images[0])
    assert unsound_images(records_of(images[:1], names), 1) == {}
    message = 'image 9: width, height: must be positive integers, but are (3.0, 4)'
    assert unsound_images(records_of(images, names), 2) == {1: message}
    assert unsound_images(Records({}), 0) == {}


def test_read_people(records_of: Callable) -> None:
    people = records_of([{'category_id': 1}, {}, {'category_id': 2}], ['category_id'])
    assert read_people(people, 3, [{'id': 1, 'name': 'person'}, {'id': 2}]).tolist() == [True, False, False]
    assert read_people(people, 3, [{'id': 1, 'name': 'dog'}]).tolist() == [True] * 3
    assert read_people(people, 3, None).tolist() == [True] * 3
