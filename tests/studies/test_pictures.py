"""The pictures show what they say: each tile is compared with its own image."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from synpose.reporting.images import read_image
from synpose.reporting.work_dir import TestResult
from synpose.skeletons import COCO17_NAMES, JOINT_NAMES
from synpose.studies import read_study
from synpose.studies.pictures import MOST_BYTES, TILE_WIDTH, draw_sheet, encode_small, make_grid
from synpose.studies.study import FilePicture, FolderSheet, PredictionSheet
from synpose.testing import write_synpose_dataset


@pytest.fixture
def study(workspace):
    return read_study('projects/synpose/studies/small.yaml')


def decode(picture):
    return cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_COLOR)


def write_flat(folder, colors, suffix='.png'):
    Path(folder, 'images').mkdir(parents=True)
    for stem, color in colors.items():
        cv2.imwrite(str(Path(folder, 'images', stem + suffix)), np.full((90, 160, 3), color, np.uint8))


def test_the_same_stems_stand_in_a_row(study):
    write_flat('one', {'a': 10, 'b': 60, 'c': 110})
    write_flat('two', {'a': 30, 'b': 80}, '.jpg')
    write_flat('photos', {'x': 180, 'y': 240})
    sheet = FolderSheet(
        's', 'The title', {'one': 'one', 'two': 'two', 'none': 'none'}, {'photos': 'photos'}, ('a', 'b', 'c')
    )
    (picture,) = draw_sheet(study, sheet, {})
    assert (picture.name, picture.caption) == ('s.jpg', 'The title')
    image = decode(picture)
    width, height = 320, 180  # twice the images' size, the most they are enlarged
    left = [column * (image.shape[1] + 6) // 3 + width // 2 for column in range(3)]
    top = [26 + row * (image.shape[0] - 26 + 6) // 3 + height // 2 for row in range(3)]
    levels = [[int(image[y, x, 0]) for x in left] for y in top]
    expected = [[10, 30, 180], [60, 80, 180], [110, 200, 240]]  # 200: the gray of an image that is missing
    assert np.abs(np.array(levels) - expected).max() <= 3


def test_stems_that_are_not_in_every_folder_are_not_chosen(study):
    write_flat('one', {'a': 10, 'b': 60, 'c': 110})
    write_flat('two', {'b': 80})
    (picture,) = draw_sheet(study, FolderSheet('s', 'S', {'one': 'one', 'two': 'two'}, count=3), {})
    image = decode(picture)
    assert image.shape[0] == 26 + 180  # one row
    assert np.abs(image[100, [100, 500], 0].astype(int) - [60, 80]).max() <= 3


def test_named_stems_and_errors(study):
    write_flat('one', {'a': 10, 'b': 60})
    (picture,) = draw_sheet(study, FolderSheet('s', 'S', {'one': 'one'}, stems=('b',)), {})
    assert abs(int(decode(picture)[100, 100, 0]) - 60) <= 3
    with pytest.raises(ValueError, match=r"small.yaml: picture s: stems: there is no image 'z'"):
        draw_sheet(study, FolderSheet('s', 'S', {'one': 'one'}, stems=('z',)), {})


def test_nothing_is_drawn_before_it_is_there(study):
    assert draw_sheet(study, FolderSheet('s', 'S', {'one': 'nowhere'}), {}) == []
    assert draw_sheet(study, FilePicture('s', 'S', 'nowhere.png'), {}) == []
    assert draw_sheet(study, PredictionSheet('s', 'S', 'val'), {'a': {}, 'b': {}}) == []


def test_a_picture_of_a_stage(study):
    cv2.imwrite('curve.png', np.full((50, 70, 3), 90, np.uint8))
    (picture,) = draw_sheet(study, FilePicture('curve', 'A curve', 'curve.png'), {})
    assert decode(picture).shape == (50, 70, 3)


def test_predictions_are_drawn_on_the_images_they_belong_to(study):
    root = write_synpose_dataset('set', num_images=2, splits=('test',))
    content = json.loads((root / 'annotations/test.json').read_text())
    order = [JOINT_NAMES.index(name) for name in COCO17_NAMES]
    perfect = []
    for person in content['annotations']:
        joints = np.array(person['keypoints']).reshape(-1, 3)[order]
        joints[:, 2] = 0.9
        perfect.append({'image_id': person['image_id'], 'keypoints': joints.ravel().tolist(), 'score': 0.9})
    Path('perfect.json').write_text(json.dumps(perfect))
    Path('empty.json').write_text('[]')
    provenance = {
        'ann_file': 'set/annotations/test.json',
        'img_prefix': 'set/images',
        'data_root': 'set',
        'metainfo_joint_names': list(COCO17_NAMES),
    }
    found = {name: TestResult('val', {}, provenance, Path(f'{name}.json')) for name in ('perfect', 'empty')}
    runs = {'a': {1: {'val': found['perfect']}}, 'b': {0: {'val': found['empty']}}}
    (picture,) = draw_sheet(study, PredictionSheet('p', 'P', 'val', count=2), runs)
    image = decode(picture).astype(int)
    plain = read_image(root / 'images' / content['images'][0]['file_name'])
    plain = cv2.resize(plain, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)  # as far as it is enlarged
    height, width = plain.shape[:2]
    assert image.shape[1] == 3 * width + 2 * 6
    differences = [
        np.abs(image[26 : 26 + height, place * (width + 6) :][:, :width] - plain).mean() for place in range(3)
    ]
    assert differences[2] < differences[1] / 2  # the row without predictions shows the image alone
    assert differences[0] > differences[1]  # labels have boxes, too
    (only,) = draw_sheet(study, PredictionSheet('p', 'P', 'val', rows=('b',), count=2), runs)
    assert decode(only).shape[1] == 2 * width + 6


def test_pictures_stay_small():
    noise = np.random.default_rng(0).integers(0, 256, (900, 1600, 3), dtype=np.uint8)
    data = encode_small(noise)
    assert len(data) <= MOST_BYTES
    shape = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape
    assert shape[1] / shape[0] == pytest.approx(16 / 9, abs=0.02)
    assert len(encode_small(noise[:90, :160])) <= 90 * 160 * 3


def test_long_headings_fit_their_column():
    tile = np.zeros((40, TILE_WIDTH, 3), np.uint8)
    grid = make_grid(['a heading that is much wider than the column below it, by far', 'b'], [[tile, tile]])
    columns = np.flatnonzero((grid[:26] < 128).any(axis=(0, 2)))
    first = columns[columns < TILE_WIDTH + 6]
    assert first.max() < TILE_WIDTH
