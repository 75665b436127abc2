import numpy as np

from synpose.adaptation.label_rules import RULES
from synpose.adaptation.whole_body_labels import annotation_fields, empty_fields, merge_labels, new_person

NO_BOXES = {part: np.full(4, np.nan) for part in ('face', 'left_hand', 'right_hand')}


def test_kept_joints_are_labels_and_others_nothing():
    rng = np.random.default_rng(0)
    joints, points = rng.uniform(0, 99, (2, 17, 3)), rng.uniform(0, 99, (2, 133, 2))
    verdicts = rng.integers(0, len(RULES), (2, 133))
    verdicts[:, :17] = 1
    points[verdicts == RULES.index('not_finite')] = np.nan
    labels = merge_labels(joints, points, verdicts)
    assert np.array_equal(labels[:, :17], joints)
    kept = verdicts == 0
    assert np.array_equal(labels[kept][:, :2], points[kept])
    assert set(labels[kept][:, 2]) == {2}
    assert not labels[:, 17:][~kept[:, 17:]].any()


def test_fields_are_those_of_coco_whole_body():
    labels, scores = np.zeros((133, 3)), np.full(133, np.nan)
    labels[17:23] = np.array([[1.234, 5.678, 2]])
    labels[23], labels[25] = (10, 20, 2), (14, 26, 2)
    labels[91] = (3, 4, 2)
    scores[:3] = (0.123456, 1.2, -0.1)
    boxes = {**NO_BOXES, 'left_hand': np.array([1.0, 2, 11, 22])}
    fields = annotation_fields(labels, scores, boxes)
    assert fields['foot_kpts'] == [1.23, 5.68, 2] * 6
    assert fields['face_kpts'] == [10, 20, 2, 0, 0, 0, 14, 26, 2, *[0] * 195]
    assert fields['lefthand_kpts'] == [3, 4, 2, *[0] * 60]
    assert fields['righthand_kpts'] == [0] * 63
    valid = {key.removesuffix('_valid'): value for key, value in fields.items() if key.endswith('_valid')}
    assert valid == {'foot': True, 'face': True, 'lefthand': True, 'righthand': False}
    assert fields['face_box'] == [10, 20, 4, 6]  # the tight one, since none is given
    assert fields['lefthand_box'] == [1, 2, 10, 20]
    assert fields['righthand_box'] == [0, 0, 0, 0]
    assert fields['keypoint_scores'] == [0.1235, 1, 0, *[0] * 130]
    assert 'foot_box' not in fields
    assert len(fields) == 4 + 4 + 3 + 1


def test_a_person_without_labels():
    fields = empty_fields()
    assert not any(value for value in fields.values() if isinstance(value, bool))
    assert {len(fields[name]) for name in ('foot_kpts', 'face_kpts', 'keypoint_scores')} == {18, 204, 133}
    assert not any(any(value) for value in fields.values() if isinstance(value, list))


def test_a_new_person():
    labels = np.zeros((133, 3))
    labels[5] = (7, 8, 2)
    person = new_person(labels, np.array([1.0, 2, 11, 22]))
    assert person['bbox'] == [1, 2, 10, 20]
    assert (person['area'], person['num_keypoints'], person['iscrowd'], person['segmentation']) == (200, 1, 0, [])
    assert person['keypoints'][15:18] == [7, 8, 2]
    assert len(person['keypoints']) == 51
