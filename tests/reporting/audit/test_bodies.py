"""Each check of one body sees the fault planted for it, and nothing else."""

import numpy as np
import pytest

from synpose.reporting.audit import View
from synpose.reporting.audit.bodies import (
    check_limbs,
    check_proportions,
    check_sides,
    check_twist,
    facing,
    stature,
)
from synpose.skeletons import JOINT_NAMES, flip_name

MIRROR = [JOINT_NAMES.index(flip_name(name)) for name in JOINT_NAMES]
CHECKS = (check_limbs, check_proportions, check_sides, check_twist)


def indices(*names: str) -> list[int]:
    return [JOINT_NAMES.index(name) for name in names]


@pytest.mark.parametrize('check', CHECKS)
def test_a_clean_scene_has_no_findings(views: list[View], check) -> None:
    assert [finding for view in views for finding in check(view)] == []


def test_a_forearm_that_is_too_long(view: View) -> None:
    elbow, wrist = indices('left_elbow', 'left_wrist')
    shift = 0.3 * (view.points[0, wrist] - view.points[0, elbow])
    hand = [i for i, name in enumerate(JOINT_NAMES) if name.startswith('left_') and i >= JOINT_NAMES.index('left_palm')]
    view.points[0, [wrist, *hand]] += shift
    (finding,) = check_limbs(view)
    assert (finding.annotation, finding.field) == (1, 'keypoints_3d[elbow-wrist]')
    assert finding.value[0] == pytest.approx(1.3 * finding.value[1], rel=1e-3)
    assert check_proportions(view) == []


def test_a_finger_that_is_too_long(view: View) -> None:
    tip = JOINT_NAMES.index('right_index_tip')
    view.points[1, tip] += 1.5 * (view.points[1, tip] - view.points[1, JOINT_NAMES.index('right_index_1')])
    (finding,) = check_proportions(view)
    assert (finding.annotation, finding.field) == (2, 'keypoints_3d[right_index_2-right_index_tip]')


def test_a_neck_that_is_too_long(view: View) -> None:
    top, neck = indices('head_top', 'neck')
    view.points[0, top] += 0.9 * (view.points[0, top] - view.points[0, neck])
    (finding,) = check_proportions(view)
    assert (finding.annotation, finding.field) == (1, 'keypoints_3d[head_top-neck]')


def test_a_giant(view: View) -> None:
    view.points[0] = view.points[0, 10] + 1.8 * (view.points[0] - view.points[0, 10])
    view.people[0]['attributes']['stature'] *= 1.8
    (finding,) = check_proportions(view)
    assert (finding.field, finding.value) == ('keypoints_3d', 2.88)


def test_the_stature_measured_is_near_the_one_stated(view: View) -> None:
    del view.people[0]['attributes']
    measured, stated = stature(view)
    assert stated == 1.6
    assert measured == pytest.approx(1.6, rel=0.05)


def test_swapped_sides(view: View) -> None:
    view.points[1] = view.points[1, MIRROR]
    assert [(f.annotation, f.field) for f in check_sides(view)] == [
        (2, f'keypoints_3d[left_{pair}]') for pair in ('shoulder', 'hip', 'ear')
    ]


@pytest.mark.parametrize('pair', ['shoulder', 'hip', 'ear'])
def test_one_swapped_pair(view: View, pair: str) -> None:
    pair_indices = indices(f'left_{pair}', f'right_{pair}')
    view.points[0, pair_indices] = view.points[0, pair_indices[::-1]]
    (finding,) = check_sides(view)
    assert (finding.annotation, finding.field) == (1, f'keypoints_3d[left_{pair}]')


def turn(view: View, person: int, names: list[str], degrees: float) -> None:
    """Turn joints about the person's trunk (Rodrigues' formula)."""
    neck, pelvis = (view.points[person, i] for i in indices('neck', 'pelvis'))
    axis = (neck - pelvis) / np.linalg.norm(neck - pelvis)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    angle = np.deg2rad(degrees)
    rotation = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    chosen = indices(*names)
    view.points[person, chosen] = (view.points[person, chosen] - pelvis) @ rotation.T + pelvis


@pytest.mark.parametrize(('degrees', 'found'), [(80, False), (-80, False), (90, True), (-120, True)])
def test_shoulders_turned_against_the_hips(view: View, degrees: float, found: bool) -> None:
    head = ['nose', 'left_ear', 'right_ear', 'head_top']
    turn(view, 0, ['left_shoulder', 'right_shoulder', *head], degrees)
    assert [(f.annotation, abs(round(f.value))) for f in check_twist(view)] == ([(1, abs(degrees))] if found else [])


@pytest.mark.parametrize(('degrees', 'found'), [(100, False), (125, True)])
def test_a_head_turned_against_the_shoulders(view: View, degrees: float, found: bool) -> None:
    turn(view, 1, ['nose', 'left_ear', 'right_ear', 'head_top'], degrees)
    assert [(f.annotation, round(f.value)) for f in check_twist(view)] == ([(2, degrees)] if found else [])


def test_joints_a_file_lacks_are_not_judged(view: View) -> None:
    view.points[:, indices('neck', 'left_elbow', 'nose', 'left_ear')] = np.nan
    assert [finding for check in CHECKS for finding in check(view)] == []


def test_where_a_body_faces(view: View) -> None:
    up, ahead = facing(view)
    np.testing.assert_allclose(up @ view.R, np.tile([0, 0, 1], (2, 1)), atol=1e-5)
    np.testing.assert_allclose(ahead @ view.R, np.tile([0, 1, 0], (2, 1)), atol=1e-5)
