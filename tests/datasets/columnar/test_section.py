import numpy as np
import pytest

from synpose.datasets.columnar import section
from synpose.datasets.columnar.section import Section
from synpose.datasets.validation import ProblemLog


@pytest.mark.parametrize('chunk', [1, 2, 100])
def test_records_come_back_in_the_order_asked_for(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(section, 'CHUNK', chunk)
    found = Section('annotations', ProblemLog('f.json'))
    records = [
        {'id': 5, 'image_id': 1},
        {'id': 3, 'image_id': 2, 'note': [1.5, 2]},
        {'id': 4, 'image_id': 1, 'note': 'x'},
    ]
    for record in records:
        found.add(record)
    found.finish()
    assert len(found) == 3
    assert found.records.records(0, 3) == records
    found.take(np.array([2, 0]))
    assert found.records.records(0, 2) == [records[2], records[0]]
    assert found.kinds == {'id': 'int', 'image_id': 'int', 'note': 'json'}


def test_bad_records_raise_or_are_left_out() -> None:
    bad = [{'id': 5, 'image_id': 1}, {'id': 'a', 'image_id': 1}, {'id': 5, 'image_id': 2}, {'id': 6, 'image_id': 2}]
    log = ProblemLog('f.json', 'skip')
    found = Section('annotations', log)
    for record in bad:
        found.add(record)
    found.finish()
    assert found.records.records(0, 2) == [bad[0], bad[3]]
    assert found.left_out == [5]
    assert log.problems == [
        "f.json: annotation a: id: must be an integer of 64 bits, but is 'a'",
        'f.json: annotation 5: id: used by more than one annotation',
    ]
    with pytest.raises(
        ValueError, match=r'f.json: annotation number 0: id: must be an integer of 64 bits, but is None'
    ):
        Section('annotations', ProblemLog('f.json')).add({})


@pytest.mark.parametrize('change', [{}, {'width': 0}, {'file_name': ''}])
@pytest.mark.parametrize('first', [0, 2])
def test_of_images_that_share_an_id_none_is_kept(change: dict, first: int) -> None:
    images = [{'id': number, 'file_name': f'{number}.jpg', 'width': 4, 'height': 3} for number in (5, 6, 5)]
    images[first] |= change
    log = ProblemLog('f.json', 'skip')
    found = Section('images', log)
    for image in images:
        found.add(image)
    found.finish()
    assert found.records.records(0, len(found)) == [images[1]]
    assert set(found.left_out) == {5}
    assert log.problems[-1] == 'f.json: image 5: id: used by more than one image'


def test_empty() -> None:
    found = Section('images', ProblemLog('f.json'))
    found.finish()
    assert (len(found), found.columns, found.records.columns) == (0, {}, {})
