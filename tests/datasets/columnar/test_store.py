import errno
import json
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synpose.datasets.columnar import build, open_store, store


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read into a store."""
    paths: list[str] = []

    def count(path: Any, *args: Any) -> Any:
        paths.append(str(path))
        return build.build_table(path, *args)

    monkeypatch.setattr(store, 'build_table', count)
    return paths


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, '_SETTLED_NS', -(10**12))


def test_holds_the_file(write_coco: Callable) -> None:
    path = write_coco(num_images=30)
    content = json.loads(path.read_text())
    opened = open_store(path)
    images = opened.images.records(0, opened.num_images)
    assert json.dumps(images, sort_keys=True) == json.dumps(content['images'], sort_keys=True)
    for index, image in enumerate(images):
        people = [person for person in content['annotations'] if person['image_id'] == image['id']]
        found = opened.people.records(*opened.first[index : index + 2].tolist())
        assert json.dumps(found, sort_keys=True) == json.dumps(people, sort_keys=True)
    assert opened.header == {key: content[key] for key in ('info', 'categories')}
    with pa.memory_map(str(path.with_suffix('.arrow'))) as source:  # others can read it too
        table = pa.ipc.open_file(source).read_all()
    assert table['file_name'].to_pylist() == [image['file_name'] for image in content['images']]
    assert sum(len(people) for people in table['annotations'].to_pylist()) == len(content['annotations'])


@pytest.mark.usefixtures('settled')
def test_opened_again_it_is_neither_built_nor_hashed(
    write_coco: Callable, built: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_coco()
    open_store(path)
    monkeypatch.setattr(store, 'sha256', None)
    open_store(path)
    assert len(built) == 1


def test_a_json_of_the_same_size_and_times_may_still_have_changed(write_coco: Callable, built: list) -> None:
    path = write_coco()
    open_store(path)
    times = path.stat().st_mtime_ns
    text = path.read_text()
    path.write_text(text.replace('reading', 'writing'))
    os.utime(path, ns=(times, times))
    assert 'writing' in open_store(path).people.values('behavior', 0, 9)
    assert len(built) == 2


@pytest.mark.usefixtures('settled')
def test_changed_and_touched(write_coco: Callable, built: list) -> None:
    path = write_coco()
    open_store(path)
    time.sleep(0.02)
    os.utime(path)
    open_store(path)
    assert open_store(path).description['source']['mtime_ns'] == path.stat().st_mtime_ns
    assert len(built) == 1  # the same content
    time.sleep(0.02)
    write_coco(lambda content: content['images'][0].update(file_name='other.jpg'))
    assert open_store(path).images.values('file_name', 0, 1) == ['other.jpg']
    assert len(built) == 2


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    'empty': lambda data: b'',
    'three bytes': lambda data: data[:3],
    'half': lambda data: data[: len(data) // 2],
    'without its last byte': lambda data: data[:-1],
    'another version': lambda data: data.replace(f'"version": {store.VERSION}'.encode(), b'"version": 0'),
}


@pytest.mark.parametrize('damage', DAMAGE)
def test_damaged_stores_are_built_again(write_coco: Callable, built: list, damage: str) -> None:
    path = write_coco()
    whole = open_store(path).people.records(0, 9)
    arrow = path.with_suffix('.arrow')
    arrow.write_bytes(DAMAGE[damage](arrow.read_bytes()))
    assert open_store(path).people.records(0, 9) == whole
    assert len(built) == 2


def test_files_of_others_are_left_alone(write_coco: Callable) -> None:
    path = write_coco()
    arrow = path.with_suffix('.arrow')
    arrow.write_text('my notes')
    with pytest.raises(ValueError, match=r'train.arrow: is in the way of the annotation store'):
        open_store(path)
    table = pa.table({'a': [1]})
    with pa.OSFile(str(arrow), 'wb') as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(ValueError, match=r'train.arrow: is in the way of the annotation store'):
        open_store(path)
    assert open_store(path, path.with_name('other.arrow')).num_images == 9
    with pytest.raises(ValueError, match='must be the json'):
        open_store(arrow)


@pytest.mark.parametrize('number', [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_written(write_coco: Callable, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(path: Path) -> None:
        raise OSError(number, 'no')

    path = write_coco()
    monkeypatch.setattr(store, 'atomic_path', refuse)
    with pytest.raises(PermissionError, match=r'train.arrow: cannot be written; name .* \(store_file=\.\.\.\)'):
        open_store(path)


def test_a_copy_in_another_process_never_reads_another_json(write_coco: Callable) -> None:
    path = write_coco()
    data = pickle.dumps(open_store(path))
    assert pickle.loads(data).people.records(0, 5) == open_store(path).people.records(0, 5)
    write_coco(seed=1)
    open_store(path)
    with pytest.raises(ValueError, match=r'train.arrow: was rebuilt from a changed json'):
        pickle.loads(data)


def test_results_are_joined_and_written_once(write_coco: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_coco()
    opened = open_store(path)
    for name in 'ab':  # by two processes that opened the same store
        opened.remember(path, 'found', {name: [1, None]})
    monkeypatch.setattr(store, '_write', None)
    opened.remember(path, 'found', {'b': [1, None]})
    assert store.AnnotationStore(opened.path).description['found'] == {'a': [1, None], 'b': [1, None]}


def test_a_json_that_changes_while_it_is_read(write_coco: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(*args: Any) -> Any:
        result = build.build_table(*args)
        write_coco(seed=1)
        return result

    path = write_coco()
    monkeypatch.setattr(store, 'build_table', change)
    with pytest.raises(ValueError, match=r'train.json: changed while it was read'):
        open_store(path)
    assert not path.with_suffix('.arrow').exists()


def test_two_processes_at_once(write_coco: Callable, open_at_once: Callable) -> None:
    def read_ids() -> list[int]:
        opened = open_store(path)
        return opened.people.values('id', 0, int(opened.first[-1]))

    path = write_coco(num_images=300)
    found = open_at_once(read_ids, read_ids)
    ids = read_ids()
    assert len(ids) > 500
    assert sorted(found) == [(0, ids), (1, ids)]  # one built it, the other waited
    assert sorted(file.name for file in path.parent.iterdir()) == ['train.arrow', 'train.json']


BAD: dict[str, tuple[Callable[[dict], Any], str]] = {
    'image twice': (lambda c: c['images'].append(dict(c['images'][0])), r'image \d+: id: used by more than one image'),
    'person twice': (lambda c: c['annotations'].append(dict(c['annotations'][0])), r'annotation \d+: id: used by more'),
    'box': (lambda c: c['annotations'][3].update(bbox=[1, 2]), r'annotation \d+: bbox: must be 4 numbers'),
    'no id': (lambda c: c['annotations'][3].pop('id'), 'annotation number 3: id: must be an integer'),
    'person without id': (lambda c: c['categories'][0].pop('id'), r'category number 0: id: must be an integer'),
}


@pytest.mark.parametrize('case', BAD)
def test_bad_records(write_coco: Callable, case: str) -> None:
    change, message = BAD[case]
    path = write_coco(change)
    with pytest.raises(ValueError, match=f'train.json: {message}'):
        open_store(path)
    assert not path.with_suffix('.arrow').exists()


@pytest.mark.parametrize('number', [0, 9_003])
def test_a_list_of_the_wrong_length_far_into_the_file(write_coco: Callable, number: int) -> None:
    def grow(content: dict) -> None:
        image = content['images'][0]['id']
        people = [{'id': i + 1, 'image_id': image, 'category_id': 1, 'keypoints': [1, 2, 2]} for i in range(10_000)]
        people[number]['keypoints'] = [1, 2, 2, 3, 4, 2]
        content['annotations'] = people

    message = rf'train.json: annotation {number + 1}: keypoints: must be 3 numbers for 1 joints .* but is 6'
    with pytest.raises(ValueError, match=message):
        open_store(write_coco(grow))


def test_people_of_unlisted_images_are_left_out(write_coco: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(build, 'print_log', lambda text, *args: texts.append(text))
    path = write_coco(lambda content: content['annotations'][2].update(image_id=77, category_id=2))
    content = json.loads(path.read_text())
    opened = open_store(path)
    ids = opened.people.values('id', 0, int(opened.first[-1]))
    assert set(ids) == {person['id'] for person in content['annotations']} - {content['annotations'][2]['id']}
    assert '1 annotation(s) of images that the file does not list' in texts[0]


@pytest.mark.parametrize('content', [{'images': []}, {'images': [], 'annotations': []}])
def test_empty_files(tmp_path: Path, content: dict) -> None:
    path = tmp_path / 'a.json'
    path.write_text(json.dumps(content))
    opened = open_store(path)
    assert (opened.num_images, opened.first.tolist(), len(opened.sound_images)) == (0, [0], 0)
    assert {name: (flags.shape[0], flags.dtype) for name, flags in opened.flags.items()} == {
        **dict.fromkeys(('usable', 'sound'), (0, np.uint8)),
        **dict.fromkeys(('labeled', 'positive'), (0, np.uint64)),
    }
