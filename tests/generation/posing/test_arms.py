import numpy as np
import pytest

from synpose.generation.bodies.kinematics import lean
from synpose.generation.posing.anchors import Anchors
from synpose.generation.posing.arms import ArmPoser
from synpose.generation.posing.goals import ANCHORS, SEAT_ANCHORS, ArmGoal
from synpose.generation.posing.stance import Stance
from synpose.generation.primitives import Seat
from synpose.skeletons import JOINT_NAMES

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}


@pytest.fixture(scope='module')
def arms(tailor):
    return ArmPoser(tailor.model)


def upright(model, stature=1.7, seat=None):
    body = model.build({}, stature)
    height = (seat.seat_height if seat else 0.8) + 0.1
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    return Stance(body, local, np.array([0, -0.1, height]), seat)


def reach(arms, goal, side='R', seat=None, seed=0):
    """Return the stance, its posed skin and its joints ``(59, 3)`` after one hand went to a goal."""
    stance = upright(arms.model, seat=seat)
    arms.pose(np.random.default_rng(seed), stance, goal, side)
    rotations, positions = arms.model.pose(stance.body, stance.local, stance.origin)
    vertices = arms.model.skin(stance.body, rotations, positions, stance.body.vertices)
    return stance, vertices, arms.model.joints(vertices, positions)


@pytest.mark.parametrize('point', ['wrist', 'palm', 'fingers'])
@pytest.mark.parametrize('side', ['L', 'R'])
def test_the_chosen_part_of_the_hand_is_at_the_goal(arms, point, side):
    offset = (0.05, 0.55, 0.0)
    goal = ArmGoal('shoulder', offset, offset, point=point, flat=0.0, curl=(0.0, 0.0), clear=False)
    stance, _, joints = reach(arms, goal, side)
    start = arms.model.pose(stance.body, stance.local, stance.origin)[1][arms.model.bone[f'upperarm01.{side}']]
    wanted = start + np.array(offset) * [1 if side == 'R' else -1, 1, 1]
    name = {'wrist': 'wrist', 'palm': 'palm', 'fingers': 'middle_tip'}[point]
    own = {'L': 'left', 'R': 'right'}[side]
    # The shoulder moves a little with the arm, after the goal was placed.
    assert np.linalg.norm(joints[ROW[f'{own}_{name}']] - wanted) < 0.06


def test_the_palm_faces_where_it_should(arms):
    for palm, sign in (((0, 0, -1), -1), ((0, 0, 1), 1)):
        goal = ArmGoal('shoulder', (0, 0.35, -0.2), (0, 0.35, -0.2), palm=palm, curl=(0.6, 0.6), clear=False)
        _, _, joints = reach(arms, goal)
        curled = joints[ROW['right_middle_tip']] - joints[ROW['right_middle_1']]
        assert np.sign(curled[2]) == sign


def test_an_index_finger_can_point(arms):
    goal = ArmGoal('shoulder', (0, 0.35, 0), (0, 0.35, 0), curl=(1.0, 1.0), index=(0.0, 0.0), clear=False)
    _, _, joints = reach(arms, goal)

    def length(finger):
        return np.linalg.norm(joints[ROW[f'right_{finger}_tip']] - joints[ROW[f'right_{finger}_1']])

    assert length('index') > 1.25 * length('middle')


@pytest.mark.parametrize('low', [0.0, 0.06])
def test_hands_rest_on_the_desk(arms, low):
    goal = ArmGoal('desk', (0.15, 0.2, low), (0.15, 0.2, low), elbow=(1, -0.4, -0.6), rests=True)
    _, vertices, _ = reach(arms, goal, seat=Seat())
    hand = vertices[(arms.model.share('wrist', 'finger', 'metacarpal') > 0.5) & (vertices[:, 0] > 0)]
    assert hand[:, 2].min() == pytest.approx(Seat().desk_height + 0.003, abs=0.008)


def test_hands_leave_their_owners_head(arms):
    deep = (0.0, -0.06, 0.0)  # well inside the face
    for clear, expected in ((False, False), (True, True)):
        goal = ArmGoal('nose', deep, deep, elbow=(1, 0.5, -1), palm=(0, -1, 0), fingers=(-0.3, 0, 1), clear=clear)
        _, _, joints = reach(arms, goal)
        assert (joints[ROW['right_palm'], 1] > joints[ROW['nose'], 1] - 0.01) == expected


def test_anchors_lie_on_the_body_and_the_furniture(arms):
    model = arms.model
    stance = upright(model, seat=Seat())
    rotations, positions = model.pose(stance.body, stance.local, stance.origin)
    skin = model.skin(stance.body, rotations, positions, stance.body.vertices)
    for name in ANCHORS:
        for side, sign in (('L', -1), ('R', 1)):
            place, axes = Anchors(model).place(stance, rotations, positions, name, side)
            assert np.linalg.norm(skin - place, axis=1).min() < (0.5 if name in SEAT_ANCHORS else 0.09)
            np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)
            if name in ('lap', 'knee', 'side', 'shoulder', 'eye', 'ear', 'cheek', 'seat'):
                assert place[0] * sign > 0.01


def test_head_anchors_turn_with_the_head(arms):
    model = arms.model
    stance = upright(model)
    stance.local[model.bone['head']] = lean(0, 1.0, 0)
    rotations, positions = model.pose(stance.body, stance.local, stance.origin)
    nose, axes = Anchors(model).place(stance, rotations, positions, 'nose', 'R')
    nape, _ = Anchors(model).place(stance, rotations, positions, 'nape', 'R')
    ahead = (nose - nape)[:2] / np.linalg.norm((nose - nape)[:2])
    np.testing.assert_allclose(ahead, (np.sin(1.0), np.cos(1.0)), atol=0.05)
    np.testing.assert_allclose(axes @ [0, 1, 0], (np.sin(1.0), np.cos(1.0), 0), atol=1e-9)


def test_bad_anchors_are_told(arms):
    for anchor, message in (('moon', "unknown anchor 'moon'"), ('desk', "no 'desk' to reach for")):
        with pytest.raises(ValueError, match=message):
            reach(arms, ArmGoal(anchor, (0, 0, 0), (0, 0, 0)))
