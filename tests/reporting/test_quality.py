import math

import numpy as np
import pytest

from synpose.reporting.quality import (
    best_threshold,
    box_f1,
    known_sigmas,
    mean_best_oks,
    oks_matrix,
)


def test_known_sigmas_by_name_and_alias() -> None:
    sigmas = known_sigmas(['nose', 'left_wrist', 'top_head', 'face-30'])
    np.testing.assert_allclose(sigmas[:3], [0.026, 0.062, 0.079])
    assert math.isnan(sigmas[3])


def test_oks_matches_the_formula_worked_out_by_hand() -> None:
    # One person of area 10000 px^2 with two labeled joints (the third is not labeled, the fourth has no sigma).
    labels = np.array([[[10, 10, 2], [50, 50, 1], [0, 0, 0], [9, 9, 2]], [[0, 0, 0]] * 4], dtype=float)
    poses = np.array([[[13, 14], [50, 50], [99, 99], [500, 500]]], dtype=float)
    sigmas = np.array([0.05, 0.1, 0.1, np.nan])
    # Joint 0 is 5 px off: exp(-25 / (2 * 10000 * 0.1^2)) = exp(-0.125); joint 1 is exact.
    oks = oks_matrix(labels, np.array([1e4, 1e4]), poses, sigmas)
    assert oks.shape == (2, 1)
    assert oks[0, 0] == pytest.approx((math.exp(-0.125) + 1) / 2, rel=1e-12)
    assert np.isnan(oks[1, 0])


@pytest.mark.parametrize(
    ('similarity', 'expected'),
    [
        ([[0.2, 0.9], [0.4, 0.1]], 0.65),
        ([[0.2, 0.9], [math.nan, math.nan]], 0.9),
        ([[math.nan, math.nan]], math.nan),
        (np.zeros((3, 0)), 0.0),
        (np.zeros((0, 2)), math.nan),
        (np.zeros((0, 0)), math.nan),
    ],
)
def test_mean_best_oks(similarity: list, expected: float) -> None:
    assert mean_best_oks(np.array(similarity, dtype=float)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ('matched', 'labels', 'expected'),
    [([True, True, False], 4, 4 / 7), ([], 3, 0.0), ([False], 0, 0.0), ([], 0, math.nan), ([True], 1, 1.0)],
)
def test_box_f1(matched: list, labels: int, expected: float) -> None:
    assert box_f1(np.array(matched, dtype=bool), labels) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ('scores', 'matched', 'labels', 'expected'),
    [
        # F1 at each cut: 2/4, 4/5, 4/6 -> the second score.
        ([0.9, 0.5, 0.1], [True, True, False], 3, 0.5),
        # The order of the input does not matter.
        ([0.1, 0.9, 0.5], [False, True, True], 3, 0.5),
        # Equal scores stand together: cutting between them is no choice.
        ([0.9, 0.5, 0.5], [True, True, False], 2, 0.5),
        # Nothing matches: as many as there are people.
        ([0.9, 0.5, 0.4, 0.1], [False] * 4, 2, 0.5),
        ([0.9], [False], 5, 0.9),
        ([], [], 5, 0.0),
    ],
)
def test_best_threshold(scores: list, matched: list, labels: int, expected: float) -> None:
    assert best_threshold(np.array(scores), np.array(matched, dtype=bool), labels) == expected
