import numpy as np
import pytest

from synpose.generation.posing.contacts import (
    CLOTH,
    DESK_TOP,
    desk_penetration,
    seat_gap,
    sits,
    slab,
)
from synpose.generation.primitives import Seat

SEAT = Seat(seat_height=0.45, seat_depth=0.4, desk_height=0.75, desk_near=0.2, desk_depth=0.5, desk_width=0.8)


@pytest.mark.parametrize(
    ('point', 'expected'),
    [
        ((0, 0.4, 0.76), 0.0),  # a hand above
        ((0, 0.4, 0.75), 0.0),  # lying on it
        ((0, 0.4, 0.744), 0.006),  # pressed in from above
        ((0, 0.4, 0.73), 0.02),  # in the middle
        ((0, 0.4, 0.714), 0.004),  # trousers touch the underside
        ((0, 0.4, 0.70), 0.0),  # a knee below
        ((0, 0.205, 0.73), 0.005),  # a belly at the near edge
        ((0, 0.19, 0.73), 0.0),
        ((0.395, 0.4, 0.73), 0.005),  # past the side
        ((0.41, 0.4, 0.73), 0.0),
        ((0, 0.71, 0.73), 0.0),  # beyond the far edge
    ],
)
def test_depth_in_the_desks_top(point, expected):
    points = np.array([point, (0, 0, 1.0)], dtype=np.float32)
    assert desk_penetration(points, SEAT) == pytest.approx(expected, abs=1e-6)


def test_a_limb_through_the_top_reaches_the_largest_depth():
    limb = np.linspace((0.1, 0.4, 0.5), (0.1, 0.45, 1.0), 60)
    assert desk_penetration(limb, SEAT) > 0.015
    low, high = slab(SEAT)
    assert high[2] - low[2] == pytest.approx(DESK_TOP + CLOTH)


def test_nothing_touches_nothing():
    nobody = np.zeros((0, 3))
    assert desk_penetration(nobody, SEAT) == 0.0
    assert seat_gap(nobody, SEAT) == np.inf


@pytest.mark.parametrize(
    ('lowest', 'expected'), [(0.0, True), (-0.012, True), (-0.029, True), (-0.04, False), (0.019, True), (0.03, False)]
)
def test_sitting_is_touching(lowest, expected):
    thigh = np.array([(0.08, y, 0.45 + lowest) for y in np.linspace(-0.15, 0.05, 5)])
    shin = np.array([(0.08, 0.0, 0.2), (0.3, 0.0, 0.4)])  # under the chair, and a hand beside it
    assert sits(np.concatenate([thigh, shin]), SEAT) == expected
    assert seat_gap(np.concatenate([thigh, shin]), SEAT) == pytest.approx(lowest)
