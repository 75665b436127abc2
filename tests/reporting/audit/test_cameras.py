"""Cameras that are wrong by themselves, and cameras of one frame that disagree."""

from dataclasses import replace

import numpy as np
import pytest

from synpose.reporting.audit import View
from synpose.reporting.audit.cameras import check_camera, check_frame, to_world


def test_a_clean_scene_has_no_findings(views: list[View]) -> None:
    assert [finding for view in views for finding in check_camera(view)] == []
    assert check_frame(views) == []
    np.testing.assert_allclose(to_world(views[0])[0, 10], (0, 0, 0.5), atol=1e-5)  # the pelvis of the first


def move(view: View, person: int, shift: tuple[float, float, float]) -> None:
    """Move someone in the world, m."""
    view.points[person] += view.R @ np.array(shift)


@pytest.mark.parametrize('broken', ['scaled', 'mirrored'])
def test_a_matrix_that_is_no_rotation(view: View, broken: str) -> None:
    pitch = view.image.pop('camera_pitch')
    assert pitch > 0
    view.R[:] = view.R * 1.01 if broken == 'scaled' else view.R * [[-1], [1], [1]]
    (finding,) = check_camera(view)
    assert finding.field == 'camera.R'


def test_a_wrong_pitch(view: View) -> None:
    view.image['camera_pitch'] = np.rad2deg(view.image['camera_pitch'])
    (finding,) = check_camera(view)
    assert finding.field == 'camera_pitch'


def test_a_person_2_mm_off_in_one_camera(views: list[View]) -> None:
    move(views[1], 0, (0, 0.002, 0))
    (finding,) = check_frame(views)
    assert (finding.file, finding.annotation, finding.value) == ('000002.png', 3, 0.002)


def test_a_camera_that_stands_elsewhere(views: list[View]) -> None:
    views[1].t[:] += views[1].R @ np.array([0.0, 0.01, 0.0])
    assert [(f.file, f.annotation, f.value) for f in check_frame(views)] == [
        ('000002.png', 3, 0.01),
        ('000002.png', 4, 0.01),
    ]


def test_behavior_and_identity_must_agree(views: list[View]) -> None:
    views[1].people[0]['behavior'] = 'sleeping'
    views[1].people[1]['attributes']['identity'] = 'p009'
    assert [(f.annotation, f.field, f.value) for f in check_frame(views)] == [
        (3, 'behavior', 'sleeping'),
        (4, 'identity', 'p009'),
    ]


def test_a_person_whom_another_camera_sees_through(views: list[View]) -> None:
    stripped = views[1].select(np.array([True, False]))
    stripped.depth[stripped.stencil == 2] = 9.0
    (finding,) = check_frame([views[0], stripped])
    assert (finding.file, finding.annotation) == ('000001.png', 2)
    assert '000002.png sees' in finding.message


def test_a_person_hidden_from_another_camera(views: list[View]) -> None:
    stripped = views[1].select(np.array([True, False]))
    assert check_frame([views[0], stripped]) == []  # the depth still has something where that person is
    assert check_frame([views[0], replace(stripped, depth=None)]) == []
