from typing import Any

import numpy as np
import pytest

from synpose.datasets.coco_people import clipped_boxes, coco_people, has_joints, one_person, people_of_image
from synpose.datasets.columnar.columns import Column, Records
from synpose.datasets.columnar.fields import MISSING, encode, kind_of

IMAGE = {'id': 3, 'width': 64, 'height': 48, 'img_path': 'a/b.jpg'}
PEOPLE: list[dict[str, Any]] = [
    {'id': 1, 'bbox': [-5, 2, 10.5, 100], 'keypoints': [1.5, 2, 2, 0, 0, 0], 'segmentation': [[1, 2, 3]]},
    {'id': 2, 'keypoints': [1, 2, 2, 3, 4, 1]},
    {'id': 3, 'bbox': [70, 2, 1, 1], 'keypoints': [0, 0, 0, 3, 4, 1], 'area': 7, 'num_keypoints': 9, 'iscrowd': 1},
    {'id': 4, 'bbox': [1, 2, 3, 4]},
]


@pytest.fixture
def people() -> Records:
    columns = {}
    for name in ('id', 'bbox', 'keypoints', 'segmentation', 'area', 'num_keypoints', 'iscrowd', 'category_id'):
        values = [{'category_id': 1, **person}.get(name, MISSING) for person in PEOPLE]
        columns[name] = Column(encode(values, kind_of(values)), kind_of(values))
    return Records(columns)


def test_clipped_boxes() -> None:
    found = clipped_boxes(np.array([[-5, 2, 10, 100], [70.5, -9, 3, 4]]), (64, 48))
    assert found.tolist() == [[0, 2, 5, 47], [63, 0, 63, 0]]


def test_who_has_joints(people: Records) -> None:
    assert has_joints(people, 0, 4).tolist() == [True, False, True, False]
    assert has_joints(Records({}), 0, 2).tolist() == [False, False]


def fields_of(people: Records, *rows: int, **image: Any) -> dict[str, Any]:
    chosen = np.isin(np.arange(4), rows)
    records = [record for record, taken in zip(people.records(0, 4), chosen) if taken]
    boxes, joints = people.lists('bbox', 0, 4, chosen), people.triples('keypoints', 0, 4, chosen)
    return coco_people(records, boxes, joints, IMAGE | image)


def test_fields(people: Records) -> None:
    info = fields_of(people, 0, 2, crowdIndex=0.5)
    assert info['id'] == [1, 3]
    assert info['bbox'].tolist() == [[0, 2, 5.5, 47], [63, 2, 63, 3]]
    assert info['keypoints'].tolist() == [[[1.5, 2], [0, 0]], [[0, 0], [3, 4]]]
    assert info['keypoints_visible'].tolist() == [[1, 0], [0, 1]]
    assert info['num_keypoints'] == [1, 9]
    np.testing.assert_allclose(info['area'], [5.5 * 45 * 0.53, 7])
    assert info['iscrowd'] == [False, 1]
    assert info['crowd_index'] == [0.5, 0.5]
    assert info['raw_ann_info'][1] == PEOPLE[2] | {'category_id': 1}


def test_samples_of_a_person_and_of_an_image(people: Records) -> None:
    one = one_person(fields_of(people, 2))
    assert (one['id'], one['img_id'], one['segmentation'], one['area'].shape) == (3, 3, None, ())
    assert one['keypoints'].shape == (1, 2, 2)
    image = people_of_image(fields_of(people, 0, 2), [[[9, 9, 9]]])
    assert (image['img_id'], image['img_path']) == (3, 'a/b.jpg')
    assert image['segmentation'] == [[1, 2, 3]]  # MMPose fails where an outline is missing beside a polygon
    assert image['invalid_segs'] == [[[9, 9, 9]]]
    image['segmentation'][0][0] = 99
    assert image['raw_ann_info'][0]['segmentation'] == [[1, 2, 3]]
