"""Movements as data, and the poses made of them."""

from functools import cache

import numpy as np
import pytest

from synpose.generation.bodies import BodyModel
from synpose.generation.movements import MOVEMENTS, SEATED, STANDING
from synpose.generation.posing import Poser
from synpose.generation.primitives import Seat
from synpose.skeletons import JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}
REQUIRED = {
    *('writing', 'reading', 'hand_raised', 'head_on_desk', 'phone', 'typing', 'leaning_back', 'turned_to_neighbor'),
    *('drinking', 'resting_chin'),
}


@cache
def poser() -> Poser:
    return Poser(BodyModel())


@cache
def sat(name, seed):
    """Return posed vertices, joints and the main side of someone doing a movement at the default seat."""
    model, rng = poser().model, np.random.default_rng(seed)
    body = model.sample(rng, (10, 25))
    pose = poser().seated(rng, body, MOVEMENTS[name], Seat())
    vertices = model.skin(body, pose.rotations, pose.positions, body.vertices)
    joints = model.joints(vertices, pose.positions)
    return vertices, dict(zip(JOINT_NAMES, joints)), 'right' if pose.main == 'R' else 'left'


def _share(*prefixes):
    return poser().model.share(*prefixes) > 0.5


def test_names_are_unique_and_complete():
    names = [movement.name for movement in (*SEATED, *STANDING)]
    assert len(set(names)) == len(names) == len(MOVEMENTS)
    assert {movement.name for movement in SEATED} >= REQUIRED
    assert len(STANDING) >= 3


@pytest.mark.parametrize('movement', MOVEMENTS.values(), ids=list(MOVEMENTS))
def test_ranges_are_ordered(movement):
    for value in vars(movement).values():
        if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, float) for v in value):
            assert value[0] <= value[1]
    for goal in (movement.main, movement.other):
        assert all(low <= high for low, high in zip(goal.low, goal.high))
        assert goal.curl[0] <= goal.curl[1]


@pytest.mark.parametrize('name', [movement.name for movement in SEATED])
@pytest.mark.parametrize('seed', [1, 5])
def test_body_meets_the_furniture(name, seed):
    seat = Seat()
    vertices, joints, _ = sat(name, seed)
    # On the seat: the flesh of the thighs touches it and sinks in by no more than a cushion would give.
    above_seat = _share('upperleg', 'pelvis') & (np.abs(vertices[:, 1]) < seat.seat_depth / 2)
    assert vertices[above_seat, 2].min() == pytest.approx(seat.seat_height, abs=0.015)
    # Through neither floor nor desk.
    assert vertices[:, 2].min() > -0.005
    inside = (np.abs(vertices[:, 0]) < seat.desk_width / 2) & (np.abs(vertices[:, 2] - seat.desk_height + 0.015) < 0.01)
    over_edge = vertices[inside, 1].max(initial=-1.0) - seat.desk_near
    assert over_edge < (0.02 if name == 'head_on_desk' else 0.005)
    # Facing the desk with the legs under it, the back before the backrest.
    assert joints['left_knee'][1] > 0.15
    assert joints['pelvis'][0] == pytest.approx(0, abs=1e-9)
    assert vertices[above_seat, 1].min() > -seat.seat_depth / 2 - 1e-6


@pytest.mark.parametrize('seed', [1, 5, 9])
@pytest.mark.parametrize('name', ['writing', 'typing'])
def test_hands_lie_on_the_desk(name, seed):
    seat = Seat()
    vertices, joints, _ = sat(name, seed)
    hands = vertices[_share('wrist', 'finger', 'metacarpal')]
    for hand in (hands[hands[:, 0] < 0], hands[hands[:, 0] > 0]) if name == 'typing' else (hands,):
        assert hand[:, 2].min() == pytest.approx(seat.desk_height, abs=0.02)
    for side in ('left', 'right'):
        assert joints[f'{side}_palm'][1] > seat.desk_near


@pytest.mark.parametrize('seed', [1, 5, 9])
def test_movements_do_what_their_names_say(seed):
    def height(joints, name):
        return joints[name][2]

    _, joints, side = sat('hand_raised', seed)
    assert height(joints, f'{side}_wrist') > height(joints, 'head_top')

    vertices, joints, _ = sat('head_on_desk', seed)
    lowest = vertices[_share('head'), 2].min()
    assert 0.0 < lowest - Seat().desk_height < 0.09

    for name, part, reach in (
        ('drinking', 'nose', 0.16),
        ('resting_chin', 'chin', 0.13),
        ('calling', '{}_ear', 0.15),
    ):
        _, joints, side = sat(name, seed)
        assert np.linalg.norm(joints[f'{side}_palm'] - joints[part.format(side)]) < reach, name

    _, joints, side = sat('turned_to_neighbor', seed)
    facing = joints['nose'] - (joints['left_ear'] + joints['right_ear']) / 2
    turn = np.degrees(np.arctan2(facing[0], facing[1])) * (1 if side == 'right' else -1)
    assert 35 < turn < 100

    _, joints, _ = sat('leaning_back', seed)
    assert joints['chest'][1] < joints['pelvis'][1]


def test_both_hands_can_be_the_main_one():
    sides = [sat('hand_raised', seed)[2] for seed in range(12)]
    assert {'left', 'right'} == set(sides)


def test_short_legs_dangle_and_long_legs_stand():
    model, seat = poser().model, Seat()
    for stature, age, dangles in ((1.25, 0.25, True), (1.80, 0.67, False)):
        body = model.build({'age': age, 'gender': 0.0}, stature)
        pose = poser().seated(np.random.default_rng(0), body, MOVEMENTS['listening'], seat)
        lowest = model.skin(body, pose.rotations, pose.positions, body.vertices)[:, 2].min()
        assert (lowest > 0.03) == dangles


@pytest.mark.parametrize('movement', STANDING, ids=[movement.name for movement in STANDING])
def test_standing_people_stand_on_the_origin(movement):
    model, rng = poser().model, np.random.default_rng(3)
    body = model.sample(rng, (25, 60))
    pose = poser().standing(rng, body, movement)
    vertices = model.skin(body, pose.rotations, pose.positions, body.vertices)
    joints = dict(zip(JOINT_NAMES, model.joints(vertices, pose.positions)))
    assert vertices[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert np.ptp(vertices[:, 2]) > 0.93 * body.stature
    assert abs(joints['left_ankle'][0] + joints['right_ankle'][0]) < 0.05
    assert joints['left_toe'][1] > joints['left_ankle'][1]
    if movement.name == 'pointing':
        side = 'right' if pose.main == 'R' else 'left'
        assert abs(joints[f'{side}_wrist'][0]) > 0.35
