import json
import shutil

import cv2
import numpy as np
import pytest

from synpose.generation.jobs.storing import encode
from synpose.generation.jobs.writer import DatasetWriter
from synpose.generation.primitives import BODY_PARTS
from synpose.testing.toy_generator import Picture

HEADER = {'generator': {'type': 'Toy', 'seed': 1}, 'versions': {'synpose': '0'}}


def record(image_id, split='train', people=1, redrawn=None):
    stem = f'{image_id:08d}'
    image = {
        'id': image_id,
        'file_name': f'{stem}.jpg',
        'stencil_file': f'stencils/{stem}.png',
        'depth_file': f'depth/{stem}.png',
    }
    content = {'split': split, 'image': image, 'annotations': [{'bbox': [0, 0, k, 1]} for k in range(people)]}
    return {**content, 'skipped': 1, **({} if redrawn is None else {'redrawn': redrawn})}


def write(writer, *args, parts=None, **kwargs):
    picture = encode(np.full((4, 6, 3), 100, np.uint8), '.jpg')
    stencil = np.arange(24, dtype=np.uint16).reshape(4, 6) * 300
    writer.write(record(*args, **kwargs), picture, stencil, np.linspace(0, 70, 24).reshape(4, 6), parts)


def shots(*members):
    return [Picture(image_id, split, unit, 'small') for image_id, split, unit in members]


@pytest.fixture
def writer(tmp_path):
    writer = DatasetWriter(tmp_path / 'set', HEADER)
    assert writer.open(resume=False) is False
    yield writer
    writer.close()


def test_files_hold_what_was_given(writer):
    write(writer, 7, people=2)
    stencil = cv2.imread(str(writer.root / 'stencils/00000007.png'), cv2.IMREAD_UNCHANGED)
    depth = cv2.imread(str(writer.root / 'depth/00000007.png'), cv2.IMREAD_UNCHANGED)
    assert stencil.dtype == depth.dtype == np.uint16
    np.testing.assert_array_equal(stencil, np.arange(24).reshape(4, 6) * 300)
    expected = np.round(np.minimum(np.linspace(0, 70, 24), 65.535) * 1000)
    np.testing.assert_array_equal(depth.ravel(), expected)
    assert writer.people == 2
    assert writer.read_record(7) == record(7, people=2)
    assert not (writer.root / 'parts').exists()


def test_parts_are_written_as_eight_bits_and_named(writer):
    parts = np.arange(24, dtype=np.uint8).reshape(4, 6) % len(BODY_PARTS)
    write(writer, 1, parts=parts)
    found = cv2.imread(str(writer.root / 'parts/00000001.png'), cv2.IMREAD_UNCHANGED)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, parts)
    writer.finish(shots((1, 'train', 0)), ['train'])
    (image,) = json.loads((writer.root / 'annotations/train.json').read_text())['images']
    assert image['parts_file'] == 'parts/00000001.png'
    assert json.loads((writer.root / 'dataset.json').read_text())['parts'] == list(BODY_PARTS)


def test_finishing_numbers_counts_and_cleans_up(writer):
    for image_id, split, people in ((3, 'val', 2), (1, 'train', 2), (2, 'train', 0), (5, 'train', 1)):
        write(writer, image_id, split, people, redrawn={'collision': image_id // 3})
    members = shots((5, 'train', 2), (3, 'val', 1), (2, 'train', 0), (1, 'train', 0))
    counts = writer.finish(members, ['train', 'val'])
    assert counts == {  # images 1 and 2 are one unit: what was redrawn counts once
        'train': {'images': 3, 'people': 3, 'left_out': 3, 'redrawn': {'collision': 0 + 1}},
        'val': {'images': 1, 'people': 2, 'left_out': 1, 'redrawn': {'collision': 1}},
    }
    assert json.loads((writer.root / 'dataset.json').read_text()) == {**HEADER, 'counts': counts}
    assert {path.name for path in writer.root.iterdir()} == {
        'images',
        'stencils',
        'depth',
        'annotations',
        'dataset.json',
    }


@pytest.mark.parametrize('damage', ['torn', 'foreign', 'no_image', 'no_record', 'not_a_dict', 'no_parts'])
def test_damaged_images_count_as_missing(writer, damage):
    write(writer, 1, parts=np.zeros((4, 6), np.uint8))
    assert writer.has(1)
    path = writer.records / '00000001.json'
    if damage == 'torn':
        path.write_bytes(path.read_bytes()[:40])
    elif damage == 'foreign':
        path.write_text(json.dumps(record(2)))
    elif damage == 'not_a_dict':
        path.write_text('[1]')
    else:
        lost = {'no_record': path, 'no_image': writer.root / 'images/00000001.jpg'}
        lost.get(damage, writer.root / 'parts/00000001.png').unlink()
    assert not writer.has(1)


def test_a_process_that_outlives_its_run_adds_no_record(writer):
    shutil.rmtree(writer.records)
    with pytest.raises(FileNotFoundError, match='the dataset is complete'):
        write(writer, 1)
    assert not writer.records.exists()
