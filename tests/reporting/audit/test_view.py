"""Records become arrays; a field that cannot be used is a finding and counts as missing."""

import math
from typing import Any

import numpy as np
import pytest

from synpose.reporting.audit import View, make_view
from synpose.skeletons import COCO17_NAMES

IMAGE = {'id': 7, 'file_name': 'a.jpg', 'width': 40, 'height': 30}


def person(**fields: Any) -> dict[str, Any]:
    return {'id': 3, 'bbox': [1, 2, 3, 4], 'area': 9, 'keypoints': [1, 2, 2] * 17, **fields}


def test_a_real_person_of_a_coco_file() -> None:
    view, findings = make_view('train', IMAGE, [person(), person(id=4, iscrowd=1)], COCO17_NAMES)
    assert findings == []
    assert (view.keypoints.shape, view.points.shape, view.stencil_ids.tolist()) == ((1, 17, 3), (1, 17, 3), [0])
    has = {field: view.having(field).tolist() for field in ('keypoints', 'keypoints_3d', 'area', 'stencil_id')}
    assert has == {'keypoints': [True], 'keypoints_3d': [False], 'area': [True], 'stencil_id': [False]}
    assert not view.having('camera').any()
    assert not view.having('depth').any()


@pytest.mark.parametrize(
    ('fields', 'field', 'message'),
    [
        ({'keypoints': [1, 2, 2] * 16}, 'keypoints', 'must be 17x3 numbers'),
        ({'keypoints': [math.nan, 2, 2] * 17}, 'keypoints', 'numbers that are NaN or infinite'),
        ({'keypoints_3d': [[0, 0, math.inf]] * 17}, 'keypoints_3d', 'numbers that are NaN or infinite'),
        ({'bbox': None}, 'bbox', 'missing'),
        ({'bbox': [1, 2, 'x', 4]}, 'bbox', 'must be 4 numbers'),
        ({'stencil_id': 1.5}, 'stencil_id', 'must be a whole number'),
        ({'keypoints': None, 'is_synthetic': True}, 'keypoints', 'missing on a synthetic person'),
    ],
)
def test_a_field_that_cannot_be_used(fields: dict[str, Any], field: str, message: str) -> None:
    view, (finding,) = make_view('train', IMAGE, [person(**fields)], COCO17_NAMES)
    assert (finding.check, finding.image, finding.annotation) == ('records', 7, 3)
    assert (finding.field, finding.message) == (field, message)
    if field in ('keypoints', 'keypoints_3d'):
        assert not view.having(field).any()


@pytest.mark.parametrize('camera', [{'K': 1}, {'K': [[1] * 3] * 3, 'R': [[math.nan] * 3] * 3, 't': [0, 0, 0]}, 5])
def test_a_camera_that_cannot_be_used(camera: Any) -> None:
    view, (finding,) = make_view('train', {**IMAGE, 'camera': camera}, [person()], COCO17_NAMES)
    assert view.K is None
    assert finding.field == 'camera'


def test_select_keeps_people_and_arrays_together(view: View) -> None:
    second = view.select(np.array([False, True]))
    assert [p['id'] for p in second.people] == [2]
    np.testing.assert_array_equal(second.points, view.points[1:])
    assert second.finding('box', 'area', np.float64(1.23456), 'm', 0).value == 1.2346
