import numpy as np
import pytest

from synpose.datasets.columnar import usable
from synpose.datasets.columnar.columns import Column, Records
from synpose.datasets.columnar.fields import MISSING, encode, kind_of

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
def test_usable_people(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(usable, '_BLOCK', block)
    people = [{**GOOD, **change} for change, _ in CASES.values()]
    columns = {}
    for name in GOOD:
        values = [person[name] for person in people]
        columns[name] = Column(encode(values, kind_of(values)), kind_of(values))
    boxed = usable.boxed_people(Records(columns), np.full((len(people), 2), (64.0, 48.0)))
    found = usable.usable_people(Records(columns), boxed)
    assert dict(zip(CASES, found.tolist())) == {name: expected for name, (_, expected) in CASES.items()}


def test_without_any_joints() -> None:
    records = Records({'bbox': Column(encode([[1, 2, 3, 4]], 'ints'), 'ints')})
    assert usable.usable_people(records, np.ones(1, bool)).tolist() == [False]
    assert usable.boxed_people(Records({}), np.ones((1, 2))).tolist() == [False]
