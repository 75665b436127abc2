import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.spatial.transform import Rotation

from synpose.generation.bodies.kinematics import (
    aligning,
    blend_skinning,
    depth_in_box,
    forward_kinematics,
    frame,
    lean,
    limited,
    rotation,
    twist_angle,
    two_bone_ik,
    within_reach,
)


def test_rotation_matches_scipy():
    axis = np.array([0.3, -1.0, 0.5])
    expected = Rotation.from_rotvec(0.7 * axis / np.linalg.norm(axis)).as_matrix()
    np.testing.assert_allclose(rotation(axis, 0.7), expected, atol=1e-12)


@pytest.mark.parametrize(
    ('angles', 'point', 'expected'),
    [
        ((np.pi / 2, 0, 0), [0, 0, 1], [0, 1, 0]),  # bending forward takes the head ahead
        ((0, np.pi / 2, 0), [0, 1, 0], [1, 0, 0]),  # turning right takes the nose to the right
        ((0, 0, np.pi / 2), [0, 0, 1], [1, 0, 0]),  # tilting right takes the head to the right
    ],
)
def test_lean_directions(angles, point, expected):
    np.testing.assert_allclose(lean(*angles) @ point, expected, atol=1e-12)


@pytest.mark.parametrize('target', [[0, 1, 0], [0.2, -0.4, 1.0], [-1, 0, 0], [1, 0, 0]])
def test_aligning_is_a_rotation_onto_the_target(target):
    source = np.array([1.0, 0, 0])
    matrix = aligning(source, np.array(target, dtype=float))
    np.testing.assert_allclose(matrix @ source, np.array(target) / np.linalg.norm(target), atol=1e-9)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(matrix) == pytest.approx(1)


def test_frame_is_orthonormal_and_keeps_its_direction():
    basis = frame(np.array([0.0, 2, 0]), np.array([1.0, 1, 0]))
    np.testing.assert_allclose(basis, [[0, 1, 0], [1, 0, 0], [0, 0, -1]], atol=1e-12)


@pytest.mark.parametrize('angle', [-2.5, -0.4, 0.0, 1.1, 3.0])
def test_twist_angle_of_a_twist_after_a_swing(angle):
    axis = np.array([0.0, 0.6, 0.8])
    swing = rotation(np.cross(axis, [1.0, 0, 0]), 0.5)
    assert twist_angle(swing @ rotation(axis, angle), axis) == pytest.approx(angle)


def test_limited_keeps_the_axis():
    axis = np.array([0.48, 0.6, 0.64])
    np.testing.assert_allclose(limited(rotation(axis, 2.0), 0.5), rotation(axis, 0.5), atol=1e-12)
    np.testing.assert_allclose(limited(rotation(axis, 0.3), 0.5), rotation(axis, 0.3), atol=1e-12)


def test_two_bone_ik_by_hand():
    # A 3-4-5 triangle: upper 3 along the pole, lower 4 ahead, hand 5 away.
    middle, end = two_bone_ik(np.zeros(3), np.array([0, 5.0, 0]), 3.0, 4.0, np.array([0, 0, -1.0]))
    np.testing.assert_allclose(middle, [0, 9 / 5, -12 / 5], atol=1e-12)
    np.testing.assert_allclose(end, [0, 5, 0], atol=1e-12)


def test_two_bone_ik_for_several_poles_and_out_of_reach():
    poles = np.array([[1.0, 0, 0], [0, 0, 1.0]])
    target = np.array([0, 9.0, 0])
    middle, end = two_bone_ik(np.zeros(3), target, 1.0, 1.0, poles)
    assert middle.shape == (2, 3)
    assert end[1] == pytest.approx(2 * 0.998)
    np.testing.assert_allclose(np.linalg.norm(middle, axis=1), 1.0, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(end - middle, axis=1), 1.0, atol=1e-9)
    assert middle[0, 0] > 0
    assert middle[1, 2] > 0


def test_two_bone_ik_rejects_bad_lengths():
    with pytest.raises(ValueError, match='positive'):
        two_bone_ik(np.zeros(3), np.ones(3), 0.0, 1.0, np.ones(3))


def test_within_reach_keeps_the_height():
    moved = within_reach(np.array([0, 10.0, -3.0]), np.zeros(3), 5.0)
    np.testing.assert_allclose(moved, [0, 4, -3], atol=1e-12)
    near = np.array([0.1, 0.1, -3.0])
    np.testing.assert_allclose(within_reach(near, np.zeros(3), 5.0), near)


def test_depth_in_box():
    points = np.array([[0.5, 0.5, 0.9], [0.5, 0.5, 0.5], [2, 0.5, 0.5]])
    np.testing.assert_allclose(depth_in_box(points, np.zeros(3), np.ones(3)), [0.1, 0.5, 0])


def test_forward_kinematics_by_hand():
    heads = np.array([[0, 0, 0], [0, 0, 1.0], [0, 0, 2.0]])
    quarter = rotation([1, 0, 0], -np.pi / 2)  # takes up to ahead
    local = np.stack([np.eye(3), quarter, quarter])
    rotations, positions = forward_kinematics(heads, [-1, 0, 1], local, np.array([5.0, 0, 0]))
    np.testing.assert_allclose(positions, [[5, 0, 0], [5, 0, 1], [5, 1, 1]], atol=1e-12)
    np.testing.assert_allclose(rotations[2] @ [0, 0, 1], [0, 0, -1], atol=1e-12)


def _tree(rng, count=40):
    """Return a random skeleton (every other bone of it in one long chain): joints, parents and local rotations."""
    parents = [-1, *(k - 1 if k % 2 else int(rng.integers(k)) for k in range(1, count))]
    local = np.stack([rotation(rng.normal(size=3), rng.normal()) for _ in range(count)])
    return rng.normal(size=(count, 3)), parents, local


@pytest.mark.parametrize('parents', [None, [-1], [-1, 0], list(range(-1, 20))])
def test_forward_kinematics_walks_down_the_tree(parents):
    rng = np.random.default_rng(0)
    heads, tree, local = _tree(rng)
    parents = tree if parents is None else parents
    heads, local, origin = heads[: len(parents)], local[: len(parents)], np.array([1.0, 2, 3])
    rotations, positions = forward_kinematics(heads, parents, local, origin)
    for bone, parent in enumerate(parents):
        turned = local[bone] if parent < 0 else rotations[parent] @ local[bone]
        place = origin if parent < 0 else positions[parent] + rotations[parent] @ (heads[bone] - heads[parent])
        np.testing.assert_allclose(rotations[bone], turned, atol=1e-12)
        np.testing.assert_allclose(positions[bone], place, atol=1e-12)


def test_blend_skinning_averages_what_each_bone_does():
    rng = np.random.default_rng(0)
    heads, parents, local = _tree(rng, 6)
    rotations, positions = forward_kinematics(heads, parents, local, np.zeros(3))
    weights, points = rng.dirichlet(np.ones(6), 20), rng.normal(size=(20, 3))
    moved = blend_skinning(csr_matrix(weights), rotations, heads, positions, points)
    for point, row, place in zip(points, weights, moved):
        expected = sum(w * (r @ (point - h) + p) for w, r, h, p in zip(row, rotations, heads, positions))
        np.testing.assert_allclose(place, expected, atol=1e-12)
