from collections import Counter

import numpy as np
import pytest

from synpose.generation.primitives import Material
from synpose.generation.shapes import bent, box, ellipse, framed, merge, moved, prism, quad, rod, slab

GRAY = Material(np.full(3, 0.5))


def volume(mesh):
    """Signed volume by the divergence theorem: positive when faces turn outward."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(float) for i in range(3))
    return float(np.einsum('ij,ij->i', a, np.cross(b, c)).sum() / 6)


def is_closed(mesh):
    """Every edge is walked as often one way as the other, once vertices at one point count as one."""
    _, number = np.unique(np.round(mesh.vertices, 5), axis=0, return_inverse=True)
    edges = Counter((a, b) for face in number.reshape(-1)[mesh.faces] for a, b in zip(face, np.roll(face, -1)))
    return all(edges[b, a] == count for (a, b), count in edges.items())


def test_box_is_closed_and_faces_outward():
    mesh = box((1, 2, 3), (2, 4, 6), GRAY, tile=1.0)
    assert is_closed(mesh)
    assert volume(mesh) == pytest.approx(6.0, rel=1e-5)
    np.testing.assert_allclose(mesh.vertices.min(0), (1, 2, 3))
    np.testing.assert_allclose(mesh.vertices.max(0), (2, 4, 6))
    assert mesh.uv.max() == pytest.approx(3.0)  # the longest edge carries three repetitions


def test_slab_is_a_box_without_its_edges():
    size, bevel = np.array([1.0, 2.0, 0.5]), 0.05
    mesh = slab((0, 0, 0), size, GRAY, bevel)
    assert is_closed(mesh)
    # Each edge loses a triangular bar; at a corner three of them overlap in bevel^3 (5/6 by inclusion-exclusion).
    cut = 4 * (size - 2 * bevel).sum() * bevel**2 / 2 + 8 * bevel**3 * 5 / 6
    assert volume(mesh) == pytest.approx(size.prod() - cut, rel=1e-5)
    np.testing.assert_allclose((mesh.vertices.min(0), mesh.vertices.max(0)), (np.zeros(3), size), atol=1e-6)


@pytest.mark.parametrize(('power', 'area'), [(2.0, np.pi * 1.5), (200.0, 6.0)])
def test_prism_over_a_superellipse(power, area):
    mesh = prism(ellipse(3, 2, power, 400), 0.5, 2.5, GRAY, tile=1.0)
    assert is_closed(mesh)
    assert volume(mesh) == pytest.approx(2 * area, rel=0.01)
    np.testing.assert_allclose(mesh.vertices[:, 2].min(), 0.5)


def test_bent_panel_is_hollow_toward_the_sitter():
    mesh = bent(0.4, 0.3, 0.02, 0.05, GRAY)
    assert is_closed(mesh)
    assert volume(mesh) == pytest.approx(0.4 * 0.3 * 0.02, rel=1e-4)
    x, y, _ = mesh.vertices.T
    assert y[np.abs(x) < 1e-6].mean() == pytest.approx(-0.05)
    assert y[np.abs(x) > 0.199].mean() == pytest.approx(0.0)


def test_rod_encloses_a_cylinder():
    mesh = rod((0, 0, 0), (0, 0, 2), 0.5, GRAY, sides=64)
    np.testing.assert_allclose(np.linalg.norm(mesh.vertices[:, :2], axis=1), 0.5, rtol=1e-5)
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    outward = np.einsum('ij,ij->i', np.cross(b - a, c - a)[:, :2], a[:, :2])
    assert (outward > 0).all()


def test_a_closed_rod_may_taper():
    cone = rod((1, 0, 0), (1, 0, 3), (1.0, 0.5), GRAY, sides=256, closed=True)
    assert volume(cone) == pytest.approx(np.pi * (1 + 0.5 + 0.25), rel=1e-3)


def test_quad_faces_along_the_cross_product():
    mesh = quad((0, 0, 0), (2, 0, 0), (0, 1, 0), GRAY, tile=0.5)
    a, b, c = mesh.vertices[mesh.faces[0]]
    assert np.cross(b - a, c - a)[2] > 0
    np.testing.assert_allclose(mesh.uv.max(0), (4, 2))


def test_merge_joins_by_material_object():
    other = Material(np.full(3, 0.5))
    blocks = [box((2 * i, 0, 0), (2 * i + 1, 1, 1), material) for i, material in enumerate((GRAY, other, GRAY))]
    merged = merge(blocks)
    assert [m.material is GRAY for m in merged] == [True, False]
    assert volume(merged[0]) == pytest.approx(2.0, rel=1e-5)
    np.testing.assert_allclose(merged[0].vertices.max(0), (5, 1, 1))


def test_moved_turns_counterclockwise_then_shifts():
    (mesh,) = moved([quad((0, 1, 0), (1, 0, 0), (0, 1, 0), GRAY)], (10, 0, 0), np.pi / 2)
    np.testing.assert_allclose(mesh.vertices[0], (9, 0, 0), atol=1e-6)


def test_a_frame_surrounds_its_picture():
    points = np.concatenate([bar.vertices for bar in framed((0, 0, 0), (2, 0, 0), (0, 0, 1), 0.1, GRAY)])
    assert points[:, [0, 2]].min() < 0
    assert (points[:, [0, 2]].max(0) > (2, 1)).all()
    assert points[:, 1].min() < -0.05  # it stands out along u x v, which is -y
