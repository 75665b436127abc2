"""Things: closed meshes of plausible size, in hands and on desks."""

import numpy as np
import pytest

from synpose.generation.people.props import HELD, LAPTOP_HEIGHT, ON_DESK, hold, lay
from synpose.generation.people.things import THINGS
from synpose.generation.primitives import Seat
from synpose.skeletons import JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}
HANDS = ('palm', 'wrist', 'thumb_tip', 'index_1', 'index_tip', 'middle_1', 'middle_2', 'middle_tip', 'little_1')


def hands():
    """Return joints of someone whose flat hands lie 24 cm apart, fingers ahead, palms up."""
    joints = np.zeros((59, 3))
    across = {'index': -0.03, 'middle': -0.01, 'ring': 0.01, 'little': 0.03, 'thumb': -0.05}
    for side, sign in (('left', -1), ('right', 1)):
        at = np.array([0.12 * sign, 0.3, 0.9])
        joints[ROW[f'{side}_wrist']], joints[ROW[f'{side}_palm']] = at - [0, 0.05, 0], at
        for finger, x in across.items():
            for part, y in (('1', 0.05), ('2', 0.09), ('tip', 0.13)):
                # Palms up: the thumbs point outward.
                ahead = y / 2 if finger == 'thumb' else y
                joints[ROW[f'{side}_{finger}_{part}']] = at + np.array([-sign * x, ahead, 0])
    return joints.astype(np.float32)


def volume(mesh):
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(float) for k in range(3))
    return (a * np.cross(b, c)).sum() / 6


def corners(meshes):
    points = np.concatenate([mesh.vertices for mesh in meshes])
    return points.min(axis=0), points.max(axis=0)


@pytest.mark.parametrize('name', THINGS)
def test_things_are_closed_and_of_their_size(name):
    meshes = THINGS[name](np.random.default_rng(3))
    for mesh in meshes:  # closed, its faces pointing outward: the enclosed volume is positive
        assert volume(mesh) > 1e-8
        assert mesh.parts is None
        assert mesh.faces.max() < len(mesh.vertices)
    low, high = corners(meshes)
    assert -0.005 < low[2] < 0.01
    assert 0.04 < (high - low).max() < 0.4


@pytest.mark.parametrize('thing', HELD)
@pytest.mark.parametrize('side', ['left', 'right'])
def test_things_are_in_the_hand(thing, side):
    joints = hands()
    meshes = hold(np.random.default_rng(0), thing, joints, side)
    points = np.concatenate([p for mesh in meshes for p in (mesh.vertices, mesh.vertices[mesh.faces].mean(axis=1))])
    hand = joints[[ROW[f'{side}_{name}'] for name in HANDS]]
    assert np.linalg.norm(points[:, None] - hand[None], axis=2).min() < 0.05
    assert all(volume(mesh) > 1e-8 for mesh in meshes)


@pytest.mark.parametrize('side', ['left', 'right'])
def test_a_screen_faces_away_from_the_palm(side):
    body, screen, camera = hold(np.random.default_rng(0), 'phone', hands(), side)
    assert screen.vertices[:, 2].mean() > body.vertices[:, 2].mean() > camera.vertices[:, 2].mean() > 0.9


def test_a_bottle_stands_up_in_an_upright_fist():
    joints = hands()
    wrist = joints[ROW['right_wrist']]
    turned = joints - wrist
    joints = (np.stack([turned[:, 2] * -1, turned[:, 1], turned[:, 0]], axis=1) + wrist).astype(np.float32)
    body, cap = hold(np.random.default_rng(0), 'bottle', joints, 'right')
    assert cap.vertices[:, 2].min() > body.vertices[:, 2].max() - 0.01


@pytest.mark.parametrize('thing', ON_DESK)
@pytest.mark.parametrize('seat', [Seat(), Seat(desk_depth=0.36, desk_width=0.5), Seat(desk_depth=1.1, desk_width=2.4)])
@pytest.mark.parametrize('side', ['left', 'right'])
def test_things_lie_on_the_desk(thing, seat, side):
    low, high = corners(lay(np.random.default_rng(1), thing, seat, side))
    assert low[2] == pytest.approx(seat.desk_height, abs=1e-6)
    assert max(-low[0], high[0]) < seat.desk_width / 2
    assert low[1] > seat.desk_near
    assert high[1] < seat.desk_near + seat.desk_depth
    assert np.abs([low[0], high[0]]).min() < 0.45  # within reach, on a wide table too


def test_things_lie_on_the_side_of_the_main_hand():
    left, right = (corners(lay(np.random.default_rng(1), 'bottle', Seat(), side)) for side in ('left', 'right'))
    assert left[1][0] < 0 < right[0][0]


def test_a_laptops_screen_faces_its_person():
    meshes = lay(np.random.default_rng(0), 'laptop', Seat(), 'right')
    keys = [mesh for mesh in meshes if mesh.vertices[:, 2].max() < Seat().desk_height + LAPTOP_HEIGHT + 1e-6]
    assert max(mesh.vertices[:, 2].max() for mesh in keys) == pytest.approx(Seat().desk_height + LAPTOP_HEIGHT)
    screen = meshes[-1]
    a, b, c = (screen.vertices[screen.faces[:, k]].astype(float) for k in range(3))
    normals = np.cross(b - a, c - a)
    facing = normals[np.argmax(np.linalg.norm(normals, axis=1) * (normals[:, 1] < 0))]
    assert facing @ (np.array([0, 0.1, 1.2]) - screen.vertices.mean(axis=0)) > 0


def test_unknown_things_are_told():
    with pytest.raises(ValueError, match='violin'):
        hold(np.random.default_rng(0), 'violin', np.zeros((59, 3)), 'left')
    with pytest.raises(ValueError, match='globe'):
        lay(np.random.default_rng(0), 'globe', Seat(), 'left')
