"""The folder: json files that are whole or absent, and dataset.json."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from synpose.datasets.conversion import folder
from synpose.datasets.conversion.folder import check_target, describe, write_coco


@pytest.mark.parametrize('count', [0, 1, 3])
def test_records_are_written_one_by_one(count, tmp_path):
    header = {'info': {'a': None}, 'categories': [{'name': 'Ä'}]}
    images = [{'id': i, 'x': 0.1} for i in range(count)]
    write_coco(tmp_path / 'a.json', header, images, ({'id': i} for i in range(count)))
    content = json.loads((tmp_path / 'a.json').read_text())
    assert content == {**header, 'images': images, 'annotations': [{'id': i} for i in range(count)]}


def test_an_error_on_the_way_leaves_no_file(tmp_path):
    def people():
        yield {'id': 1}
        raise ValueError('bad')

    with pytest.raises(ValueError, match='bad'):
        write_coco(tmp_path / 'a.json', {}, [], people())
    assert list(tmp_path.iterdir()) == []


def test_splits_gather_in_the_description(tmp_path):
    assert check_target(tmp_path, 'train') == tmp_path / 'annotations' / 'train.json'
    describe(tmp_path, 'train', {'format': 'coco'}, 2, 5)
    describe(tmp_path, 'val', {'format': 'aic'}, 1, 1)
    description = json.loads((tmp_path / 'dataset.json').read_text())
    assert description['origins'] == {'train': {'format': 'coco'}, 'val': {'format': 'aic'}}
    assert description['counts'] == {'train': {'images': 2, 'people': 5}, 'val': {'images': 1, 'people': 1}}


def test_splits_that_are_finished_at_once(tmp_path, monkeypatch):
    def slow(*args, **kwargs):
        time.sleep(0.05)
        write_json(*args, **kwargs)

    write_json = folder.write_json
    monkeypatch.setattr(folder, 'write_json', slow)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda split: describe(tmp_path, split, {}, 1, 1), 'abcd'))
    assert set(json.loads((tmp_path / 'dataset.json').read_text())['origins']) == set('abcd')


@pytest.mark.parametrize('split', ['', '..', 'a/b', '.hidden'])
def test_splits_are_file_names(split, tmp_path):
    with pytest.raises(ValueError, match='is no name for a file'):
        check_target(tmp_path, split)


@pytest.mark.parametrize(('text', 'message'), [('[]', 'another origin'), ('{', 'not valid JSON'), ('{}', 'another')])
def test_folders_of_others_are_left_alone(text, message, tmp_path):
    (tmp_path / 'dataset.json').write_text(text)
    with pytest.raises(ValueError, match=message):
        check_target(tmp_path, 'train')
