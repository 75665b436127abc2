import json

import cv2
import numpy as np
import pytest

from synpose.files import atomic_path
from synpose.generation.writer import DatasetWriter, categories, encode
from synpose.skeletons import BONES, JOINT_NAMES

HEADER = {'generator': {'seed': 1, 'sensor': {'noise': (0.0, 0.1)}}}


def record(image_id, split='train', people=1):
    stem = f'{image_id:08d}'
    image = {
        'id': image_id,
        'file_name': f'{stem}.jpg',
        'stencil_file': f'stencils/{stem}.png',
        'depth_file': f'depth/{stem}.png',
    }
    return {
        'split': split,
        'image': image,
        'annotations': [{'bbox': [0, 0, k, 1]} for k in range(people)],
        'skipped': 1,
    }


def write(writer, *args, **kwargs):
    picture = encode(np.full((4, 6, 3), 100, np.uint8), '.jpg')
    stencil = np.arange(24, dtype=np.uint16).reshape(4, 6) * 300
    writer.write(record(*args, **kwargs), picture, stencil, np.linspace(0, 70, 24).reshape(4, 6))


@pytest.fixture
def writer(tmp_path):
    writer = DatasetWriter(tmp_path / 'set', HEADER)
    assert writer.open(resume=False) is False
    yield writer
    writer.close()


def test_files_hold_what_was_given(writer):
    write(writer, 7)
    stencil = cv2.imread(str(writer.root / 'stencils/00000007.png'), cv2.IMREAD_UNCHANGED)
    depth = cv2.imread(str(writer.root / 'depth/00000007.png'), cv2.IMREAD_UNCHANGED)
    assert stencil.dtype == depth.dtype == np.uint16
    np.testing.assert_array_equal(stencil, np.arange(24).reshape(4, 6) * 300)
    expected = np.round(np.minimum(np.linspace(0, 70, 24), 65.535) * 1000)
    np.testing.assert_array_equal(depth.ravel(), expected)


def test_annotation_files_are_numbered_in_image_order(writer):
    for image_id, split, people in ((3, 'val', 2), (1, 'train', 2), (2, 'train', 0), (5, 'train', 1)):
        write(writer, image_id, split, people)
    counts = writer.finish([5, 3, 2, 1], ['train', 'val'])
    assert counts == {
        'train': {'images': 3, 'people': 3, 'left_out': 3},
        'val': {'images': 1, 'people': 2, 'left_out': 1},
    }
    train, val = (json.loads((writer.root / f'annotations/{s}.json').read_text()) for s in ('train', 'val'))
    assert [i['id'] for i in train['images']] == [1, 2, 5]
    assert [(a['id'], a['image_id']) for a in train['annotations']] == [(1, 1), (2, 1), (5, 5)]
    assert [(a['id'], a['image_id']) for a in val['annotations']] == [(3, 3), (4, 3)]
    assert not writer.records.exists()
    assert json.loads((writer.root / 'dataset.json').read_text())['counts'] == counts


def test_categories_name_the_joints_and_count_from_one():
    (person,) = categories()
    assert person['keypoints'] == list(JOINT_NAMES)
    pairs = [(JOINT_NAMES[a - 1], JOINT_NAMES[b - 1]) for a, b in person['skeleton']]
    assert pairs == list(BONES)


@pytest.mark.parametrize('damage', ['torn', 'foreign', 'no_image', 'no_record', 'not_a_dict'])
def test_damaged_images_count_as_missing(writer, damage):
    write(writer, 1)
    assert writer.has(1)
    path = writer.records / '00000001.json'
    if damage == 'torn':
        path.write_bytes(path.read_bytes()[:40])
    elif damage == 'foreign':
        path.write_text(json.dumps(record(2)))
    elif damage == 'not_a_dict':
        path.write_text('[1]')
    else:
        (path if damage == 'no_record' else writer.root / 'images/00000001.jpg').unlink()
    assert not writer.has(1)


def test_a_filled_folder_needs_resume(writer):
    writer.close()
    with pytest.raises(FileExistsError, match=r'not empty.*--resume'):
        DatasetWriter(writer.root, HEADER).open(resume=False)


@pytest.mark.parametrize('resume', [False, True])
def test_a_second_run_is_refused_while_the_first_lives(writer, resume):
    with pytest.raises(BlockingIOError, match='set: another run is writing here'):
        DatasetWriter(writer.root, HEADER).open(resume)
    writer.close()
    second = DatasetWriter(writer.root, HEADER)
    assert second.open(resume=True) is False
    second.close()


@pytest.mark.parametrize('file', ['images/00000002.jpg', 'stencils/00000001.png', 'annotations/train.json'])
def test_a_file_missing_from_a_complete_set_is_named(writer, file):
    for image_id in (1, 2):
        write(writer, image_id)
    writer.finish([1, 2], ['train'])
    writer.close()
    again = DatasetWriter(writer.root, HEADER)
    assert again.open(resume=True) is True
    again.close()
    (writer.root / file).unlink()
    with pytest.raises(FileNotFoundError, match=f'{file}: missing'):
        DatasetWriter(writer.root, HEADER).open(resume=True)


def test_resume_refuses_another_configuration(writer):
    writer.close()
    changed = {'generator': {'seed': 1, 'sensor': {'noise': (0.0, 0.2)}}}
    with pytest.raises(ValueError, match=r'dataset.json: cannot resume, generator.sensor.noise is \[0.0, 0.1\] there'):
        DatasetWriter(writer.root, changed).open(resume=True)


@pytest.mark.parametrize(('content', 'message'), [('{"gen', 'broken JSON'), ('[]', 'broken JSON')])
def test_resume_names_a_broken_description(writer, content, message):
    writer.close()
    (writer.root / 'dataset.json').write_text(content)
    with pytest.raises(ValueError, match=f'dataset.json: {message}'):
        DatasetWriter(writer.root, HEADER).open(resume=True)


def test_resume_refuses_a_foreign_folder(tmp_path):
    (tmp_path / 'thesis.txt').write_text('keep me')
    with pytest.raises(ValueError, match='no dataset'):
        DatasetWriter(tmp_path, HEADER).open(resume=True)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / 'set').write_text('')
    with pytest.raises(NotADirectoryError, match='set: exists and is not a folder'):
        DatasetWriter(tmp_path / 'set', HEADER).open(resume=False)


def test_half_written_files_are_removed_on_resume(writer):
    with atomic_path(writer.root / 'images/00000001.jpg') as path:
        leftover = path.with_name(path.name.replace('00000001', '00000002'))  # as the kill of a process leaves it
        leftover.write_bytes(b'half')
    foreign = writer.root / 'images/.DS_Store'
    foreign.write_bytes(b'')
    writer.close()
    DatasetWriter(writer.root, HEADER).open(resume=True)
    assert not leftover.exists()
    assert foreign.exists()


def test_an_unwritable_folder_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError, match='file/set: cannot write here'):
        DatasetWriter(tmp_path / 'file' / 'set', HEADER).open(resume=False)
