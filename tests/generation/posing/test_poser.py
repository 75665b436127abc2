"""Poses made of movements: on the chair, at the desk, doing what the names say."""

from dataclasses import replace

import numpy as np
import pytest

from synpose.generation.people.props import LAPTOP_HEIGHT
from synpose.generation.posing.contacts import DESK_TOLERANCE, desk_penetration, sits
from synpose.generation.posing.movements import MOVEMENTS, SEATED, STANDING
from synpose.generation.posing.poser import Poser
from synpose.generation.primitives import Seat
from synpose.skeletons import JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}
SEATS = {
    'classroom': (Seat(), (10, 25)),
    'small': (Seat(0.37, 0.36, 0.63, 0.2, 0.5, 0.65), (7, 11)),
    'conference': (Seat(0.45, 0.44, 0.74, 0.24, 1.1, 2.2), (20, 60)),
    'lecture': (Seat(0.45, 0.4, 0.75, 0.22, 0.32, 0.55), (18, 30)),
}


@pytest.fixture(scope='module')
def poser(tailor):
    return Poser(tailor.model)


@pytest.fixture(scope='module')
def sat(poser):
    """Return a function that gives posed vertices, joints by name and the main side of someone doing a movement."""

    def pose(name, seed, seat='classroom', main=None):
        model, rng, movement = poser.model, np.random.default_rng(seed), MOVEMENTS[name]
        place, ages = SEATS[seat]
        body = model.sample(rng, ages)
        if 'laptop' in movement.on_desk:
            place = replace(place, desk_height=place.desk_height + LAPTOP_HEIGHT)
        posed = poser.seated(rng, body, movement, place, main)
        vertices = model.skin(body, posed.rotations, posed.positions, body.vertices)
        joints = dict(zip(JOINT_NAMES, model.joints(vertices, posed.positions)))
        return vertices, joints, 'right' if posed.main == 'R' else 'left'

    return pose


def part(poser, *prefixes):
    return poser.model.share(*prefixes) > 0.5


@pytest.mark.parametrize('name', [movement.name for movement in SEATED])
def test_people_touch_chair_floor_and_desk_only(sat, poser, name):
    through = 0
    for seed, seat in enumerate(SEATS):
        vertices, joints, _ = sat(name, seed, seat)
        assert np.isfinite(vertices).all()
        assert vertices[:, 2].min() > -0.01
        assert sits(vertices, SEATS[seat][0])
        assert abs(joints['pelvis'][0]) < 1e-9
        through += desk_penetration(vertices, SEATS[seat][0]) > DESK_TOLERANCE
    assert through <= 1  # scene.compose draws again


def test_hardly_anyone_is_in_the_desk(sat):
    names = [movement.name for movement in SEATED][::4]
    depths = [
        desk_penetration(sat(name, [7, k], seat)[0], SEATS[seat][0]) for k, name in enumerate(names) for seat in SEATS
    ]
    assert np.mean(np.array(depths) > DESK_TOLERANCE) < 0.04


def mean_poses(poser, main, seeds=3):
    """Return the mean joints ``(80, 59, 3)`` of the seated movements on one body and seat."""
    model = poser.model
    body = model.build({}, 1.65)
    poses = []
    for movement in SEATED:
        draws = []
        for seed in range(seeds):
            pose = poser.seated(np.random.default_rng(seed), body, movement, Seat(), main)
            vertices = model.skin(body, pose.rotations, pose.positions, body.vertices)
            draws.append(model.joints(vertices, pose.positions))
        poses.append(np.mean(draws, axis=0))
    return np.array(poses)


@pytest.fixture(scope='module')
def right_handed(poser):
    return mean_poses(poser, 'R')


def test_movements_differ_in_their_joints(right_handed):
    apart = np.linalg.norm(right_handed[:, None] - right_handed[None], axis=-1)
    first, second = np.triu_indices(len(SEATED), 1)
    # Over all 59 joints, feet and hips included: 4 cm in the mean is a hand elsewhere or a head turned away.
    nearest = apart.mean(axis=-1)[first, second]
    pair = np.argmin(nearest)
    names = SEATED[first[pair]].name, SEATED[second[pair]].name
    assert nearest[pair] > 0.04, names
    assert np.median(nearest) > 0.12
    assert apart.max(axis=-1)[first, second].min() > 0.08


def test_left_handed_people_are_mirror_images(poser, right_handed):
    left = mean_poses(poser, 'L')
    swap = [ROW[name.replace('left', '#').replace('right', 'left').replace('#', 'right')] for name in JOINT_NAMES]
    apart = np.linalg.norm(left[:, swap] * [-1, 1, 1] - right_handed, axis=-1)
    assert apart.mean() < 0.005  # the body itself is not quite symmetric
    assert np.median(apart.max(axis=1)) < 0.02


@pytest.mark.parametrize('seed', [1, 5, 9])
@pytest.mark.parametrize('name', ['writing', 'typing'])
def test_hands_lie_on_the_desk(sat, poser, name, seed):
    vertices, joints, _ = sat(name, seed)
    hands = vertices[part(poser, 'wrist', 'finger', 'metacarpal')]
    for hand in (hands[hands[:, 0] < 0], hands[hands[:, 0] > 0]) if name == 'typing' else (hands,):
        assert hand[:, 2].min() == pytest.approx(Seat().desk_height + 0.006, abs=0.015)
    for side in ('left', 'right'):
        assert joints[f'{side}_palm'][1] > Seat().desk_near


NEAR = [
    *(('drinking', 'nose', 0.16), ('resting_chin', 'chin', 0.15), ('calling', '{}_ear', 0.15)),
    *(('eating_apple', 'chin', 0.18), ('adjusting_glasses', '{}_eye', 0.12), ('yawning', 'chin', 0.14)),
    *(('fixing_hair', 'head_top', 0.16), ('cheek_on_fist', '{}_ear', 0.2), ('scratching_neck', 'neck', 0.2)),
    *(('listening_hands_on_knees', '{}_knee', 0.17), ('hugging_self', 'chest', 0.4)),
]


@pytest.mark.parametrize('seed', [1, 5])
@pytest.mark.parametrize(('name', 'joint', 'reach'), NEAR)
def test_hands_are_where_they_belong(sat, name, joint, reach, seed):
    _, joints, side = sat(name, seed)
    assert np.linalg.norm(joints[f'{side}_palm'] - joints[joint.format(side)]) < reach


@pytest.mark.parametrize('seed', [1, 5, 9])
def test_movements_do_what_their_names_say(sat, poser, seed):
    for name in ('hand_raised', 'both_hands_raised', 'stretching_up'):
        _, joints, side = sat(name, seed)
        assert joints[f'{side}_wrist'][2] > joints['head_top'][2]
    for name in ('head_on_desk', 'sleeping_arms_around_head', 'sleeping_arm_stretched'):
        lowest = sat(name, seed)[0][part(poser, 'head'), 2].min()
        assert 0.0 < lowest - Seat().desk_height < 0.09
    for name, low, high in (('turned_to_neighbor', 35, 100), ('turned_around', 95, 190), ('sitting_sideways', 30, 110)):
        _, joints, side = sat(name, seed)
        facing = joints['nose'] - (joints['left_ear'] + joints['right_ear']) / 2
        turn = np.degrees(np.arctan2(facing[0], facing[1])) * (1 if side == 'right' else -1)
        assert low < turn % 360 < high
    _, joints, _ = sat('leaning_back', seed)
    assert joints['chest'][1] < joints['pelvis'][1] - 0.05
    _, joints, side = sat('picking_up_from_floor', seed)
    assert joints[f'{side}_middle_tip'][2] < Seat().seat_height


@pytest.mark.parametrize('name', ['resting_chin', 'cheek_on_fist', 'head_in_both_hands', 'typing_one_handed'])
@pytest.mark.parametrize('seed', [1, 5])
def test_elbows_that_hold_a_head_are_on_the_desk(sat, name, seed):
    _, joints, side = sat(name, seed)
    prop = 'left' if (side == 'left') != (name == 'typing_one_handed') else 'right'
    elbow = joints[f'{prop}_elbow']
    assert -0.01 < elbow[2] - Seat().desk_height < 0.18
    assert elbow[1] > Seat().desk_near - 0.08


def test_both_hands_can_be_the_main_one(sat):
    assert {'left', 'right'} == {sat('hand_raised', seed)[2] for seed in range(12)}
    assert [sat('hand_raised', 3, main=main)[2] for main in 'LR'] == ['left', 'right']


@pytest.mark.parametrize('movement', STANDING, ids=[movement.name for movement in STANDING])
def test_standing_people_stand_on_the_origin(poser, movement):
    model, rng = poser.model, np.random.default_rng(3)
    body = model.sample(rng, (25, 60))
    pose = poser.standing(rng, body, movement)
    vertices = model.skin(body, pose.rotations, pose.positions, body.vertices)
    joints = dict(zip(JOINT_NAMES, model.joints(vertices, pose.positions)))
    assert vertices[:, 2].min() == pytest.approx(0, abs=1e-6)
    assert np.ptp(vertices[:, 2]) > 0.93 * body.stature
    assert abs(joints['left_ankle'][0] + joints['right_ankle'][0]) < 0.05
    assert joints['left_toe'][1] > joints['left_ankle'][1]
    if movement.name == 'pointing':
        side = 'right' if pose.main == 'R' else 'left'
        assert abs(joints[f'{side}_wrist'][0]) > 0.35
