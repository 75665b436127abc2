"""The check of whole-body fields sees the fault planted for it, and nothing else."""

import numpy as np
import pytest

from synpose.generation.rendering.wholebody import wholebody_fields
from synpose.reporting.audit import View, run_checks
from synpose.reporting.audit.wholebody import check_wholebody
from synpose.skeletons import JOINT_NAMES, WHOLEBODY133_NAMES, joint_indices


@pytest.fixture
def labeled(view: View) -> View:
    """The first view with whole-body fields: points that are joints there, faces about the eyes, the rest near by."""
    shared = joint_indices(JOINT_NAMES, WHOLEBODY133_NAMES[17:])
    for person, joints in zip(view.people, view.keypoints):
        at = dict(zip(JOINT_NAMES, joints))
        points = np.zeros((116, 3))
        points[shared >= 0] = joints[shared[shared >= 0]]
        points[6:74] = at['nose']
        points[6 + 36 : 6 + 42], points[6 + 42 : 6 + 48] = at['right_eye'], at['left_eye']
        points[6 + 8] = at['chin']
        seen = np.where(points[:, 2] > 0, points[:, 2], 0).astype(int)
        person.update(wholebody_fields(points[:, :2], seen, view.size))
    return view


def test_a_clean_scene_has_no_findings(labeled: View) -> None:
    findings, counts = run_checks([labeled])
    assert findings == []
    assert (counts['wholebody'].checked, counts['wholebody'].skipped) == (2, 0)


def _plant(view: View, field: str, index: int, value: float) -> None:
    view.people[1][field] = list(view.people[1][field])
    view.people[1][field][index] = value


@pytest.mark.parametrize(
    ('field', 'index', 'value', 'name', 'message'),
    [
        ('face_kpts', 3 * 30, 1.0, 'face_kpts[face-30]', 'outside the box'),
        ('face_kpts', 3 * 30 + 2, 3, 'face_kpts[face-30]', 'visibility must be 0, 1 or 2'),
        ('face_kpts', 3 * 30, 480.0, 'face_kpts[face-30]', 'outside the image'),
        ('lefthand_kpts', 3 * 8 + 2, 0, 'lefthand_kpts[left_forefinger4]', 'absent in one of this and'),
    ],
)
def test_a_point_astray(labeled: View, field: str, index: int, value: float, name: str, message: str) -> None:
    _plant(labeled, field, index, value)
    findings = check_wholebody(labeled)
    assert {(finding.annotation, finding.field) for finding in findings} == {(2, name)}
    assert message in findings[0].message


def test_a_joint_elsewhere(labeled: View) -> None:
    _plant(labeled, 'righthand_kpts', 3 * 8, labeled.people[1]['righthand_kpts'][3 * 8] + 0.5)
    (finding,) = check_wholebody(labeled)
    assert finding.field == 'righthand_kpts[right_forefinger4]'
    assert finding.message == '0.50 px from keypoints[right_index_tip]'


def test_eyes_elsewhere(labeled: View) -> None:
    for k in range(42, 48):
        _plant(labeled, 'face_kpts', 3 * k + 1, labeled.people[1]['face_kpts'][3 * 30 + 1] + 2)
    findings = check_wholebody(labeled)
    assert 'face_kpts[face-42]' in {finding.field for finding in findings}
    assert any('from keypoints[left_eye]' in finding.message for finding in findings)


@pytest.mark.parametrize('value', [None, [1.0, 2.0, 2], ['a'] * 18, [float('nan')] * 18])
def test_a_part_that_is_not_whole(labeled: View, value: object) -> None:
    labeled.people[0]['foot_kpts'] = value
    (finding,) = check_wholebody(labeled)
    assert (finding.annotation, finding.field) == (1, 'foot_kpts')
    assert finding.message == 'must be 18 finite numbers'
