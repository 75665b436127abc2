"""Each check of the joints in the image sees the fault planted for it, and nothing else."""

import numpy as np
import pytest

from synpose.reporting.audit import View
from synpose.reporting.audit.joints import (
    FINGER_WIDTH,
    check_occlusion,
    check_outside,
    check_projection,
    check_surface,
    check_visibility,
    joint_tolerance,
)
from synpose.skeletons import JOINT_NAMES

NOSE = JOINT_NAMES.index('nose')
CHECKS = (check_occlusion, check_outside, check_projection, check_surface, check_visibility)


def visible(view: View, person: int, name: str = 'nose') -> int:
    """Return the number of a joint that the scene shows."""
    joint = JOINT_NAMES.index(name)
    assert view.keypoints[person, joint, 2] == 2
    return joint


@pytest.mark.parametrize('check', CHECKS)
def test_a_clean_scene_has_no_findings(views: list[View], check) -> None:
    assert [finding for view in views for finding in check(view)] == []


def test_a_visibility_that_is_none(view: View) -> None:
    view.keypoints[0, 5, 2] = 3
    (finding,) = check_visibility(view)
    assert (finding.annotation, finding.field, finding.value) == (1, f'keypoints[{JOINT_NAMES[5]}]', 3)


def test_a_wrong_number_of_keypoints(view: View) -> None:
    view.people[1]['num_keypoints'] -= 1
    (finding,) = check_visibility(view)
    assert (finding.annotation, finding.field) == (2, 'num_keypoints')


@pytest.mark.parametrize(
    ('x', 'y', 'inside'), [(-0.5, 3, True), (-0.51, 3, False), (479.5, 3, False), (5, 269.4, True)]
)
def test_a_joint_outside_the_image(view: View, x: float, y: float, inside: bool) -> None:
    view.keypoints[1, NOSE, :2] = x, y
    findings = check_outside(view)
    assert [(f.annotation, f.field) for f in findings] == ([] if inside else [(2, 'keypoints[nose]')])


def test_a_keypoint_off_its_projection(view: View) -> None:
    view.keypoints[1, NOSE, 0] += 0.12
    (finding,) = check_projection(view)
    assert (finding.annotation, finding.field) == (2, 'keypoints[nose]')
    assert finding.message.startswith('0.12 px')


def test_a_camera_off_by_half_a_pixel_moves_every_joint(view: View) -> None:
    view.K[0, 2] += 0.5
    assert len(check_projection(view)) == (view.keypoints[..., 2] > 0).sum()


def test_whole_pixels_may_be_rounded(view: View) -> None:
    view.keypoints[..., :2] = np.round(view.keypoints[..., :2])
    assert check_projection(view) == []


def test_an_absent_joint_that_projects_into_the_image(view: View) -> None:
    view.keypoints[0, NOSE] = 0
    (finding,) = check_projection(view)
    assert (finding.annotation, finding.field) == (1, 'keypoints[nose]')
    assert finding.message.startswith('absent')


def test_a_labeled_joint_behind_the_camera(view: View) -> None:
    view.points[0, NOSE, 2] = -1.0
    (finding,) = check_projection(view)
    assert finding.message.endswith('behind the camera')


def test_a_visible_joint_behind_something_else(view: View) -> None:
    joint = visible(view, 0)
    column, row = np.floor(view.keypoints[0, joint, :2] + 0.5).astype(int)
    view.stencil[row, column], view.depth[row, column] = 0, view.points[0, joint, 2] - 0.3
    (finding,) = check_occlusion(view)
    assert (finding.annotation, finding.field) == (1, 'keypoints[nose]')
    assert finding.message == 'visible, but something else lies 0.300 m before it'


def test_a_visible_joint_behind_its_own_body(view: View) -> None:
    joint = visible(view, 0)
    column, row = np.floor(view.keypoints[0, joint, :2] + 0.5).astype(int)
    view.depth[row, column] = view.points[0, joint, 2] - joint_tolerance(('nose',))[0] - 0.01
    (finding,) = check_occlusion(view)
    assert finding.message.startswith('visible, but its own body')


def test_an_occluded_joint_with_nothing_before_it(view: View) -> None:
    view.keypoints[1, visible(view, 1, 'left_shoulder'), 2] = 1
    (finding,) = check_occlusion(view)
    assert (finding.annotation, finding.field, finding.value) == (2, 'keypoints[left_shoulder]', 1)
    assert finding.message.startswith('occluded, but its own body')


def test_a_joint_before_its_own_surface(view: View) -> None:
    joint = visible(view, 0)
    toward = 1 - 0.25 / np.linalg.norm(view.points[0, joint])  # along the ray, so that it projects alike
    view.points[0, joint] *= toward
    (finding,) = check_surface(view)
    assert (finding.annotation, finding.field) == (1, 'keypoints_3d[nose]')
    assert check_projection(view) == []


def test_a_visible_joint_beside_its_own_body(view: View) -> None:
    visible(view, 0)
    view.keypoints[0, NOSE, :2] = 20, 20
    (finding,) = check_surface(view)
    assert finding.message == 'visible, but no pixel of its person lies within 2 px'


def test_the_tolerance_of_an_unknown_joint_is_unknown() -> None:
    assert np.isnan(joint_tolerance(('tail',))).all()


@pytest.mark.parametrize('cut', ['edge', 'nearer'])
def test_a_part_that_is_cut_off_is_not_judged(view: View, cut: str) -> None:
    visible(view, 0)
    view.keypoints[0, NOSE, :2] = (1, 20) if cut == 'edge' else (20, 20)
    if cut == 'nearer':
        view.depth[22, 22] = view.points[0, NOSE, 2] - 0.01
    assert check_surface(view) == []


@pytest.mark.parametrize(('focal', 'findings'), [(1.1, 1), (0.9, 0)])
def test_a_finger_narrower_than_a_pixel_is_not_judged(view: View, focal: float, findings: int) -> None:
    tip = view.joint_names.index('right_index_tip')
    view.keypoints[0, tip] = 20, 20, 2
    view.K[0, 0] = focal * view.points[0, tip, 2] / FINGER_WIDTH  # the finger is so many pixels wide
    assert len(check_surface(view)) == findings
