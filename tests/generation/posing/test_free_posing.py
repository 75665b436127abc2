import numpy as np
import pytest

from synpose.generation.posing.free_actions import parse_actions, read_actions
from synpose.generation.posing.free_posing import FreePoser

SHIPPED = read_actions()


@pytest.fixture(scope='module')
def poser(tailor):
    return FreePoser(tailor.model)


def skin(poser, body, pose):
    return poser.model.skin(body, pose.rotations, pose.positions, body.vertices)


def exact(poser, person, ground='touch', **sections):
    """Pose without variation; the main side is the right one."""
    still = {'head': {'nod': 0, 'tilt': 0, 'turn': 0}, 'trunk': {'bend': 0, 'side': 0, 'turn': 0}}
    still['legs'] = {'flex': 0, 'out': 0, 'turn': 0, 'knee': 0, 'ankle': 0}
    action = parse_actions({'a': {'b': {'ground': ground, **still, **sections}}}, 'test')['b']
    strict = FreePoser(poser.model, variation=0.0)
    for seed in range(10):
        pose = strict.pose(np.random.default_rng(seed), person, action)
        if pose.main == 'R':
            return pose
    raise AssertionError


def direction(poser, pose, start, end):
    step = pose.positions[poser.model.bone[end]] - pose.positions[poser.model.bone[start]]
    return step / np.linalg.norm(step)


@pytest.mark.parametrize('name', sorted(SHIPPED))
def test_every_action_meets_the_ground_and_leaves_limbs_out_of_the_body(poser, mean_body, name):
    action, overlaps = SHIPPED[name], []
    for seed in range(4):
        pose = poser.pose(np.random.default_rng(seed), mean_body, action)
        lowest = skin(poser, mean_body, pose)[:, 2].min()
        assert action.lift[0] - 1e-9 <= lowest <= action.lift[1] + 1e-9
        np.testing.assert_allclose(pose.positions[poser.model.bone['root'], :2], 0, atol=1e-9)
        identity = pose.rotations @ pose.rotations.transpose(0, 2, 1)
        np.testing.assert_allclose(identity, np.broadcast_to(np.eye(3), identity.shape), atol=1e-9)
        overlaps.append(poser._capsules.overlap(mean_body, pose.positions))
    assert np.median(overlaps) <= 0.02


@pytest.mark.parametrize('name', [name for name, action in SHIPPED.items() if action.ground == 'feet'])
def test_both_feet_are_on_the_ground(poser, mean_body, name):
    model = poser.model
    gaps = []
    for seed in range(3):
        pose = poser.pose(np.random.default_rng(seed), mean_body, SHIPPED[name])
        points = skin(poser, mean_body, pose)
        for side in 'LR':
            foot = model.share(f'foot.{side}', *(f'toe{n}-{k}.{side}' for n in range(1, 6) for k in (1, 2, 3))) > 0.5
            gaps.append(points[foot, 2].min())
    assert np.median(gaps) < 0.03
    assert max(gaps) < 0.08


@pytest.mark.parametrize(
    ('arms', 'wanted'),
    [
        ({'raise': 0, 'plane': 0}, (0, 0, -1)),
        ({'raise': 90, 'plane': 0}, (1, 0, 0)),
        ({'raise': 90, 'plane': 90}, (0, 1, 0)),
        ({'raise': 60, 'plane': -90}, (0, -np.sqrt(0.75), -0.5)),
        ({'raise': 150, 'plane': 0}, (0.5, 0, np.sqrt(0.75))),
    ],
)
def test_arms_point_where_the_angles_say(poser, mean_body, arms, wanted):
    pose = exact(poser, mean_body, arms={**arms, 'elbow': 0, 'turn': 0})
    for side, sign in (('R', 1), ('L', -1)):
        upper = direction(poser, pose, f'upperarm01.{side}', f'lowerarm01.{side}')
        np.testing.assert_allclose(upper, np.array(wanted) * [sign, 1, 1], atol=5e-3)


@pytest.mark.parametrize(
    ('turn', 'wanted'), [(0, (0, 1, 0)), (90, (0, 0, 1)), (-70, (0, np.cos(np.deg2rad(70)), -np.sin(np.deg2rad(70))))]
)
def test_a_bent_elbow_takes_the_forearm_ahead_and_turning_takes_it_up(poser, mean_body, turn, wanted):
    pose = exact(poser, mean_body, arms={'raise': 90, 'plane': 0, 'elbow': 90, 'turn': turn})
    for side in 'LR':
        np.testing.assert_allclose(direction(poser, pose, f'lowerarm01.{side}', f'wrist.{side}'), wanted, atol=5e-3)


@pytest.mark.parametrize(
    ('legs', 'thigh', 'shin'),
    [
        ({}, (0, 0, -1), (0, 0, -1)),
        ({'flex': 90, 'knee': 90}, (0, 1, 0), (0, 0, -1)),
        ({'knee': 90}, (0, 0, -1), (0, -1, 0)),
        ({'out': 30}, (0.5, 0, -np.sqrt(0.75)), (0.5, 0, -np.sqrt(0.75))),
        ({'flex': 90, 'knee': 90, 'turn': 45}, (0, 1, 0), (-np.sqrt(0.5), 0, -np.sqrt(0.5))),
    ],
)
def test_legs_point_where_the_angles_say(poser, mean_body, legs, thigh, shin):
    still = {'flex': 0, 'out': 0, 'turn': 0, 'knee': 0, 'ankle': 0}
    pose = exact(poser, mean_body, legs={**still, **legs})
    for side, sign in (('R', 1), ('L', -1)):
        mirror = np.array([sign, 1, 1])
        upper = direction(poser, pose, f'upperleg01.{side}', f'lowerleg01.{side}')
        lower = direction(poser, pose, f'lowerleg01.{side}', f'foot.{side}')
        np.testing.assert_allclose(upper, np.array(thigh) * mirror, atol=5e-3)
        np.testing.assert_allclose(lower, np.array(shin) * mirror, atol=5e-3)


@pytest.mark.parametrize(('pitch', 'face'), [(90, -1), (-90, 1)])
def test_lying_faces_down_or_up(poser, mean_body, pitch, face):
    pose = exact(poser, mean_body, ground='settle', body={'pitch': pitch})
    assert np.ptp(skin(poser, mean_body, pose)[:, 2]) < 0.65
    assert pose.rotations[poser.model.bone['spine01']][2, 1] * face > 0.8  # where the chest's front points


def test_poses_vary_and_the_same_state_gives_the_same_pose(poser, mean_body):
    poses = [poser.pose(np.random.default_rng(seed), mean_body, SHIPPED['dancing_wide']) for seed in (1, 1, 2, 3)]
    np.testing.assert_array_equal(poses[0].positions, poses[1].positions)
    spread = np.std([pose.positions[poser.model.bone['wrist.R']] for pose in poses[1:]], axis=0)
    assert np.linalg.norm(spread) > 0.1
    assert {poser.pose(np.random.default_rng(k), mean_body, SHIPPED['waving']).main for k in range(12)} == {'L', 'R'}
