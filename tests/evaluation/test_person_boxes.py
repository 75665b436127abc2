import json
from pathlib import Path

import numpy as np
import pytest

from synpose.evaluation.person_boxes import labeled_pose_boxes, read_people


def write(path: Path, annotations: list[dict], names: list[str]) -> Path:
    images = [{'id': i, 'file_name': 'a.png', 'width': 100, 'height': 90} for i in (5, 3)]
    categories = [{'id': 1, 'name': 'person', 'keypoints': names}]
    path.write_text(json.dumps({'images': images, 'annotations': annotations, 'categories': categories}))
    return path


def test_people_stay_with_their_image(tmp_path: Path) -> None:
    people = [
        {'id': 1, 'image_id': 3, 'category_id': 1, 'bbox': [1, 2, 3, 4], 'keypoints': [1, 2, 2, 3, 4, 0]},
        {'id': 2, 'image_id': 3, 'category_id': 1, 'bbox': [5, 6, 7, 8], 'keypoints': [0] * 6, 'iscrowd': 1},
    ]
    (first, second), names = read_people(write(tmp_path / 'a.json', people, ['nose', 'head_top']))
    assert (first.image['id'], first.boxes.shape, first.size) == (5, (0, 4), (100, 90))
    assert second.boxes.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert second.crowd.tolist() == [False, True]
    assert names == ['nose', 'head_top']


def test_pose_boxes_use_labeled_joints_of_the_model(tmp_path: Path) -> None:
    keypoints = [10, 10, 2, 30, 40, 1, 50, 5, 2, 90, 90, 0]
    people = [{'id': 1, 'image_id': 3, 'category_id': 1, 'bbox': [1, 2, 3, 4], 'keypoints': keypoints}]
    images, names = read_people(write(tmp_path / 'a.json', people, ['head_top', 'neck', 'pelvis', 'nose']))
    joints = ['neck', 'nose', 'top_head', 'left_eye']  # the nose is unlabeled, the eye is not in the file
    np.testing.assert_array_equal(labeled_pose_boxes(images[1], names, joints), [[10, 10, 20, 30]])
    widened = labeled_pose_boxes(images[1], names, joints, (0.5, 0, 0.5, 0.1))
    np.testing.assert_array_equal(widened, [[0, 10, 40, 33]])
    assert np.isnan(labeled_pose_boxes(images[1], names, ['nose'])).all()


def test_bad_files(tmp_path: Path) -> None:
    person = {'id': 1, 'image_id': 4, 'category_id': 1, 'bbox': [1, 2, 3, 4]}
    with pytest.raises(ValueError, match=r'a.json: annotation 1: image_id: no image has the id 4'):
        read_people(write(tmp_path / 'a.json', [person], []))
    (tmp_path / 'b.json').write_text('{"images": [], "annotations": []}')
    with pytest.raises(ValueError, match=r'b.json: images: no image'):
        read_people(tmp_path / 'b.json')
    images, names = read_people(write(tmp_path / 'a.json', [person | {'image_id': 3}], []))
    with pytest.raises(ValueError, match='image 3: annotations: keypoints'):
        labeled_pose_boxes(images[1], names, ['nose'])
