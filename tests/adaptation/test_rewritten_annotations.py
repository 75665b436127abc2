import json
import tracemalloc
from itertools import product

import pytest

from synpose.adaptation.rewritten_annotations import Kept, iter_images, replace_fields, rewrite_annotations

IMAGES = (
    '{"id":1,"file_name":"a.jpg", "w" : 1.0}',
    '{"domain": "synthetic", "id":2 , "file_name" : "\u00fc/b.jpg" }',
    '{"file_name":"c.jpg","id":3,"nested":{"file_name":"x","domain":[1, 2]},"e":1e3}',
)
PEOPLE = ('{"id":7,"image_id":2,"x":1.50}', '{"image_id":1 , "id":8}', '{"id":9,"image_id":3}', '{"id":5,"image_id":1}')


def layout(images, people, people_first=False):
    """A file with white space in odd places, two unusual lists around and the given records."""
    images, people = f'"images": [\n {" , ".join(images)}\n]', f'"annotations":[{",  ".join(people)} ]'
    lists = f'{people},\n{images}' if people_first else f'{images},\n{people}'
    return f'{{"info": {{"x": 1.50e1}}, "licenses": [],{lists}, "categories":[ {{"id":1}} , {{"id": 2}}]}}\n'.encode()


def rename(left_out=()):
    def change(image):
        if image['id'] in left_out:
            return None
        return {'file_name': image['file_name'].replace('.jpg', '.png'), 'domain': 'translated'}

    return change


@pytest.mark.parametrize('people_first', [False, True])
@pytest.mark.parametrize('left_out', [(), (1,), (2,), (3,), (1, 2), (2, 3), (1, 3), (1, 2, 3)])
def test_the_new_file_is_the_old_with_two_fields_changed(tmp_path, left_out, people_first):
    source, target = tmp_path / 'a.json', tmp_path / 'b.json'
    source.write_bytes(layout(IMAGES, PEOPLE, people_first))
    counts = rewrite_annotations(source, target, rename(left_out))
    before, after = json.loads(source.read_bytes()), json.loads(target.read_bytes())
    images = [image for image in before['images'] if image['id'] not in left_out]
    people = [person for person in before['annotations'] if person['image_id'] not in left_out]
    changed = [{**image, **rename()(image)} for image in images]
    assert after == {**before, 'images': changed, 'annotations': people}
    assert counts == Kept(len(images), len(people), 3 - len(images), 4 - len(people))


@pytest.mark.parametrize('people_first', [False, True])
def test_every_other_byte_stays(tmp_path, people_first):
    source, target = tmp_path / 'a.json', tmp_path / 'b.json'
    source.write_bytes(layout(IMAGES, PEOPLE, people_first))
    rewrite_annotations(source, target, rename())
    expected = (
        '{"id":1,"file_name":"a.png", "w" : 1.0, "domain": "translated"}',
        '{"domain": "translated", "id":2 , "file_name" : "\\u00fc/b.png" }',
        '{"file_name":"c.png","id":3,"nested":{"file_name":"x","domain":[1, 2]},"e":1e3, "domain": "translated"}',
    )
    assert target.read_bytes() == layout(expected, PEOPLE, people_first)


def test_people_left_out_take_their_commas_along(tmp_path):
    source, target = tmp_path / 'a.json', tmp_path / 'b.json'
    source.write_bytes(layout(IMAGES, PEOPLE))
    rewrite_annotations(source, target, rename([2, 3]))
    start = b'"annotations":['
    assert target.read_bytes().split(start)[1].startswith(b'{"image_id":1 , "id":8},  {"id":5,"image_id":1} ]')


def test_without_changes_the_file_is_copied(tmp_path):
    source, target = tmp_path / 'a.json', tmp_path / 'b.json'
    source.write_bytes(layout(IMAGES, PEOPLE))
    rewrite_annotations(source, target, lambda image: {})
    assert target.read_bytes() == source.read_bytes()


def test_memory_does_not_grow_with_the_file(tmp_path):
    source, target = tmp_path / 'a.json', tmp_path / 'b.json'
    people = [json.dumps({'id': k, 'image_id': 1 + k % 3, 'segmentation': 'x' * 2000}) for k in range(6000)]
    source.write_bytes(layout(IMAGES, people))
    tracemalloc.start()
    counts = rewrite_annotations(source, target, rename([2]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts == Kept(2, 4000, 1, 2000)
    assert source.stat().st_size > 12e6
    assert peak < 8e6


@pytest.mark.parametrize(
    ('record', 'fields', 'expected'),
    [
        ('{"a":1}', {'a': 'x'}, '{"a":"x"}'),
        (' { "a" : [1, {"b": "}"}] , "b":"\\"a\\"" } ', {'b': 2}, ' { "a" : [1, {"b": "}"}] , "b":2 } '),
        ('{"a":1}', {'b': None}, '{"a":1, "b": null}'),
        ('{"a":1,"a":2}', {'a': 3}, '{"a":3,"a":3}'),
        ('{"a":"\u00e9"}', {'b': 1}, '{"a":"\u00e9", "b": 1}'),
        ('{"a":1}', {}, '{"a":1}'),
    ],
)
def test_fields_of_a_record(record, fields, expected):
    assert replace_fields(record.encode(), fields) == expected.encode()


def test_fields_of_many_records():
    spaces = ('', ' ', '\n\t')
    for a, b, c in product(spaces, repeat=3):
        record = f'{{{a}"file_name"{b}:{c}"1.jpg"{a},{b}"width"{c}:{a}2.50{b}}}'
        assert replace_fields(record.encode(), {'file_name': '1.png'}) == record.replace('jpg', 'png').encode()


def test_images_are_read_without_what_follows(tmp_path):
    source = tmp_path / 'a.json'
    source.write_bytes(layout(IMAGES, PEOPLE).replace(b'"categories"', b'broken'))
    assert [image['file_name'] for image in iter_images(source)] == ['a.jpg', '\u00fc/b.jpg', 'c.jpg']


@pytest.mark.parametrize(('image', 'field'), [('{"id": 1}', 'file_name'), ('{"file_name": "a"}', 'id'), ('[]', 'id')])
def test_an_image_without_its_name_is_refused(tmp_path, image, field):
    source = tmp_path / 'a.json'
    source.write_bytes(layout([image], PEOPLE))
    with pytest.raises(ValueError, match=rf'a\.json: images: {field}: missing in'):
        rewrite_annotations(source, tmp_path / 'b.json', rename())
    assert [path.name for path in tmp_path.iterdir()] == ['a.json']


def test_a_missing_or_broken_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.json'):
        rewrite_annotations(tmp_path / 'none.json', tmp_path / 'b.json', rename())
    (tmp_path / 'a.json').write_text('{"images": [}')
    with pytest.raises(ValueError, match=r'a\.json: not valid JSON'):
        rewrite_annotations(tmp_path / 'a.json', tmp_path / 'b.json', rename())
