import json
from pathlib import Path

import numpy as np
import pytest

from synpose.evaluation.functional import expand_boxes, fit_margins, pose_boxes, read_margins

POSE = np.array([[[10.0, 20], [30, 60], [15, 90]]])
ONES = np.ones((1, 3))


@pytest.mark.parametrize(
    ('margins', 'expected'),
    [
        (None, [10, 20, 20, 70]),
        ((0.1, 0.2, 0.3, 0.1), [8, 6, 28, 91]),  # left -2, top -14, right +6, bottom +7
        ((-0.1, 0, 0, -0.5), [12, 20, 18, 35]),
        ((1, 1, 9, 9), [0, 0, 100, 100]),
        ((-0.6, 0, -0.6, 0), [22, 20, 0, 70]),  # edges that pass each other leave nothing
    ],
)
def test_margins_are_fractions_of_the_pose_box_and_clipped(margins: tuple | None, expected: list[float]) -> None:
    np.testing.assert_allclose(pose_boxes(POSE, ONES, (100, 100), margins), [expected])


def test_low_joints_take_no_part() -> None:
    scores = np.array([[0.9, 0.9, 0.1]])
    np.testing.assert_array_equal(pose_boxes(POSE, scores, (100, 100), min_score=0.5), [[10, 20, 20, 40]])
    assert np.isnan(pose_boxes(POSE, scores, (100, 100), min_score=0.95)).all()
    unused = POSE.copy()
    unused[0, 2] = np.nan
    np.testing.assert_array_equal(pose_boxes(unused, scores, (100, 100), min_score=0.5), [[10, 20, 20, 40]])


def test_poses_reach_only_to_the_image() -> None:
    poses = np.array([[[-5.0, -5], [50, 20]], [[120, 10], [130, 20]]])
    boxes = pose_boxes(poses, np.ones((2, 2)), (100, 40))
    np.testing.assert_array_equal(boxes, [[0, 0, 50, 20], [100, 10, 0, 10]])


def test_no_pose_no_box() -> None:
    assert pose_boxes(np.zeros((0, 17, 2)), np.zeros((0, 17)), (9, 9), (0.1,) * 4).shape == (0, 4)


def test_bad_poses() -> None:
    with pytest.raises(ValueError, match=r'keypoints \(1, 3, 3\) and scores \(1, 3\)'):
        pose_boxes(np.zeros((1, 3, 3)), ONES, (9, 9))
    bad = POSE.copy()
    bad[0, 1, 0] = np.nan
    with pytest.raises(ValueError, match='joint 1 of pose 0'):
        pose_boxes(bad, ONES, (9, 9))


@pytest.mark.parametrize('margins', [(0.1, 0.3, 0.2, 0.05), (-0.05, 0.4, 0.0, -0.3)])
def test_fit_recovers_planted_margins_despite_outliers(margins: tuple[float, ...]) -> None:
    rng = np.random.default_rng(0)
    tight = np.concatenate([rng.uniform(50, 300, (200, 2)), rng.uniform(20, 90, (200, 2))], axis=1)
    boxes = expand_boxes(tight, margins, (np.inf, np.inf))
    np.testing.assert_allclose(fit_margins(tight, boxes), margins, atol=1e-9)
    boxes[:80, 3] *= 0.3  # people whose legs are hidden
    np.testing.assert_allclose(fit_margins(tight, boxes)[:3], margins[:3], atol=1e-9)
    assert fit_margins(tight, boxes)[3] == pytest.approx(margins[3], abs=1e-9)


def test_fit_by_hand() -> None:
    tight = np.array([[10.0, 10, 20, 40], [10, 10, 20, 40], [10, 10, 20, 40]])
    boxes = np.array([[8.0, 6, 26, 46], [6, 6, 28, 50], [2, 10, 36, 44]])
    # left gaps 2, 4, 8; top 4, 4, 0; right 34, 34, 38 against 30; bottom 52, 56, 54 against 50
    np.testing.assert_allclose(fit_margins(tight, boxes), (4 / 20, 4 / 40, 4 / 20, 4 / 40))


def test_poses_without_extent_cannot_be_fitted() -> None:
    flat = np.array([[5.0, 5, 0, 9]])
    with pytest.raises(ValueError, match='at least one pose'):
        fit_margins(flat, flat)
    solid = np.array([[5.0, 5, 10, 10]])
    both = np.concatenate([flat, solid])
    assert fit_margins(both, both) == (0, 0, 0, 0)


def test_read_margins(tmp_path: Path) -> None:
    path = tmp_path / 'm.json'
    path.write_text(json.dumps({'margins': [0.1, 0.2, 0.3, 0.4]}))
    assert read_margins(path) == ((0.1, 0.2, 0.3, 0.4), None)
    path.write_text(json.dumps({'margins': [0.1, 0.2, 0.3, 0.4], 'joints': ['nose']}))
    assert read_margins(path) == ((0.1, 0.2, 0.3, 0.4), ['nose'])
    for text in ('{', '{}', '{"margins": [1, 2, 3]}', '{"margins": "abcd"}', '[]'):
        path.write_text(text)
        with pytest.raises(ValueError, match=r'm.json: margins: must be'):
            read_margins(path)
    with pytest.raises(FileNotFoundError, match='fit_margins'):
        read_margins(tmp_path / 'gone.json')
