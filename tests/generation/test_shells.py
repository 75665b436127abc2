import numpy as np
import pytest

from synpose.generation.shells import averaging, clip, inflate, split_seams, tube, vertex_normals

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
