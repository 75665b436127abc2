import json
from pathlib import Path

import numpy as np
import pytest

from synpose.files import write_json
from synpose.reporting.annotations import LabelFile, read_json, read_predictions
from synpose.skeletons import COCO17_NAMES, WHOLEBODY133_NAMES

CONTENT = {
    'images': [
        {'id': 5, 'file_name': 'a.jpg', 'width': 100, 'height': 50, 'domain': 'real'},
        {'id': 6, 'file_name': 'b.jpg', 'width': 100, 'height': 50},
    ],
    'categories': [{'id': 1, 'name': 'person', 'keypoints': ['nose', 'neck']}],
    'annotations': [
        {
            'id': 1,
            'image_id': 5,
            'category_id': 1,
            'bbox': [1, 2, 30, 40],
            'keypoints': [1, 2, 2, 3, 4, 1],
            'area': 99.0,
        },
        {'id': 2, 'image_id': 5, 'category_id': 1, 'bbox': [50, 2, 10, 20], 'stencil_id': 7},
        {'id': 3, 'image_id': 5, 'category_id': 1, 'bbox': [0, 0, 90, 40], 'iscrowd': 1},
    ],
}


def write_labels(folder: Path, **changes: object) -> Path:
    write_json(folder / 'street' / 'annotations' / 'val.json', {**CONTENT, **changes})
    return folder / 'street' / 'annotations' / 'val.json'


def test_a_plain_coco_file(tmp_path: Path) -> None:
    labels = LabelFile(write_labels(tmp_path), tmp_path / 'photos')
    assert labels.name == 'street/val'
    assert labels.joint_names == ('nose', 'neck')
    assert labels.num_people == 2  # the crowd region is nobody
    assert dict(labels.domains) == {'real': 1}
    assert labels.image_path(6) == tmp_path / 'photos' / 'b.jpg'
    assert labels.layer_path(5, 'depth_file', 'depth') is None
    people = labels.people(5)
    np.testing.assert_array_equal(people.keypoints[0], [[1, 2, 2], [3, 4, 1]])
    np.testing.assert_array_equal(people.keypoints[1], np.zeros((2, 3)))
    np.testing.assert_array_equal(people.areas, [99, 200])  # the box's where no area is stated
    np.testing.assert_array_equal(people.colors, [0, 6])
    assert labels.people(6).keypoints.shape == (0, 2, 3)
    assert labels.people(6).boxes.shape == (0, 4)


def test_a_whole_body_file(tmp_path: Path) -> None:
    people = [
        {**CONTENT['annotations'][0], 'keypoints': [1, 2, 2] * 17, 'righthand_kpts': [5, 6, 1] * 21},
        {**CONTENT['annotations'][1], 'foot_kpts': [1, 2, 2] * 5},
    ]
    categories = [{'id': 1, 'name': 'person', 'keypoints': list(COCO17_NAMES)}]
    labels = LabelFile(write_labels(tmp_path, annotations=people, categories=categories), tmp_path)
    assert labels.joint_names == WHOLEBODY133_NAMES
    keypoints = labels.people(5).keypoints
    assert keypoints.shape == (2, 133, 3)
    np.testing.assert_array_equal(keypoints[0, :17], [[1, 2, 2]] * 17)
    np.testing.assert_array_equal(keypoints[0, 17:112], np.zeros((95, 3)))
    np.testing.assert_array_equal(keypoints[0, 112:], [[5, 6, 1]] * 21)
    np.testing.assert_array_equal(keypoints[1], np.zeros((133, 3)))
    assert labels.problems == [f'{labels.path}: annotation 2: foot_kpts: must be 18 numbers']


def test_name_of_a_file_outside_annotations(tmp_path: Path) -> None:
    write_json(tmp_path / 'coco' / 'some.json', CONTENT)
    assert LabelFile(tmp_path / 'coco' / 'some.json', tmp_path).name == 'coco/some'


def test_a_file_of_boxes_only(tmp_path: Path) -> None:
    boxes = [{'id': 2, 'image_id': 5, 'category_id': 1, 'bbox': [50, 2, 10, 20]}]
    labels = LabelFile(write_labels(tmp_path, annotations=boxes, categories=[{'id': 1, 'name': 'person'}]), tmp_path)
    assert labels.joint_names == ()
    assert labels.people(5).keypoints.shape == (1, 0, 3)


def test_damaged_records_are_left_out_and_listed(tmp_path: Path) -> None:
    bad = {'id': 9, 'image_id': 5, 'category_id': 1, 'bbox': [1, 2, 30, 40], 'keypoints': [1, 2, 2]}
    labels = LabelFile(write_labels(tmp_path, annotations=[*CONTENT['annotations'], bad]), tmp_path)
    assert labels.num_people == 2
    assert len(labels.problems) == 1
    assert 'val.json: annotation 9: keypoints' in labels.problems[0]


def test_stencils_and_depth_of_a_synpose_folder(dataset: Path) -> None:
    labels = LabelFile(dataset / 'annotations' / 'val.json', dataset / 'images', str(dataset))
    image_id = next(iter(labels.images))
    assert labels.layer_path(image_id, 'stencil_file', 'stencils') == dataset / 'stencils' / f'{image_id:06d}.png'
    assert labels.layer_path(image_id, 'depth_file', 'depth') == dataset / 'depth' / f'{image_id:06d}.png'


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'none\.json'):
        LabelFile(tmp_path / 'none.json', tmp_path)
    (tmp_path / 'bad.json').write_text('{')
    with pytest.raises(ValueError, match=r'bad\.json: not valid JSON'):
        LabelFile(tmp_path / 'bad.json', tmp_path)
    with pytest.raises(ValueError, match=r'bad\.json: not valid JSON'):
        read_json(tmp_path / 'bad.json')
    with pytest.raises(FileNotFoundError, match=r'none\.json'):
        read_json(tmp_path / 'none.json')


def test_predictions_are_grouped_and_sorted(tmp_path: Path) -> None:
    entries = [
        {'image_id': 5, 'keypoints': [1, 2, 0.5, 3, 4, 0.5], 'score': 0.2},
        {'image_id': 6, 'keypoints': [0] * 6, 'score': 0.7},
        {'image_id': 5, 'keypoints': [5, 6, 0.5, 7, 8, 0.5], 'score': 0.9},
    ]
    write_json(tmp_path / 'p.json', entries)
    found = read_predictions(tmp_path / 'p.json', num_joints=2)
    assert set(found) == {5, 6}
    poses, scores = found[5]
    np.testing.assert_array_equal(scores, [0.9, 0.2])
    np.testing.assert_array_equal(poses[0], [[5, 6, 0.5], [7, 8, 0.5]])


@pytest.mark.parametrize(
    ('entry', 'message'),
    [
        ({'image_id': 5, 'keypoints': [1, 2, 3], 'score': 1}, 'entry 1: keypoints: must be 6 finite numbers'),
        ({'image_id': 5, 'keypoints': [1, 2, float('nan')] * 2, 'score': 1}, 'entry 1: keypoints: must be 6 finite'),
        ({'image_id': 5, 'keypoints': [1, 2, 3] * 2}, 'entry 1: score: missing'),
    ],
)
def test_malformed_predictions_are_named(tmp_path: Path, entry: dict, message: str) -> None:
    good = {'image_id': 5, 'keypoints': [0] * 6, 'score': 0.5}
    (tmp_path / 'p.json').write_text(json.dumps([good, entry]))
    with pytest.raises(ValueError, match=rf'p\.json: {message}'):
        read_predictions(tmp_path / 'p.json', num_joints=2)
