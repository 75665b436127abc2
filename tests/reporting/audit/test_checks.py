"""The table of checks: what is missing is skipped and counted, not found."""

from dataclasses import replace

import numpy as np

from synpose.reporting.audit import CHECKS, View, run_checks


def test_a_clean_scene_is_checked_by_everything(views: list[View]) -> None:
    findings, counts = run_checks(views)
    assert findings == []
    ran = {name for name, check in CHECKS.items() if check.run is not None} | {'frames'}
    assert set(counts) == ran
    assert counts.pop('parts').skipped == 2  # the scene has no part labels
    assert counts.pop('wholebody').skipped == 4  # and nothing of COCO-WholeBody's
    ran -= {'parts', 'wholebody'}
    assert {name: (c.checked, c.skipped) for name, c in counts.items()} == {
        name: (2 if CHECKS[name].of_image else 4, 0) for name in ran
    }


def test_real_people_skip_what_they_do_not_have(view: View) -> None:
    view.synthetic[1] = False
    view.stencil_ids[1] = 0
    view.stencil[view.stencil == 2] = 0
    view.points[1] = np.nan
    view.keypoints[1, :, 2] = 2  # annotated by hand; what hides whom is not known
    view.people[1].update(num_keypoints=59, bbox=[0, 0, 5, 5])
    del view.people[1]['attributes']
    findings, counts = run_checks([view])
    assert findings == []
    skipped = {name for name, count in counts.items() if count.skipped}
    space = {'projection', 'occlusion', 'surface', 'limbs', 'proportions', 'sides', 'twist', 'collisions', 'frames'}
    assert skipped == space | {'box', 'stencil_depth', 'identities', 'parts', 'wholebody'}
    # One camera alone has nothing to be compared with, and nobody has whole-body points.
    expected = {**dict.fromkeys(skipped, 1), 'frames': 2, 'wholebody': 2}
    assert {name: counts[name].skipped for name in skipped} == expected


def test_an_image_without_layers_skips_their_checks(view: View) -> None:
    bare = replace(view, pixels=None, stencil=None, depth=None, K=None, R=None, t=None)
    findings, counts = run_checks([bare])
    assert findings == []
    assert {name: count.skipped for name, count in counts.items() if count.skipped} == {
        **dict.fromkeys(('picture', 'camera', 'stencil_ids', 'parts'), 1),
        **dict.fromkeys(('box', 'stencil_depth', 'projection', 'occlusion', 'surface', 'frames', 'wholebody'), 2),
    }


def test_findings_are_counted_by_check(view: View) -> None:
    view.areas[0] += 1
    view.boxes[1, 0] += 9
    findings, counts = run_checks([view])
    assert [finding.check for finding in findings] == ['box', 'box']
    assert counts['box'].findings == 2
    assert sum(count.findings for count in counts.values()) == 2


def test_an_image_without_people(view: View) -> None:
    empty = view.select(np.zeros(2, dtype=bool))
    empty.stencil[:] = 0
    findings, counts = run_checks([empty])
    assert findings == []
    assert counts['box'].checked == 0
