import numpy as np
import pytest

from synpose.generation.bodies.kinematics import lean
from synpose.generation.posing.goals import LegGoal, Legs
from synpose.generation.posing.legs import LegPoser
from synpose.generation.posing.movements import FOLDER, MOVEMENTS
from synpose.generation.posing.poser import Poser
from synpose.generation.posing.stance import Stance
from synpose.generation.primitives import Seat
from synpose.records import read_yaml
from synpose.skeletons import JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}


@pytest.fixture(scope='module')
def legs(tailor):
    return LegPoser(tailor.model)


def still(**values):
    return LegGoal(
        **{name: (float(value),) * 2 for name, value in {**dict.fromkeys(vars(LegGoal()), 0), **values}.items()}
    )


def sit(legs, goal, stature=1.7, seat=None, slide=0.0, turn=0.0):
    """Return posed vertices and joints ``(59, 3)`` of someone whose hips are on the seat."""
    model = legs.model
    body = model.build({}, stature)
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    local[model.bone['root']] = lean(0, turn, 0)
    seat = seat or Seat()
    stance = Stance(body, local, np.array([0, -0.08 + slide, seat.seat_height + 0.1]), seat, turn)
    legs.sit(stance, {'L': goal, 'R': goal}, slide)
    rotations, positions = model.pose(body, local, stance.origin)
    vertices = model.skin(body, rotations, positions, body.vertices)
    return vertices, model.joints(vertices, positions)


@pytest.mark.parametrize('swing', [-0.5, 0.0, 0.3])
@pytest.mark.parametrize('heel', [0.0, 0.4])
def test_feet_stand_on_the_floor(legs, swing, heel):
    vertices, _ = sit(legs, still(swing=swing, heel=heel), 1.8)
    assert vertices[:, 2].min() == pytest.approx(0, abs=0.004)


def test_lifted_heels_leave_the_floor(legs):
    low, high = (sit(legs, still(swing=-0.2, heel=heel), 1.8)[1][ROW['left_ankle'], 2] for heel in (0.0, 0.4))
    assert high > low + 0.03


def test_swing_and_slide_stretch_the_legs(legs):
    ahead = [
        sit(legs, still(swing=swing), slide=slide)[1][ROW['left_ankle'], 1] for swing, slide in ((0, 0), (0.7, 0.12))
    ]
    assert ahead[1] > ahead[0] + 0.25


def test_knees_stay_below_a_low_desk(legs):
    low = Seat(seat_height=0.45, desk_height=0.66)
    for seat in (Seat(), low):
        vertices, joints = sit(legs, still(swing=0.0), 1.9, seat)
        knees = vertices[legs.model.share('upperleg02', 'lowerleg01') > 0.5]
        under = knees[knees[:, 1] > seat.desk_near]
        assert under[:, 2].max() < seat.desk_height - 0.035
    assert joints[ROW['left_knee'], 2] < 0.66 - 0.08


def test_short_legs_hang_above_the_floor(legs):
    vertices, _ = sit(legs, still(), 1.2)
    assert vertices[:, 2].min() > 0.02


def test_calves_stay_before_the_seats_edge(legs):
    seat = Seat(seat_depth=0.44)
    vertices, _ = sit(legs, still(swing=-0.75, heel=0.9), seat=seat)
    calf = vertices[legs.model.share('lowerleg') > 0.9]
    beside = np.abs(calf[:, 2] - seat.seat_height + 0.015) < 0.015
    assert calf[beside, 1].min() > seat.seat_depth / 2 - 0.02


def test_ankles_cross_and_thighs_spread(legs):
    _, straight = sit(legs, still(swing=0.1))
    _, inward = sit(legs, still(swing=0.1, inward=0.3))
    _, spread = sit(legs, still(swing=0.1, spread=0.35))
    assert inward[ROW['right_ankle'], 0] < straight[ROW['right_ankle'], 0] - 0.08
    assert spread[ROW['right_knee'], 0] > straight[ROW['right_knee'], 0] + 0.1


def test_turned_legs_follow_the_pelvis(legs):
    _, joints = sit(legs, still(), turn=1.2)
    knees = (joints[ROW['left_knee']] + joints[ROW['right_knee']]) / 2 - joints[ROW['pelvis']]
    assert np.arctan2(knees[0], knees[1]) == pytest.approx(1.2, abs=0.1)


def test_goals_are_drawn_for_both_sides(legs):
    pair = Legs(main=LegGoal(swing=(0.3, 0.4)), other=LegGoal(swing=(-0.4, -0.3)))
    drawn = legs.draw(np.random.default_rng(0), pair, 'L')
    assert 0.3 <= drawn['L'].swing[0] == drawn['L'].swing[1] <= 0.4
    assert drawn['R'].swing[0] < -0.3


def test_every_named_pair_is_used():
    named = read_yaml(FOLDER / 'goals.yaml')['legs']
    used = {legs for movement in MOVEMENTS.values() for legs in movement.legs}
    assert len(named) >= 10
    assert len(used) >= len(named)


def test_short_and_long_legs_in_a_movement(tailor):
    poser, model = Poser(tailor.model), tailor.model
    for stature, age, dangles in ((1.25, 0.25, True), (1.80, 0.67, False)):
        body = model.build({'age': age, 'gender': 0.0}, stature)
        pose = poser.seated(np.random.default_rng(0), body, MOVEMENTS['listening'], Seat())
        lowest = model.skin(body, pose.rotations, pose.positions, body.vertices)[:, 2].min()
        assert (lowest > 0.02) == dangles
