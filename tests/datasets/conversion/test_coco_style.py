"""COCO-style files: names, flags, and the order of their sections."""

import json

import pytest

from synpose.datasets.conversion.coco_style import CocoStyleSource
from synpose.datasets.conversion.formats import COCO_LAYOUTS


def source(tmp_path, layout, content):
    path = tmp_path / 'people.json'
    path.write_text(json.dumps(content))
    return CocoStyleSource(path, COCO_LAYOUTS[layout])


def content(names, *people, **extra):
    annotations = [
        {'id': number, 'image_id': 1, 'category_id': 1, 'bbox': [1, 1, 5, 5], 'keypoints': points}
        for number, points in enumerate(people)
    ]
    category = {'id': 1, 'name': 'person'} | ({'keypoints': names} if names else {})
    images = [{'id': 1, 'file_name': 'a.jpg', 'width': 9, 'height': 9}]
    return {'categories': [category], 'annotations': annotations, 'images': images, **extra}


def joints(source):
    return [source.person(record).joints.tolist() for _, record in source.person_records()]


def test_flags_of_the_synpose_release(tmp_path):
    """0 is occluded by others, 1 by the own body; three zeros still stand for nothing."""
    points = [3, 4, 0, 5, 6, 1, 7, 8, 2, 0, 0, 0]
    found = source(tmp_path, 'synpose', content(['nose', 'neck', 'head', 'chin'], points))
    assert joints(found) == [[[3, 4, 1], [5, 6, 1], [7, 8, 2], [0, 0, 0]]]
    assert found.domain == 'synthetic'


def test_scores_of_halpe(tmp_path):
    points = [3.5, 4, 0.3, 5, 6, 0.8, 7, 8, 1, *[0, 0, 0] * 23]
    found = joints(source(tmp_path, 'halpe', content(None, points)))[0]
    assert [point[2] for point in found[:4]] == [0, 2, 1, 0]


def test_people_without_joints_have_none(tmp_path):
    full = [1, 1, 2, 2, 2, 2]
    file = content(['nose', 'neck'], full, None, [])
    del file['annotations'][1]['keypoints']
    assert joints(source(tmp_path, 'coco', file)) == [[[1, 1, 2], [2, 2, 2]], [[0, 0, 0]] * 2, [[0, 0, 0]] * 2]


def test_names_of_the_file_come_first(tmp_path):
    names = [f'left_{i}' for i in range(14)]
    assert source(tmp_path, 'crowdpose', content(names, [0] * 42)).joint_names == tuple(names)
    assert source(tmp_path, 'crowdpose', content(None, [0] * 42)).joint_names[-2:] == ('top_head', 'neck')


def test_the_usual_number_of_joints_tells_halpe_apart(tmp_path):
    found = source(tmp_path, 'halpe', content(None, [0] * 9, [0] * 408, None, [0] * 408))
    assert len(found.joint_names) == 136
    with pytest.raises(ValueError, match='no names for 30 joints; this format has 26 or 136'):
        source(tmp_path, 'halpe', content(None, [0] * 90))


@pytest.mark.parametrize(
    ('categories', 'message'),
    [
        ('person', 'categories: must be a list of objects'),
        ([{'name': 'person', 'keypoints': [['nose']]}], 'must be a list of names'),
        ([{'name': 'person', 'keypoints': ['nose', 'nose']}], 'one of them twice'),
        ([{'name': 'a', 'keypoints': ['nose']}, {'name': 'b', 'keypoints': ['neck']}], 'named differently'),
        ([], 'no names for 2 joints; name them there'),
    ],
)
def test_bad_categories(categories, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        source(tmp_path, 'coco', content(['nose', 'neck'], [0] * 6, categories=categories))


def test_without_a_person_all_categories_are_read(tmp_path):
    categories = [{'id': 4, 'name': 'student', 'keypoints': ['nose', 'neck']}]
    assert len(joints(source(tmp_path, 'coco', content(['nose', 'neck'], [0] * 6, categories=categories)))) == 1
