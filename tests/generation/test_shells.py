import numpy as np
import pytest

from synpose.generation.shells import (
    averaging,
    clip,
    inflate,
    lathe,
    midpoints,
    plane_waves,
    rounded_box,
    split_seams,
    tube,
    vertex_normals,
)

TETRAHEDRON = np.array([[0, 0, 0], [1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]])
TETRAHEDRON_FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype=np.int32)


def _area(vertices, faces):
    corners = vertices[faces]
    return np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2


@pytest.mark.parametrize(('height', 'area'), [(-1.0, 4.0), (0.5, 3.0), (1.25, 1.5), (3.0, 0.0)])
def test_clip_cuts_a_square_exactly(height, area):
    # A 2 x 2 square of a grid of triangles, cut at a height.
    x, y = np.meshgrid(np.arange(3.0), np.arange(3.0))
    vertices = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
    quads = [(i, i + 1, i + 4, i + 3) for i in (0, 1, 3, 4)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], dtype=np.int32)
    patch = clip(faces, vertices[:, 1] - height)
    points = patch.gather(vertices)
    assert _area(points, patch.faces) == pytest.approx(area)
    if len(points):
        assert points[:, 1].min() >= max(height, 0) - 1e-12
        assert (np.sign(np.cross(*np.diff(points[patch.faces][:, :, :2], axis=1).swapaxes(0, 1))) >= 0).all()


def test_clip_and_its_complement_make_up_the_whole():
    level = np.array([0.3, -0.2, 0.1, -0.4])
    kept, lost = clip(TETRAHEDRON_FACES, level), clip(TETRAHEDRON_FACES, -level)
    total = sum(_area(patch.gather(TETRAHEDRON), patch.faces) for patch in (kept, lost))
    assert total == pytest.approx(_area(TETRAHEDRON, TETRAHEDRON_FACES))
    np.testing.assert_allclose(kept.gather(level)[len(kept.kept) :], 0, atol=1e-12)


def test_clip_stores_a_shared_edge_once():
    faces = np.array([[0, 1, 2], [2, 1, 3]], dtype=np.int32)
    patch = clip(faces, np.array([1.0, -1.0, 1.0, 1.0]))
    assert len(patch.edges) == 3  # 0-1, 1-2 (shared), 1-3


def test_vertex_normals_point_outward():
    normals = vertex_normals(TETRAHEDRON, TETRAHEDRON_FACES)
    outward = TETRAHEDRON - TETRAHEDRON.mean(axis=0)
    assert ((normals * outward).sum(axis=1) > 0).all()
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)


def test_averaging_moves_halfway_to_the_neighbors():
    matrix = averaging(TETRAHEDRON_FACES, 4)
    expected = 0.5 * TETRAHEDRON[0] + 0.5 * TETRAHEDRON[1:].mean(axis=0)
    np.testing.assert_allclose((matrix @ TETRAHEDRON)[0], expected)


def test_inflate_keeps_its_distance_on_both_sides():
    vertices, normals = np.zeros((2, 3)), np.tile([0, 0, 1.0], (2, 1))
    smoothed = np.array([[0, 0, -0.5], [0, 0, 0.5]])
    shell = inflate(vertices, smoothed, normals, np.full(2, 0.1))
    np.testing.assert_allclose(shell[:, 2], [0.1, 0.5])


def test_split_seams_doubles_only_vertices_with_two_coordinates():
    faces = np.array([[0, 1, 2], [2, 1, 3]], dtype=np.int32)
    uv = np.array([[[0, 0], [1, 0], [0, 1]], [[0, 1], [5, 0], [1, 1]]], dtype=float)
    split, source, values = split_seams(faces, uv)
    assert sorted(source) == [0, 1, 1, 2, 3]
    np.testing.assert_array_equal(source[split], faces)
    np.testing.assert_allclose(values[split], uv)


def test_tube_faces_outward():
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1)
    rings = np.stack([ring, ring + np.array([0, 0, 1])])
    points, faces = rings.reshape(-1, 3), tube(rings)
    corners = points[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert len(faces) == 16
    assert ((normals * (corners.mean(axis=1) * [1, 1, 0])).sum(axis=1) > 0).all()


def _volume(points, faces):
    a, b, c = (points[faces[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def test_lathe_turns_a_cylinder():
    t = np.linspace(0, 2, 9)
    path = np.stack([0 * t, 0 * t, t], axis=1)
    radii = np.where((t == 0) | (t == 2), 1e-9, 0.5)
    points, faces, uv = lathe(path, radii, sides=64)
    # Two cones of height 1/4 at the ends of a cylinder of length 3/2.
    assert _volume(points, faces) == pytest.approx(np.pi * 0.25 * (1.5 + 2 * 0.25 / 3), rel=0.01)
    assert len(uv) == len(points)


def test_lathe_closes_a_torus():
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    path = np.stack([2 * np.cos(angle), 2 * np.sin(angle), 0 * angle], axis=1)
    points, faces, _ = lathe(path, np.full(96, 0.3), 48, (0.0, 0.0, 1.0), closed=True)
    assert _volume(points, faces) == pytest.approx(2 * np.pi**2 * 2 * 0.09, rel=0.01)
    np.testing.assert_allclose(points[:48], points[-48:], atol=1e-9)


def test_lathe_takes_two_half_axes():
    path = np.stack([np.zeros(5), np.zeros(5), np.arange(5.0)], axis=1)
    points, _, _ = lathe(path, np.tile([[0.4, 0.1]], (5, 1)), 16)
    assert np.ptp(points[:, 0]) == pytest.approx(0.8)
    assert np.ptp(points[:, 1]) == pytest.approx(0.2)


@pytest.mark.parametrize(('power', 'volume'), [(2.0, np.pi / 6), (60.0, 1.0)])
def test_rounded_box_goes_from_ellipsoid_to_box(power, volume):
    points, faces = rounded_box(np.array([1.0, 2.0, 3.0]), (0.2, 0.4, 0.6), power)
    assert _volume(points, faces) == pytest.approx(volume * 0.2 * 0.4 * 0.6, rel=0.13)
    np.testing.assert_allclose((points.min(axis=0) + points.max(axis=0)) / 2, [1, 2, 3], atol=1e-9)


def test_midpoints_keep_the_surface():
    faces, spread = midpoints(TETRAHEDRON_FACES[:2], 4)
    fine = spread @ TETRAHEDRON
    assert len(faces) == 8
    assert len(fine) == 4 + 5
    assert _area(fine, faces) == pytest.approx(_area(TETRAHEDRON, TETRAHEDRON_FACES[:2]))
    np.testing.assert_allclose(spread.sum(axis=1), 1)


def test_patch_matrix_gathers():
    level, values = np.array([0.3, -0.2, 0.1, -0.4]), np.random.default_rng(0).normal(size=(7, 3))
    source = np.array([6, 2, 0, 3])
    patch = clip(TETRAHEDRON_FACES, level)
    np.testing.assert_allclose(patch.matrix(7, source) @ values, patch.gather(values[source]))


def test_plane_waves_are_smooth_at_their_length():
    points = np.random.default_rng(0).uniform(size=(4000, 3))
    here, near = (plane_waves(np.random.default_rng(1), points + shift, (0.2, 0.3)) for shift in (0.0, 0.002))
    assert 0.3 < here.std() < 0.7
    assert np.abs(here - near).max() < 0.2
