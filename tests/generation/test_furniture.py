import numpy as np
import pytest

from synpose.generation.furniture import box, chair, desk, merge, moved, quad, rod
from synpose.generation.primitives import Material, Seat

GRAY = Material(np.full(3, 0.5))


def volume(mesh):
    """Signed volume by the divergence theorem: positive when faces turn outward."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(float) for i in range(3))
    return float(np.einsum('ij,ij->i', a, np.cross(b, c)).sum() / 6)


def test_box_is_closed_and_faces_outward():
    mesh = box((1, 2, 3), (2, 4, 6), GRAY, tile=1.0)
    assert volume(mesh) == pytest.approx(6.0, rel=1e-5)
    np.testing.assert_allclose(mesh.vertices.min(0), (1, 2, 3))
    np.testing.assert_allclose(mesh.vertices.max(0), (2, 4, 6))
    assert mesh.uv.max() == pytest.approx(3.0)  # the longest edge carries three repetitions


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
    first, second, third = (
        box((0, 0, 0), (1, 1, 1), GRAY),
        box((2, 0, 0), (3, 1, 1), other),
        box((4, 0, 0), (5, 1, 1), GRAY),
    )
    merged = merge([first, second, third])
    assert [m.material is GRAY for m in merged] == [True, False]
    assert volume(merged[0]) == pytest.approx(2.0, rel=1e-5)
    np.testing.assert_allclose(merged[0].vertices.max(0), (5, 1, 1))


def test_moved_turns_counterclockwise_then_shifts():
    (mesh,) = moved([quad((0, 1, 0), (1, 0, 0), (0, 1, 0), GRAY)], (10, 0, 0), np.pi / 2)
    np.testing.assert_allclose(mesh.vertices[0], (9, 0, 0), atol=1e-6)


@pytest.mark.parametrize('panel', [True, False])
def test_furniture_keeps_to_the_seats_measures(panel):
    seat = Seat(seat_height=0.44, desk_height=0.73, desk_near=0.25, desk_depth=0.5, desk_width=0.8)
    points = np.concatenate([m.vertices for m in desk(seat, GRAY, GRAY, panel)])
    np.testing.assert_allclose(points.min(0), (-0.4, 0.25, 0), atol=1e-6)
    np.testing.assert_allclose(points.max(0), (0.4, 0.75, 0.73), atol=1e-6)
    top = chair(seat, GRAY, GRAY)[0].vertices
    assert top[:, 2].max() == pytest.approx(0.44)
    np.testing.assert_allclose(np.abs(top[:, 1]).max(), 0.5 * seat.seat_depth)
