"""Predictions in other tools' formats, by hand and back again."""

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO

from synpose.reporting.prediction_export import (
    joint_names_of,
    read_images,
    read_people,
    write_coco_results,
    write_csv,
    write_ultralytics,
)
from synpose.reporting.submissions.archive import write_archive
from synpose.skeletons import COCO17_NAMES

RECORDS = [
    {
        'image_id': 3,
        'category_id': 1,
        'keypoints': [10, 20, 0.5, 50, 60, 0.25],
        'score': 0.75,
        'bbox': [10, 20, 60, 50],
    },
    {'image_id': 3, 'category_id': 1, 'keypoints': [-8, 40, 1, 220, 90, 0.125], 'score': 0.5},
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Predictions of two joints on the first of two images, 200 x 100 px."""
    predictions, images = tmp_path / 'predictions.json', tmp_path / 'images.json'
    predictions.write_text(json.dumps(RECORDS))
    size = {'width': 200, 'height': 100}
    entries = [{'id': 3, 'file_name': 'room/a.jpg', **size}, {'id': 4, 'file_name': 'b.jpg', **size}]
    images.write_text(json.dumps({'images': entries, 'annotations': [], 'categories': [{'id': 1, 'name': 'person'}]}))
    return predictions, images


def test_ultralytics_by_hand(files: tuple[Path, Path], tmp_path: Path) -> None:
    """A box of 10..70 by 20..70 in 200 x 100 px; the second is clipped: 0..200 by 40..90."""
    people, images = read_people(files[0]), read_images(files[1])
    assert write_ultralytics(people, images, tmp_path / 'labels') == 2
    assert (tmp_path / 'labels/a.txt').read_text().splitlines() == [
        '0 0.2 0.45 0.3 0.5 0.05 0.2 0.5 0.25 0.6 0.25',
        '0 0.5 0.65 1 0.5 0 0.4 1 1 0.9 0.125',
    ]
    assert (tmp_path / 'labels/b.txt').read_text() == ''
    write_ultralytics(people, images, tmp_path / 'labels', person_score=True)
    lines = (tmp_path / 'labels/a.txt').read_text().splitlines()
    assert [line.split()[-1] for line in lines] == ['0.75', '0.5']


def test_sizes_from_the_pictures_that_predictions_name(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / 'c.png'), np.zeros((100, 200, 3), np.uint8))
    path = tmp_path / 'predictions.json'
    path.write_text(json.dumps([{**RECORDS[0], 'file_name': str(tmp_path / 'c.png')}]))
    assert write_ultralytics(read_people(path), {}, tmp_path / 'labels') == 1
    assert (tmp_path / 'labels/c.txt').read_text().startswith('0 0.2 0.45 0.3 0.5 ')


def test_coco_results_load(files: tuple[Path, Path], tmp_path: Path) -> None:
    write_coco_results(read_people(files[0]), tmp_path / 'results.json')
    results = COCO(str(files[1])).loadRes(str(tmp_path / 'results.json')).loadAnns([1, 2])
    assert [result['keypoints'] for result in results] == [record['keypoints'] for record in RECORDS]
    assert results[0]['bbox'] == [10, 20, 40, 40]  # of the joints, as COCO makes it for keypoints
    again = read_people(tmp_path / 'results.json')
    assert [person.score for person in again] == [0.75, 0.5]


def test_a_table(files: tuple[Path, Path], tmp_path: Path) -> None:
    write_csv(read_people(files[0]), read_images(files[1]), tmp_path / 'a.csv', ['nose', 'neck'])
    with open(tmp_path / 'a.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    assert [(row['file_name'], row['person'], float(row['score'])) for row in rows] == [
        ('room/a.jpg', '1', 0.75),
        ('room/a.jpg', '2', 0.5),
    ]
    assert [float(rows[1][name]) for name in ('nose_x', 'nose_y', 'nose_score', 'neck_x')] == [-8, 40, 1, 220]
    assert [float(rows[1][name]) for name in ('left', 'top', 'width', 'height')] == [-8, 40, 228, 50]
    with pytest.raises(ValueError, match='joints: people have 2, but there are 17 names'):
        write_csv(read_people(files[0]), {}, tmp_path / 'b.csv', COCO17_NAMES)
    assert not (tmp_path / 'b.csv').exists()


def test_names_of_joints(tmp_path: Path) -> None:
    path = tmp_path / 'predictions.json'
    assert joint_names_of(path, 'coco17') == COCO17_NAMES
    with pytest.raises(ValueError, match=r'no metrics\.json beside it names the joints; give --joints'):
        joint_names_of(path)
    (tmp_path / 'metrics.json').write_text(json.dumps({'provenance': {'metainfo_joint_names': ['nose', 'chin']}}))
    assert joint_names_of(path) == ('nose', 'chin')


def test_a_submission_is_read_too(tmp_path: Path) -> None:
    parts = {'keypoints': 17, 'foot_kpts': 6, 'face_kpts': 68, 'lefthand_kpts': 21, 'righthand_kpts': 21}
    values = iter(range(1000))
    record: dict[str, Any] = {field: [next(values) for _ in range(3 * count)] for field, count in parts.items()}
    record |= {'image_id': 1, 'category_id': 1, 'score': 0.5}
    path = write_archive(tmp_path, 'coco-wholebody_val2017_a_results.json', json.dumps([record]).encode())
    (person,) = read_people(path)
    assert person.joints.ravel().tolist() == list(range(399))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'score': None}, r'record 1: score: must be 1 numbers|record 1: score: must be finite'),
        ({'image_id': '3'}, 'record 1: image_id: must be of type int'),
        ({'keypoints': [1, 2]}, 'record 1: keypoints: must be x, y and score a joint, but is 2 numbers'),
        ({'keypoints': [1, 2, float('nan')]}, 'record 1: keypoints: must be finite numbers'),
        ({'keypoints': [1, 2, 1]}, 'record 1: keypoints: 1 joints, but record 0 has 2'),
        ({'bbox': [1, 2]}, 'record 1: bbox: must be 4 numbers'),
    ],
)
def test_bad_records(change: dict, message: str, tmp_path: Path) -> None:
    path = tmp_path / 'predictions.json'
    path.write_text(json.dumps([RECORDS[0], {**RECORDS[1], **change}]))
    with pytest.raises(ValueError, match=message):
        read_people(path)


def test_images_that_nothing_tells_of(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='image 3: no file name; give the annotation file'):
        write_ultralytics(read_people(files[0]), {}, tmp_path / 'labels')
    content = json.loads(files[1].read_text())
    content['images'][1]['file_name'] = 'other/a.jpg'
    files[1].write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r'a\.txt would be written for several images'):
        write_ultralytics(read_people(files[0]), read_images(files[1]), tmp_path / 'labels')
    files[1].write_text('{"images": [{"id": 3}]}')
    with pytest.raises(ValueError, match=r'images\.json: image number 0: width: missing'):
        read_images(files[1])
