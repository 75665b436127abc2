"""Bodies: built once, since loading the model takes seconds."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree

from synpose.generation.bodies.anny_body import AnnyBody
from synpose.generation.bodies.kinematics import rotation
from synpose.skeletons import FINGERS, JOINT_NAMES, flip_name

ROW = {name: i for i, name in enumerate(JOINT_NAMES)}


@cache
def body_model() -> AnnyBody:
    return AnnyBody()


def _rest_joints(body):
    model = body_model()
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    rotations, positions = model.pose(body, local, body.heads[0])
    vertices = model.skin(body, rotations, positions, body.vertices)
    np.testing.assert_allclose(vertices, body.vertices, atol=1e-9)
    return model.joints(vertices, positions)


def test_rest_joints_are_mirrored():
    joints = _rest_joints(body_model().build({}, stature=1.7))
    flipped = joints[[ROW[flip_name(name)] for name in JOINT_NAMES]] * [-1, 1, 1]
    # The mesh itself is not perfectly symmetric about the neck.
    np.testing.assert_allclose(joints, flipped, atol=0.003)


def test_joints_are_on_their_side_and_in_order():
    joints = _rest_joints(body_model().build({}, stature=1.7))
    x, y, z = (dict(zip(JOINT_NAMES, axis)) for axis in joints.T)
    for name in JOINT_NAMES:
        if name.startswith('left_'):
            assert x[name] < 0
        elif name.startswith('right_'):
            assert x[name] > 0
    assert y['nose'] > y['left_eye'] > y['left_ear']  # the body faces +y
    chain = ['head_top', 'left_eye', 'nose', 'chin', 'neck', 'chest', 'spine', 'pelvis', 'left_knee', 'left_ankle']
    heights = [z[name] for name in chain]
    assert heights == sorted(heights, reverse=True)
    assert y['left_toe'] > y['left_ankle'] + 0.1


@pytest.mark.parametrize('side', ['left', 'right'])
def test_fingers_in_order(side):
    joints = _rest_joints(body_model().build({}, stature=1.7))
    at = {
        name: joints[ROW[f'{side}_{name}']] for name in [n.removeprefix('left_') for n in JOINT_NAMES if 'left_' in n]
    }
    for finger in FINGERS:
        reach = [np.linalg.norm(at[f'{finger}_{joint}'] - at['wrist']) for joint in ('1', '2', 'tip')]
        assert reach == sorted(reach), finger
        bones = [np.linalg.norm(at[f'{finger}_{b}'] - at[f'{finger}_{a}']) for a, b in (('1', '2'), ('2', 'tip'))]
        assert all(0.01 < length < 0.09 for length in bones), finger
    from_index = [np.linalg.norm(at[f'{finger}_1'] - at['index_1']) for finger in FINGERS[1:]]
    assert from_index == sorted(from_index)
    assert np.linalg.norm(at['thumb_tip'] - at['index_tip']) < np.linalg.norm(at['thumb_tip'] - at['little_tip'])


@pytest.mark.parametrize('seed', [0, 1])
def test_joints_lie_in_or_near_the_body(seed):
    model, rng = body_model(), np.random.default_rng(seed)
    body = model.sample(rng, (9, 60))
    joints = _rest_joints(body)
    tree = cKDTree(body.vertices)
    for name, joint in zip(JOINT_NAMES, joints):
        distance, _ = tree.query(joint)
        assert distance < 0.03 or _inside(joint, body.vertices[model.faces]), name


def _inside(point, triangles):
    """Tell by the winding number (van Oosterom and Strackee 1983) whether a point is inside a closed mesh."""
    a, b, c = (triangles[:, k] - point for k in range(3))
    la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
    top = (a * np.cross(b, c)).sum(axis=1)
    bottom = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (a * c).sum(1) * lb
    return abs(np.arctan2(top, bottom).sum() / (2 * np.pi)) > 0.5


@pytest.mark.parametrize(('stature', 'age'), [(1.40, 0.33), (1.72, 0.6), (1.80, 0.67)])
def test_stature_is_met(stature, age):
    body = body_model().build({'age': age, 'gender': 0.5}, stature)
    assert body.stature == pytest.approx(stature, abs=1e-3)


def test_sampled_bodies_grow_up():
    model = body_model()
    statures = {
        years: np.mean([model.sample(np.random.default_rng(k), (years, years)).stature for k in range(6)])
        for years in (8, 12, 30)
    }
    assert statures[8] == pytest.approx(1.27, abs=0.06)
    assert statures[12] == pytest.approx(1.50, abs=0.07)
    assert statures[30] == pytest.approx(1.695, abs=0.08)


def test_skinning_moves_a_limb_rigidly_and_leaves_the_rest():
    model = body_model()
    body = model.build({}, stature=1.7)
    local = np.tile(np.eye(3), (len(model.labels), 1, 1))
    bone = model.bone['head']
    local[bone] = rotation([0, 0, 1], 0.5)
    moved = model.skin(body, *model.pose(body, local, body.heads[0]), body.vertices)
    head, feet = model.share('head', 'eye') > 0.999, model.share('foot', 'toe') > 0.999
    pivot = body.heads[bone]
    expected = pivot + (body.vertices[head] - pivot) @ rotation([0, 0, 1], 0.5).T
    np.testing.assert_allclose(moved[head], expected, atol=1e-4)
    np.testing.assert_allclose(moved[feet], body.vertices[feet], atol=1e-9)


def test_weights_sum_to_one():
    np.testing.assert_allclose(np.asarray(body_model().weights.sum(axis=1)).ravel(), 1, atol=1e-6)
