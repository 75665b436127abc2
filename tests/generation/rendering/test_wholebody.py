import numpy as np
import pytest

from synpose.generation.rendering.wholebody import part_box, triples, wholebody_fields
from synpose.skeletons import WHOLEBODY133_NAMES
from synpose.tolerances import WHOLEBODY_TOLERANCE


def fields(visibility, pixels=None, size=(640, 480)):
    pixels = np.stack([np.arange(116) + 100.0, np.arange(116) + 50.0], axis=1) if pixels is None else pixels
    return wholebody_fields(pixels, visibility, size)


def test_fields_are_those_of_coco_wholebody():
    made = fields(np.full(116, 2))
    assert list(made) == [
        *('foot_kpts', 'foot_valid', 'face_kpts', 'face_valid', 'face_box'),
        *('lefthand_kpts', 'lefthand_valid', 'lefthand_box', 'righthand_kpts', 'righthand_valid', 'righthand_box'),
    ]
    assert [len(made[f'{part}_kpts']) // 3 for part in ('foot', 'face', 'lefthand', 'righthand')] == [6, 68, 21, 21]
    assert made['foot_kpts'][:6] == [100, 50, 2, 101, 51, 2]
    assert made['face_kpts'][:3] == [106, 56, 2]
    assert made['lefthand_kpts'][:3] == [174, 124, 2]
    assert made['righthand_kpts'][-3:] == [215, 165, 2]
    # 68 points from 106 to 173: 67 wide, 5% of it on each side.
    assert made['face_box'] == pytest.approx([106 - 3.35, 56 - 3.35, 73.7, 73.7])
    assert made['lefthand_box'] == pytest.approx([174 - 3, 124 - 3, 26, 26])


def test_a_part_is_valid_from_a_quarter_of_visible_points_on():
    seen = np.ones(116, int)
    seen[6 : 6 + 16] = 2
    assert not fields(seen)['face_valid']
    seen[6 + 16] = 2
    assert fields(seen)['face_valid']
    assert not fields(seen)['lefthand_valid']
    assert not fields(seen)['foot_valid']
    seen[:2] = 2  # of 6
    assert fields(seen)['foot_valid']


def test_absent_points_take_no_part_in_boxes_and_occluded_ones_do():
    pixels, seen = np.zeros((116, 2)), np.zeros(116, int)
    pixels[6], pixels[7], seen[6:8] = (10, 20), (30, 60), (1, 2)
    made = fields(seen, pixels)
    assert made['face_box'] == [9, 18, 22, 44]
    assert made['righthand_box'] == [0, 0, 0, 0]


def test_boxes_end_at_the_image():
    assert part_box(np.array([[1.0, 2], [39, 29]]), 0.1, (40, 30)) == [0, 0, 40, 30]


def test_triples():
    assert triples(np.array([[1.5, 2], [0, 0]]), np.array([2, 0])) == [1.5, 2, 2, 0, 0, 0]


def test_tolerances_are_those_of_the_joints_where_shared():
    own = dict(zip(WHOLEBODY133_NAMES[17:], WHOLEBODY_TOLERANCE))
    assert own['face-8'] == own['left_big_toe'] == own['right_heel'] == own['left_hand_root'] == 0.07
    assert own['face-30'] == 0.03
    assert own['left_thumb1'] == own['right_forefinger3'] == own['right_forefinger4'] == 0.04
    assert len(own) == 116
