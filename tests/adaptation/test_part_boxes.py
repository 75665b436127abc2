import numpy as np
import pytest

from synpose.adaptation.part_boxes import BOX_STATES, box_states, derived_boxes, face_boxes, hand_boxes, scale_boxes
from synpose.skeletons import COCO17_NAMES, flip_name


def person(**points):
    """A person with these joints and no others."""
    joints = np.zeros((17, 3))
    for name, place in points.items():
        joints[COCO17_NAMES.index(name)] = *place, 2
    return joints


FACE = dict(nose=(50, 60), left_eye=(60, 50), right_eye=(40, 50), left_ear=(70, 55), right_ear=(30, 55))
ARM = dict(left_shoulder=(0, 0), left_elbow=(0, 40), left_wrist=(30, 40))


def box(center_x, center_y, side):
    return [center_x - side / 2, center_y - side / 2, center_x + side / 2, center_y + side / 2]


@pytest.mark.parametrize(
    ('missing', 'expected'),
    [
        ((), box(50, 54, (3 * 20 + 2 * 40) / 2)),
        (('nose',), box(50, 52.5, 70)),
        (('left_ear',), box(45, 53.75, 60)),  # eyes alone
        (('right_eye', 'nose'), box((60 + 70 + 30) / 3, (50 + 55 + 55) / 3, 80)),  # ears alone
        (('left_eye', 'left_ear'), [np.nan] * 4),  # a profile
        (tuple(FACE), [np.nan] * 4),
    ],
)
def test_faces(missing, expected):
    joints = person(**{name: place for name, place in FACE.items() if name not in missing})
    np.testing.assert_allclose(face_boxes(joints[None])[0], expected)


@pytest.mark.parametrize(
    ('missing', 'expected'),
    [
        ((), box(30 + 0.33 * 30, 40, 1.5 * 36)),  # .9 x 40, the upper arm, is longer than 30
        (('left_shoulder',), box(39.9, 40, 45)),
        (('left_elbow',), [np.nan] * 4),
        (('left_wrist',), [np.nan] * 4),
    ],
)
def test_hands(missing, expected):
    joints = person(**{name: place for name, place in ARM.items() if name not in missing})[None]
    np.testing.assert_allclose(hand_boxes(joints, 'left')[0], expected)
    assert np.isnan(hand_boxes(joints, 'right')).all()


def test_a_mirrored_body_has_mirrored_boxes_on_the_other_side():
    joints = person(**FACE, **ARM)
    mirrored = joints.copy()
    mirrored[:, 0] = np.where(joints[:, 2] > 0, 200 - joints[:, 0], 0)
    order = [COCO17_NAMES.index(flip_name(name)) for name in COCO17_NAMES]
    boxes, others = derived_boxes(joints[None]), derived_boxes(mirrored[order][None])
    for part, other in (('face', 'face'), ('left_hand', 'right_hand'), ('right_hand', 'left_hand')):
        left, top, right, bottom = boxes[part][0]
        np.testing.assert_allclose(others[other][0], [200 - right, top, 200 - left, bottom])


def test_many_people_are_as_one_by_one():
    joints = np.random.default_rng(0).uniform(0, 100, (9, 17, 3)) * (1, 1, 0)
    joints[..., 2] = np.random.default_rng(1).integers(0, 3, (9, 17))
    together = derived_boxes(joints)
    for k in range(9):
        for part, boxes in derived_boxes(joints[k : k + 1]).items():
            np.testing.assert_array_equal(boxes[0], together[part][k])
    assert all(len(boxes) == 0 for boxes in derived_boxes(joints[:0]).values())


def test_scaling_keeps_the_center():
    np.testing.assert_allclose(scale_boxes(np.array([[0.0, 10, 20, 50]]), 0.5), [[5, 20, 15, 40]])


@pytest.mark.parametrize(
    ('place', 'state'),
    [
        ((10, 10, 30, 30), 'good'),
        ((-10, -10, 9, 9), 'good'),  # sticks out
        ((np.nan,) * 4, 'no_box'),
        ((100, 0, 120, 20), 'outside_image'),
        ((0, -20, 20, 0), 'outside_image'),
        ((10, 10, 10, 30), 'too_small'),
        ((10, 10, 17, 17), 'too_small'),
    ],
)
def test_boxes_to_look_at(place, state):
    found = box_states(np.array([place], float), np.array([[100, 50]]), 8)
    assert BOX_STATES[found[0]] == state
