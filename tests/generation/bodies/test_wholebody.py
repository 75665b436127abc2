import numpy as np
import pytest
from scipy.sparse import csr_matrix

from synpose.generation.bodies.wholebody import POINT_NAMES, hand_bones, wholebody_maps
from synpose.skeletons import FINGERS, JOINT_NAMES

BONES = {
    label: i
    for i, label in enumerate(
        [f'wrist.{side}' for side in 'LR']
        + [f'finger{n}-{k}.{side}' for side in 'LR' for n in range(1, 6) for k in (1, 2, 3)]
    )
}


@pytest.fixture
def maps():
    """Each of the 59 joints is a vertex of its own."""
    vertices = csr_matrix((np.ones(59), (np.arange(59), np.arange(59))), shape=(59, 63))
    return wholebody_maps(
        (vertices, csr_matrix((59, len(BONES)))),
        BONES,
        {'left_heel': [59], 'face-3': [60, 61], 'right_heel': np.array([0.0] * 60 + [0.25, 0.25, 0.5])},
    )


def test_the_order_is_that_of_coco_wholebody():
    assert len(POINT_NAMES) == 116
    assert POINT_NAMES[:3] == ('left_big_toe', 'left_small_toe', 'left_heel')
    assert [POINT_NAMES[i] for i in (6, 73, 74, 95)] == ['face-0', 'face-67', 'left_hand_root', 'right_hand_root']


def test_points_are_joints_bones_or_skin(maps):
    rng = np.random.default_rng(0)
    vertices, heads = rng.normal(size=(63, 3)), rng.normal(size=(len(BONES), 3))
    from_vertices, from_heads, defined = maps
    points = dict(zip(POINT_NAMES, from_vertices @ vertices + from_heads @ heads))
    joints, bones = dict(zip(JOINT_NAMES, vertices)), {label: heads[i] for label, i in BONES.items()}
    places = {
        'left_big_toe': joints['left_toe'],
        'face-8': joints['chin'],
        'left_heel': vertices[59],
        'face-3': vertices[[60, 61]].mean(0),
        'right_heel': 0.25 * vertices[60] + 0.25 * vertices[61] + 0.5 * vertices[62],
        'left_hand_root': bones['wrist.L'],
        'right_hand_root': bones['wrist.R'],
        # The thumb's root lies at the wrist: COCO-WholeBody has four points of it as of every finger.
        'left_thumb1': bones['finger1-1.L'],
        'left_thumb2': joints['left_thumb_1'],
        'left_thumb3': joints['left_thumb_2'],
        'left_thumb4': joints['left_thumb_tip'],
        'right_forefinger1': joints['right_index_1'],
        'right_forefinger2': joints['right_index_2'],
        'right_forefinger3': bones['finger2-3.R'],
        'right_forefinger4': joints['right_index_tip'],
        'right_pinky_finger3': bones['finger5-3.R'],
    }
    for name, place in places.items():
        np.testing.assert_allclose(points[name], place, atol=1e-12, err_msg=name)
    hands = {name for name in POINT_NAMES if 'face' not in name and 'toe' not in name and 'heel' not in name}
    known = {name for name, found in zip(POINT_NAMES, defined) if found}
    assert known == hands | {'left_big_toe', 'right_big_toe', 'left_heel', 'right_heel', 'face-3', 'face-8'}


def test_each_hand_lacks_a_wrist_and_a_point_of_every_finger():
    bones = hand_bones()
    assert len(bones) == 2 * (1 + len(FINGERS))
    assert set(bones) <= set(POINT_NAMES)
    assert all(label.endswith('L' if name.startswith('left') else 'R') for name, label in bones.items())
