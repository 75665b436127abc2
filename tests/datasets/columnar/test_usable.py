from collections.abc import Callable

import numpy as np
import pytest

from synpose.datasets.columnar import usable
from synpose.datasets.columnar.columns import Records
from synpose.datasets.columnar.fields import MISSING

GOOD = {'bbox': [10, 10, 20, 20], 'keypoints': [12, 13, 2, 0, 0, 0], 'num_keypoints': 1, 'iscrowd': 0}
CASES = {
    'good': ({}, True),
    'crowd': ({'iscrowd': 1}, False),
    'no joint labeled': ({'num_keypoints': 0}, False),
    'no count, joints': ({'num_keypoints': MISSING}, True),
    'no count, no joint': ({'num_keypoints': MISSING, 'keypoints': [0, 0, 2, 0, 0, 0]}, False),
    'joints left of the picture': ({'keypoints': [-1, -2, 2, 0, 0, 0]}, False),
    'box outside': ({'bbox': [64, 10, 20, 20]}, False),
    'no width': ({'bbox': [10, 10, 0, 20]}, False),
    'no box': ({'bbox': MISSING}, False),
    'no joints': ({'keypoints': MISSING}, False),
    'no crowd flag': ({'iscrowd': MISSING}, True),
}


@pytest.mark.parametrize('block', [1, 3, 100])
def test_usable_people(monkeypatch: pytest.MonkeyPatch, records_of: Callable, block: int) -> None:
    monkeypatch.setattr(usable, '_BLOCK', block)
    people = [{**GOOD, **change} for change, _ in CASES.values()]
    records = records_of(people, GOOD)
    boxed = usable.boxed_people(records, np.full((len(people), 2), (64.0, 48.0)))
    found = usable.usable_people(records, boxed)
    assert dict(zip(CASES, found.tolist())) == {name: expected for name, (_, expected) in CASES.items()}


def test_without_any_joints(records_of: Callable) -> None:
    records = records_of([{'bbox': [1, 2, 3, 4]}], ['bbox'])
    assert usable.usable_people(records, np.ones(1, bool)).tolist() == [False]
    assert usable.boxed_people(Records({}), np.ones((1, 2))).tolist() == [False]
