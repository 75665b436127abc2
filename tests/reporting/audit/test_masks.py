"""Each check of stencils and depth sees the fault planted for it, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from synpose.reporting.audit import View
from synpose.reporting.audit.masks import check_boxes, check_parts, check_stencil_depth, check_stencil_ids


def test_a_clean_scene_has_no_findings(views: list[View]) -> None:
    for view in views:
        assert check_stencil_ids(view) == check_boxes(view) == check_stencil_depth(view) == []


@pytest.mark.parametrize(('edge', 'off'), [(0, 2), (1, -2), (2, 2), (3, 5)])
def test_a_box_whose_edge_is_off(view: View, edge: int, off: float) -> None:
    view.boxes[1, edge] += off
    (finding,) = check_boxes(view)
    assert (finding.annotation, finding.field, finding.value[edge]) == (2, 'bbox', view.boxes[1, edge])


def test_a_box_may_be_off_by_one_pixel(view: View) -> None:
    view.boxes[1] += (1, 0, -1, 1)
    assert check_boxes(view) == []


def test_an_area_that_is_not_the_number_of_pixels(view: View) -> None:
    view.areas[0] += 1
    (finding,) = check_boxes(view)
    assert (finding.annotation, finding.field) == (1, 'area')
    assert finding.message == f'the stencil has {int(view.areas[0]) - 1} px'


def test_stencil_pixels_that_no_annotation_owns(view: View) -> None:
    view.stencil[:3, :4] = 7
    (finding,) = check_stencil_ids(view)
    assert (finding.annotation, finding.value) == (None, 7)
    assert finding.message.startswith('12 stencil pixels')


@pytest.mark.parametrize(('stencil_id', 'message'), [(9, 'has no pixel'), (0, 'without a stencil'), (1, 'also of')])
def test_an_annotation_without_its_own_stencil(view: View, stencil_id: int, message: str) -> None:
    view.stencil[view.stencil == 2] = 0
    view.stencil_ids[1] = stencil_id
    (finding,) = check_stencil_ids(view)
    assert (finding.annotation, finding.value) == (2, stencil_id)
    assert message in finding.message


def test_a_real_person_needs_no_stencil(view: View) -> None:
    view.stencil[view.stencil == 2] = 0
    view.stencil_ids[1] = 0
    view.synthetic[1] = False
    assert check_stencil_ids(view) == []


@pytest.mark.parametrize('depth', [0.0, 9.0])
def test_a_stencil_pixel_without_the_depth_of_its_person(view: View, depth: float) -> None:
    row, column = np.argwhere(view.stencil == 2)[40]
    view.depth[row, column] = depth
    (finding,) = check_stencil_depth(view)
    assert (finding.annotation, finding.field) == (2, 'depth_file')
    assert finding.value == (1 if depth == 0 else 9.0)


def test_people_without_pixels_are_left_to_the_check_of_ids(view: View) -> None:
    gone = replace(view, stencil=np.zeros_like(view.stencil))
    assert check_boxes(gone) == check_stencil_depth(gone) == []


def test_stencil_pixels_of_a_crowd_region(view: View) -> None:
    view.stencil[:3, :4] = 7
    assert check_stencil_ids(replace(view, crowd_ids=(7,))) == []


def test_body_parts(view: View) -> None:
    parts = (view.stencil > 0).astype(np.uint8)
    assert check_parts(replace(view, parts=parts)) == []
    parts[0, :3] = 4
    row, column = np.argwhere(view.stencil == 2)[0]
    parts[row, column] = 15
    unknown, astray = check_parts(replace(view, parts=parts))
    assert (unknown.value, astray.value) == (15, 3)
