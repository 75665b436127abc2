"""The store's json: equal records, types included."""

import json

import pytest

from synpose.datasets.columnar import open_store
from synpose.datasets.conversion import store_json, write_store_json


@pytest.mark.parametrize('wholebody', [False, True])
def test_records_come_back_equal(wholebody, write_coco, assert_same, tmp_path, monkeypatch):
    monkeypatch.setattr(store_json, 'CHUNK', 3)
    path = write_coco(wholebody=wholebody) if wholebody else write_coco()
    store = open_store(path)
    counts = write_store_json(store.path, tmp_path / 'again.json')
    before, after = json.loads(path.read_text()), json.loads((tmp_path / 'again.json').read_text())
    known = {image['id'] for image in before['images']}
    kept = [annotation for annotation in before['annotations'] if annotation['image_id'] in known]
    assert counts == (len(before['images']), len(kept))
    assert counts[1] > 3
    for records, others in ((before['images'], after['images']), (kept, after['annotations'])):
        told = {record['id']: record for record in others}
        for record in records:
            assert_same(dict(sorted(told[record['id']].items())), dict(sorted(record.items())))
        assert len(records) == len(others)
    del before['images'], before['annotations'], after['images'], after['annotations']
    assert before == after


@pytest.mark.parametrize('change', ['left out', 'unlisted', 'none'])
def test_records_that_the_store_lacks_are_told(change, write_coco, tmp_path, monkeypatch):
    def edit(content):
        people = content['annotations']
        image = next(image for image in content['images'] if image['id'] == people[0]['image_id'])
        if change == 'left out':
            image['width'] = 0
            people[0]['bbox'] = 'none'
        elif change == 'unlisted':
            for person in people:
                person['category_id'] = 1 + (person['image_id'] == image['id'])
            content['images'].remove(image)

    texts: list[str] = []
    monkeypatch.setattr(store_json, 'print_log', lambda text, *args: texts.append(text))
    path = write_coco(edit)
    store = open_store(path, on_error='skip')
    _, written = write_store_json(store.path, tmp_path / 'again.json')
    missing = len(json.loads(path.read_text())['annotations']) - written
    if change == 'none':
        assert (missing, texts) == (0, [])
        return
    bad = 2 if change == 'left out' else 0
    lost = missing - (1 if change == 'left out' else 0)
    assert lost > 0
    assert f'train.arrow: lacks {bad} bad record(s) of its json, and {lost} annotation(s) of lacking images' in texts[0]
    assert texts[0].count('\n') == bad


def test_bad_input(write_coco, tmp_path):
    path = write_coco()
    store = open_store(path)
    with pytest.raises(FileExistsError, match=r'train\.json: exists'):
        write_store_json(store.path, path)
    with pytest.raises(FileNotFoundError, match=r'none\.arrow: annotation store does not exist'):
        write_store_json(tmp_path / 'none.arrow', tmp_path / 'a.json')
    with pytest.raises(ValueError, match='not a whole annotation store'):
        write_store_json(path, tmp_path / 'a.json')
    assert not (tmp_path / 'a.json').exists()
