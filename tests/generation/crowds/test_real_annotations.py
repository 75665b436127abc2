import copy
import json

import cv2
import numpy as np
import pytest

from synpose.generation.crowds.real_annotations import read_people
from synpose.skeletons import COCO17_NAMES, JOINT_NAMES, MPII16_NAMES

COCO = {
    'images': [
        {'id': 7, 'file_name': 'a.png', 'width': 60, 'height': 40, 'license': 3},
        {'id': 8, 'file_name': 'nobody.png', 'width': 5, 'height': 5},
    ],
    'annotations': [
        {
            'id': 70,
            'image_id': 7,
            'category_id': 1,
            'bbox': [1.5, 2, 30, 20],
            'area': 333.25,
            'iscrowd': 0,
            'keypoints': [v for i in range(17) for v in (i + 0.5, 2 * i, i % 3)],
            'num_keypoints': 11,
            'segmentation': [[1, 2, 30, 2, 30, 20]],
            'note': 'kept',
        },
        {'id': 71, 'image_id': 7, 'category_id': 2, 'bbox': [0, 0, 1, 1]},
    ],
    'categories': [{'id': 1, 'name': 'person', 'keypoints': list(COCO17_NAMES)}, {'id': 2, 'name': 'dog'}],
}
MPII = [
    {
        'image': 'a.png',
        'joints': [[i + 1.0, 2 * i + 1.0] for i in range(16)],
        'joints_vis': [1] * 12 + [0] * 4,
        'center': [31.0, 21.0],
        'scale': 0.1,
    }
]


@pytest.fixture
def folder(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((40, 60, 3), np.uint8))
    return tmp_path


def read(folder, content, kind=None):
    (folder / 'people.json').write_text(json.dumps(content))
    return read_people(folder / 'people.json', folder, kind)


def joint(person, name):
    return person.keypoints[JOINT_NAMES.index(name)].tolist()


def test_coco_people_keep_every_field_and_their_joints_by_name(folder):
    (photo,), names = read(folder, COCO)
    assert (photo.file_name, photo.width, photo.height, photo.source['license']) == ('a.png', 60, 40, 3)
    (person,) = photo.people
    source = COCO['annotations'][0]
    for key in ('bbox', 'area', 'iscrowd', 'segmentation', 'note'):
        assert person.fields[key] == source[key]
    for key in ('id', 'image_id', 'category_id', 'keypoints', 'num_keypoints'):
        assert person.fields[f'source_{key}'] == source[key]
    assert 'id' not in person.fields
    assert person.fields['is_synthetic'] is False
    assert names == COCO17_NAMES
    for i, name in enumerate(COCO17_NAMES):
        assert joint(person, name) == ([i + 0.5, 2 * i, i % 3] if i % 3 else [0, 0, 0])
    assert person.fields['num_keypoints'] == 11
    assert not person.keypoints[[name not in COCO17_NAMES for name in JOINT_NAMES]].any()


def test_mpii_people_keep_their_record_and_no_joint_is_guessed(folder):
    (photo,), names = read(folder, MPII)
    (person,) = photo.people
    assert person.fields['source'] == MPII[0]
    assert names == MPII16_NAMES
    assert joint(person, 'right_ankle') == [0, 0, 2]  # its pixels count from 1
    assert joint(person, 'pelvis') == [6, 12, 2]
    assert joint(person, 'head_top') == [9, 18, 2]
    assert joint(person, 'left_wrist') == [0, 0, 0]  # not annotated
    for name in ('neck', 'chest', 'nose'):
        assert joint(person, name) == [0, 0, 0]  # thorax and upper neck are none of these
    assert person.fields['num_keypoints'] == 10
    assert person.fields['bbox'] == [20, 10, 20, 20]
    assert person.mask is None


@pytest.mark.parametrize(('content', 'kind'), [(COCO, 'mpii'), (MPII, 'coco')])
def test_the_stated_format_must_be_the_files(folder, content, kind):
    with pytest.raises(ValueError, match=f'people.json: is not {kind}'):
        read(folder, content, kind)


def changed(content, path, value):
    content = copy.deepcopy(content)
    place = content
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return content


@pytest.mark.parametrize(
    ('content', 'path', 'value', 'message'),
    [
        (COCO, ('annotations', 0, 'keypoints'), None, 'annotation 70: keypoints: missing'),
        (COCO, ('annotations', 0, 'keypoints'), [1, 2, 3], 'annotation 70: keypoints: not 51 numbers'),
        (COCO, ('annotations', 0, 'keypoints'), [4] * 51, 'annotation 70: keypoints: a visibility is none of'),
        (COCO, ('annotations', 0, 'bbox'), [1, 2, 3], 'annotation 70: bbox: not 4 numbers'),
        (COCO, ('annotations', 0, 'image_id'), 9, 'annotations: image_id: no image 9'),
        (COCO, ('images', 0, 'width'), 61, 'image 7: width, height: 61x40 px, but the photo has 60x40 px'),
        (COCO, ('images', 0, 'height'), None, 'image 7: height: missing'),
        (COCO, ('images',), None, 'people.json: images: missing or no list'),
        (COCO, ('categories', 0, 'keypoints'), None, "categories: no 'person' with keypoints"),
        (COCO, ('annotations', 0, 'category_id'), 2, 'no image has a person'),
        (MPII, (0, 'joints_vis'), None, 'record 0: joints_vis: missing'),
        (MPII, (0, 'joints'), [[1, 2]], 'record 0: joints: not 32 numbers'),
        (MPII, (0, 'scale'), 'big', 'record 0: scale: not 1 numbers'),
    ],
)
def test_what_is_wrong_is_named_by_file_record_and_field(folder, content, path, value, message):
    with pytest.raises(ValueError, match=message):
        read(folder, changed(content, path, value))


def test_missing_photos_and_files_are_named(folder):
    with pytest.raises(FileNotFoundError, match=r'image 7: file_name: .*gone\.png: no such photo'):
        read(folder, changed(COCO, ('images', 0, 'file_name'), 'gone.png'))
    with pytest.raises(FileNotFoundError, match=r'record 0: image: .*gone\.png: no such photo'):
        read(folder, changed(MPII, (0, 'image'), 'gone.png'))
    with pytest.raises(FileNotFoundError, match=r'annotations: .*nowhere\.json: no such file'):
        read_people(folder / 'nowhere.json', folder)
    (folder / 'people.json').write_text('{')
    with pytest.raises(ValueError, match=r'people\.json: broken JSON'):
        read_people(folder / 'people.json', folder)
