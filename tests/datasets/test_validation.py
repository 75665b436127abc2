import json
from pathlib import Path

import pytest

from synpose.datasets.validation import (
    ProblemLog,
    check_annotations,
    check_detections,
    check_images,
    check_joint_names,
    file_joint_names,
    read_coco_json,
)

IMAGE = {'id': 1, 'file_name': 'a.png', 'width': 100, 'height': 50}
PERSON = {'id': 7, 'image_id': 1, 'bbox': [1, 2, 3, 4], 'keypoints': [5, 6, 2, 7, 8, 1]}


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('{"images": [', 'not valid JSON'),
        ('[1]', 'must hold a JSON object'),
        ('{"images": []}', 'annotations: must be a list of objects'),
        ('{"images": [3], "annotations": []}', 'images: must be a list of objects'),
        ('{"images": [], "annotations": [], "categories": 1}', 'categories: must be a list of objects'),
        (
            '{"images": [], "annotations": [], "categories": [{"name": "person"}]}',
            'category number 0: id: must be an int',
        ),
    ],
)
def test_broken_file_names_the_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / 'train.json'
    path.write_text(text)
    with pytest.raises(ValueError, match=f'train.json: {message}'):
        read_coco_json(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'nothing\.json'):
        read_coco_json(tmp_path / 'nothing.json')


@pytest.mark.parametrize(
    ('categories', 'message'),
    [
        ([], 'does not name its joints'),
        ([{'keypoints': 17}], 'must be a list of names, but is 17'),
        ([{'keypoints': [['nose']]}], 'must be a list of names'),
        ([{'keypoints': ['nose', 'nose']}], 'joint named more than once: nose'),
        ([{'keypoints': ['nose', 'neck']}, {'keypoints': ['neck', 'nose']}], 'name different joints'),
    ],
)
def test_joint_names_must_be_usable(categories: list[dict], message: str) -> None:
    with pytest.raises(ValueError, match=f'f.json: categories: keypoints: .*{message}'):
        file_joint_names({'categories': categories, 'annotations': [PERSON]}, 'f.json')


def test_a_file_of_boxes_needs_no_joint_names() -> None:
    assert file_joint_names({'annotations': [{'bbox': [1, 2, 3, 4]}]}, 'f.json') == []
    assert file_joint_names({'categories': [{'keypoints': ['neck']}], 'annotations': []}, 'f.json') == ['neck']


def test_unknown_joint_name_is_named() -> None:
    with pytest.raises(ValueError, match=r"f.json: categories: keypoints: unknown joint name 'left_sholder' .number 1"):
        check_joint_names(['nose', 'left_sholder'], ProblemLog('f.json'))
    check_joint_names(['nose', 'top_head', 'face-8', 'left_thumb_tip', 'right_heel'], ProblemLog('f.json'))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'file_name': ''}, 'image 1: file_name: missing'),
        ({'width': 0}, r'image 1: width, height: must be positive integers, but are \(0, 50\)'),
        ({'height': None}, 'image 1: width, height'),
    ],
)
def test_bad_image(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f'f.json: {message}'):
        check_images([IMAGE | change], ProblemLog('f.json'))
    with pytest.raises(ValueError, match='image 1: id: used by more than one'):
        check_images([IMAGE, IMAGE], ProblemLog('f.json'))
    with pytest.raises(ValueError, match='image number 0: id: missing'):
        check_images([{'file_name': 'a.png'}], ProblemLog('f.json'))
    for images in ([IMAGE, IMAGE | change], [IMAGE | change, IMAGE], [IMAGE, IMAGE, IMAGE]):
        assert check_images([*images, IMAGE | {'id': 2}], ProblemLog('f.json', 'skip')) == [IMAGE | {'id': 2}]


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'image_id': 9}, 'image_id: no image has the id 9'),
        ({'keypoints': [1, 2, 2]}, 'keypoints: must be 6 numbers for 2 joints, but is 3'),
        ({'keypoints': [1, 2, 2, float('nan'), 2, 2]}, 'keypoints: must be finite numbers, but joint 1 has nan'),
        ({'keypoints': [1, 2, 2, 3, 'x', 2]}, "keypoints: must be finite numbers, but joint 1 has 'x'"),
        ({'keypoints': [1, 2, 3, 3, 4, 2]}, 'keypoints: visibility must be 0, 1 or 2'),
        ({'keypoints': None}, 'keypoints: must be 6 numbers for 2 joints, but is NoneType'),
        ({'bbox': [1, 2, 0, 4]}, r'bbox: must have a positive area, but is \[1, 2, 0, 4\]'),
        ({'bbox': [1, 2, 3]}, 'bbox: must be .x, y, width, height.'),
        ({'bbox': [1, 2, 3, float('inf')]}, 'bbox: must be finite'),
        ({'bbox': [100, 2, 3, 4]}, 'bbox: lies outside the image of 100x50 px'),
        ({'area': float('nan')}, 'area: must be a finite number, but is nan'),
        ({'area': 10**400}, 'area: must be a finite number, but is 1000'),
        ({'keypoints': [1, 2, 2, 10**400, 2, 2]}, 'keypoints: must be finite numbers, but joint 1 has 1000'),
        ({'stencil_id': None}, 'stencil_id: must be an integer of 32 bits, but is None'),
        ({'segmentation': {'size': [1, 2]}}, 'segmentation: must be polygons, or have size and counts'),
    ],
)
def test_bad_annotation_raises_or_is_skipped(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f'f.json: annotation 7: {message}'):
        check_annotations([PERSON | change], [IMAGE], 2, ProblemLog('f.json'))
    log = ProblemLog('f.json', 'skip')
    good = check_annotations([PERSON | change, PERSON | {'id': 8}], [IMAGE], 2, log)
    assert [annotation['id'] for annotation in good] == [8]
    assert len(log.problems) == 1


def test_annotations_of_skipped_images_go_silently_and_ids_are_unique() -> None:
    log = ProblemLog('f.json', 'skip')
    assert check_annotations([PERSON | {'image_id': 2}], [IMAGE], 2, log, skipped_images=[2]) == []
    assert log.problems == []
    check_annotations([PERSON, PERSON], [IMAGE], 2, log)
    assert log.problems == ['f.json: annotation 7: id: used by more than one annotation']


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'image_id': 2}, 'image_id'),
        ({'bbox': [1, 2]}, 'bbox'),
        ({'score': None}, 'score'),
        ({'score': 10**400}, 'score'),
    ],
)
def test_bad_detection(change: dict, message: str) -> None:
    detection = {'image_id': 1, 'category_id': 1, 'bbox': [1, 2, 3, 4], 'score': 0.5}
    assert check_detections([detection], {1: IMAGE}, ProblemLog('d.json')) == [detection]
    with pytest.raises(ValueError, match=f'd.json: detection number 0: {message}'):
        check_detections([detection | change], {1: IMAGE}, ProblemLog('d.json'))
    with pytest.raises(ValueError, match=r'd.json: must hold a list'):
        check_detections({}, {1: IMAGE}, ProblemLog('d.json'))


def test_on_error_has_two_values() -> None:
    with pytest.raises(ValueError, match="'raise' or 'skip', but is 'ignore'"):
        ProblemLog('f.json', 'ignore')


def test_nan_in_json_is_read_and_found(tmp_path: Path) -> None:
    path = tmp_path / 'a.json'
    person = PERSON | {'keypoints': [float('nan')] * 6}
    path.write_text(json.dumps({'images': [IMAGE], 'annotations': [person]}))
    content = read_coco_json(path)
    with pytest.raises(ValueError, match=r'a.json: annotation 7: keypoints'):
        check_annotations(content['annotations'], content['images'], 2, ProblemLog(path))
