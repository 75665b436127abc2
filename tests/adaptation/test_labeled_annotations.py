import json
import tracemalloc

import pytest

from synpose.adaptation.labeled_annotations import write_labeled
from synpose.adaptation.whole_body_labels import empty_fields

JOINTS = [1, 2, 2] * 17
CATEGORIES = [{'id': 1, 'name': 'person', 'keypoints': []}]


def person(number, image_id, **fields):
    return {'id': number, 'image_id': image_id, 'category_id': 1, 'keypoints': JOINTS, **fields}


def labels(annotations, added=0, **counts):
    """Labels as they come back from a file: keys of objects are texts."""
    fields = {str(number): {**empty_fields(), 'face_valid': True} for number in annotations}
    return {'annotations': fields, 'added': [{'category_id': 1, 'keypoints': JOINTS}] * added, 'counts': counts}


@pytest.fixture
def write(tmp_path):
    def run(content, found, rejected=(), names=None):
        (tmp_path / 'a.json').write_text(json.dumps({'categories': CATEGORIES, **content}))
        names = found if names is None else names
        counts = write_labeled(tmp_path / 'a.json', tmp_path / 'b.json', names, found.__getitem__, rejected)
        return counts, json.loads((tmp_path / 'b.json').read_text())

    return run


IMAGES = [{'id': 3, 'file_name': '\u00fc.jpg'}, {'id': 1, 'file_name': 'b.jpg'}]


def test_labels_go_to_the_people_of_their_picture(write):
    people = [person(5, 1), person(6, 3), person(7, 1, iscrowd=1), person(8, 1, bbox='nan')]
    people.append({**person(9, 1), 'category_id': 4})
    found = {'\u00fc.jpg': labels([6], a=1), 'b.jpg': labels([5], a=2, b=3)}
    counts, content = write({'images': IMAGES, 'annotations': people}, found)
    assert [entry.get('face_valid') for entry in content['annotations']] == [True, True, False, False, None]
    assert [{**entry, **old} for entry, old in zip(content['annotations'], people)] == content['annotations']
    sums = {'images': 2, 'people': 5, 'skipped_images': 0, 'skipped_people': 0}
    assert counts == {**sums, 'a': 3, 'b': 3, 'people/not_readable': 1}


def test_an_id_of_two_people_gives_neither_labels(write):
    people = [person(5, 1), person(5, 3), person(6, 1)]
    counts, content = write(
        {'images': IMAGES, 'annotations': people}, {'\u00fc.jpg': labels([]), 'b.jpg': labels([5, 6])}
    )
    assert [entry['face_valid'] for entry in content['annotations']] == [False, False, True]
    assert counts['people/duplicate_id'] == 2


def test_own_fields_are_never_replaced(write):
    boxed = {'id': 5, 'image_id': 1, 'category_id': 1, 'bbox': [1.50, 2, 3, 4], 'area': 7}
    found = labels([5])
    found['annotations']['5'].update(bbox=[9, 9, 9, 9], area=1, keypoints=JOINTS, num_keypoints=17)
    _, content = write({'images': IMAGES[1:], 'annotations': [boxed]}, {'b.jpg': found})
    (entry,) = content['annotations']
    assert (entry['bbox'], entry['area'], entry['keypoints']) == ([1.5, 2, 3, 4], 7, JOINTS)


@pytest.mark.parametrize('content', [{'annotations': []}, {}, {'annotations': [person(40, 3)]}])
def test_people_whom_a_detector_found_are_added(write, content):
    found = {'\u00fc.jpg': labels([], added=1), 'b.jpg': labels([], added=2)}
    counts, written = write({'images': IMAGES, **content, 'info': {}}, found)
    first = 41 if content.get('annotations') else 1
    new = written['annotations'][-3:]
    assert [(entry['id'], entry['image_id']) for entry in new] == [(first, 3), (first + 1, 1), (first + 2, 1)]
    assert counts['people'] == len(written['annotations']) == 3 + (first == 41)
    again, left = write({'images': IMAGES, **content}, found, rejected={first + 1})
    assert left['annotations'][-2:] == [new[0], new[2]]  # the others keep their ids
    assert again['people/rejected'] == 1


def test_people_of_pictures_left_out_go_with_them_and_new_ones_stay_behind(write):
    people = [person(5, 3), person(6, 3)]
    counts, content = write(
        {'images': IMAGES, 'annotations': people},
        {'b.jpg': labels([], added=1), '\u00fc.jpg': labels([])},
        names={'b.jpg'},
    )
    assert [entry['id'] for entry in content['annotations']] == [7]
    assert (counts['images'], counts['skipped_people'], counts['people']) == (1, 2, 1)


def test_rejected_labels_are_taken_back(write):
    content = {'images': IMAGES[1:], 'annotations': [person(5, 1), person(6, 1)]}
    counts, written = write(content, {'b.jpg': labels([5, 6])}, rejected={6})
    assert [entry['face_valid'] for entry in written['annotations']] == [True, False]
    assert written['annotations'][1]['keypoints'] == JOINTS
    assert counts['people/rejected'] == 1
    with pytest.raises(ValueError, match=r'b\.json: rejected annotations that it does not have: 7, 9'):
        write(content, {'b.jpg': labels([5, 6])}, rejected={9, 7})


def test_memory_does_not_grow_with_the_number_of_people(tmp_path):
    """Beyond what ids and names need: labels, also of people whom a detector found, are held a few pictures long."""
    text = 'x' * 4000

    def read(name):
        fields = {name.removesuffix('.jpg'): {'face_valid': True, 'note': f'{name}{text}'}}
        return {'annotations': fields, 'added': [{'category_id': 1, 'note': f'{name}{text}'}] * 2, 'counts': {'a': 1}}

    def peak(count):
        images = [{'id': k, 'file_name': f'{k}.jpg'} for k in range(count)]
        content = {'categories': CATEGORIES, 'images': images, 'annotations': [person(k, k) for k in range(count)]}
        (tmp_path / 'a.json').write_text(json.dumps(content))
        tracemalloc.start()
        counts = write_labeled(tmp_path / 'a.json', tmp_path / 'b.json', [image['file_name'] for image in images], read)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert counts['people'] == 3 * count
        return most

    small, large = peak(500), peak(2000)
    assert (tmp_path / 'b.json').stat().st_size > 24e6
    assert large - small < 2e6
