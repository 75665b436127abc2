import math

import numpy as np
import pytest

from synpose.evaluation.functional import detected_joints, root_mean_squared_error


def test_joints_are_detected_strictly_within_the_ratio() -> None:
    distances = np.array([[1.0, 4.0], [4.9, np.nan], [0.0, 0.0]])
    torsos = np.array([20.0, 10.0, np.nan])
    # 1 of 20 is .05, not below it; 4 of 20 is .2; 4.9 of 10 is .49; the last has no torso.
    assert detected_joints(distances, torsos, (0.05, 0.2, 0.4, 0.5)) == pytest.approx([0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize('torso', [0.0, np.nan])
def test_nothing_to_count(torso: float) -> None:
    assert math.isnan(detected_joints(np.zeros((1, 2)), np.array([torso]), (0.2,))[0])
    assert math.isnan(detected_joints(np.full((1, 2), np.nan), np.array([5.0]), (0.2,))[0])
    assert math.isnan(root_mean_squared_error(np.full((1, 2, 2), np.nan)))


def test_error_is_of_coordinates() -> None:
    errors = np.array([[[3.0, 4.0], [np.nan, np.nan]], [[0.0, 0.0], [0.0, -5.0]]])
    assert root_mean_squared_error(errors) == pytest.approx(math.sqrt((9 + 16 + 25) / 6))
