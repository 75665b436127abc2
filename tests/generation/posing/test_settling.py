import numpy as np
import pytest

from synpose.generation.bodies.kinematics import rotation
from synpose.generation.posing.settling import center_of_mass, resting_rotation

CORNERS = np.array([[x, y, z] for x in (-0.2, 0.2) for y in (-0.5, 0.5) for z in (-0.1, 0.1)])


@pytest.mark.parametrize(('axis', 'angle'), [([1, 0, 0], 0.4), ([0, 1, 0], -0.3), ([1, 1, 0], 0.35), ([1, 0, 0], 0.0)])
def test_a_tilted_box_falls_flat(axis, angle):
    tilted = CORNERS @ rotation(axis, angle).T
    settled = tilted @ resting_rotation(tilted, np.zeros(3)).T
    assert np.ptp(settled[:, 2]) == pytest.approx(0.2, abs=0.01)


def test_a_box_on_its_end_falls_no_further_than_the_limit():
    leaning = CORNERS @ rotation([1, 0, 0], 0.9).T  # 52 degrees: it would fall on
    turn = resting_rotation(leaning, np.zeros(3), limit=0.2)
    assert np.arccos((np.trace(turn) - 1) / 2) <= 0.2 + 1e-9


@pytest.mark.parametrize(('side', 'down'), [(1, [2, 3]), (-1, [4, 5])])
def test_a_roof_on_its_ridge_falls_to_its_heavy_side(side, down):
    half = [[-0.5, 0.5, 0.1], [0.5, 0.5, 0.1]]
    roof = np.array([[-0.5, 0, 0], [0.5, 0, 0], *half, *(np.array(half) * [1, -1, 1])])
    turned = roof @ resting_rotation(roof, np.array([0, side * 0.2, 0.15])).T
    heights = turned[:, 2] - turned[:, 2].min()
    assert (heights[down] < 0.01).all()
    assert (np.delete(heights, [0, 1, *down]) > 0.15).all()


def test_the_center_of_mass_of_someone_upright_is_in_the_pelvis(tailor, mean_body):
    center = center_of_mass(tailor.model, mean_body.heads)
    assert center[0] == pytest.approx(0, abs=0.005)
    height = (center[2] - mean_body.vertices[:, 2].min()) / mean_body.stature
    assert 0.53 < height < 0.61  # anatomy books say .55 to .57
