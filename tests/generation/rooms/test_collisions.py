import numpy as np
import pytest

from synpose.generation.primitives import Material
from synpose.generation.rooms.collisions import Solid, bodies_intersect, bounds, faces_near, overlap
from synpose.generation.shapes import box

pytest.importorskip('fcl')


def sphere(center, radius=1.0, steps=24):
    """A sphere of latitude and longitude: (vertices, faces)."""
    theta = np.linspace(0, np.pi, steps)
    phi = np.linspace(0, 2 * np.pi, 2 * steps, endpoint=False)
    t, p = np.meshgrid(theta, phi, indexing='ij')
    points = np.stack([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], -1).reshape(-1, 3)
    faces = []
    for i in range(steps - 1):
        for j in range(2 * steps):
            a, b = i * 2 * steps + j, i * 2 * steps + (j + 1) % (2 * steps)
            faces += [(a, a + 2 * steps, b), (b, a + 2 * steps, b + 2 * steps)]
    return np.asarray(center) + radius * points, np.array(faces)


def crosses(first, second):
    """Brute force: does an edge of one pass through a triangle of the other (Moeller-Trumbore)?"""
    for (va, fa), (vb, fb) in ((first, second), (second, first)):
        for face in fa:
            for k in range(3):
                start, along = va[face[k]], va[face[(k + 1) % 3]] - va[face[k]]
                for a, b, c in vb[fb]:
                    system = np.stack([-along, b - a, c - a], axis=1)
                    if abs(np.linalg.det(system)) > 1e-12:
                        t, u, v = np.linalg.solve(system, start - a)
                        if 0 <= t <= 1 and u >= 0 and v >= 0 and u + v <= 1:
                            return True
    return False


@pytest.mark.parametrize(
    ('distance', 'expected'), [(1.9, True), (1.98, True), (2.01, False), (3.0, False), (0.3, True)]
)
def test_spheres_meet_when_their_radii_reach(distance, expected):
    direction = np.array([0.6, 0.64, 0.48])
    assert bodies_intersect(*sphere((0, 0, 0)), *sphere(distance * direction)) is expected


def test_a_surface_inside_another_does_not_cross_it():
    assert not bodies_intersect(*sphere((0, 0, 0)), *sphere((0, 0, 0), 0.5))


def test_random_tetrahedra_against_brute_force():
    rng = np.random.default_rng(0)
    faces = np.array([(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)])
    found = []
    for _ in range(60):
        first, second = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)) + rng.uniform(-0.7, 0.7, 3)
        found.append(crosses((first, faces), (second, faces)))
        assert bodies_intersect(first, faces, second, faces) is found[-1]
    assert 10 < sum(found) < 55


def test_only_triangles_near_the_common_box_are_kept():
    vertices, faces = sphere((0, 0, 0))
    near = faces_near(vertices, faces, np.array([(0.8, -0.3, -0.3), (2, 0.3, 0.3)]))
    assert 0 < len(near) < len(faces) / 4
    reaches = vertices[faces].max(1)[:, 0] >= 0.8
    reaches &= (np.abs(vertices[faces][:, :, 1:]).min(1) <= 0.3).all(1)
    assert {tuple(f) for f in faces[reaches]} >= {tuple(f) for f in near}


@pytest.mark.parametrize(
    ('second', 'expected'),
    [
        (((1, 1, 1), (3, 3, 3)), ((1, 1, 1), (2, 2, 2))),
        (((3, 0, 0), (4, 1, 1)), None),
        (((0.5, 0.5, -9), (1, 1, 9)), ((0.5, 0.5, 0), (1, 1, 2))),
    ],
)
def test_overlap_of_boxes(second, expected):
    common = overlap(np.array([(0, 0, 0), (2, 2, 2)]), np.array(second))
    if expected is None:
        assert common is None
    else:
        np.testing.assert_allclose(common, expected)


def test_depth_inside_a_turned_box_is_the_shortest_way_out():
    solid = Solid('desk', np.array([1.0, 2.0, 0.5]), np.deg2rad(30), np.array([0.6, 0.3, 0.1]))
    rng = np.random.default_rng(0)
    local = rng.uniform(-0.8, 0.8, (500, 3))
    c, s = np.cos(solid.heading), np.sin(solid.heading)
    world = local @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + solid.center
    inside = (np.abs(local) < solid.half).all(axis=1)
    np.testing.assert_array_equal(solid.contains(world), inside)
    expected = np.minimum(solid.half - local, solid.half + local).min(axis=1)
    np.testing.assert_allclose(solid.depths(world), expected, atol=1e-12)


def test_the_box_around_a_turned_box():
    solid = Solid('desk', np.array([1.0, 2.0, 0.5]), 0.7, np.array([0.6, 0.3, 0.1]))
    corners = box(-solid.half, solid.half, Material(np.ones(3))).vertices
    c, s = np.cos(0.7), np.sin(0.7)
    world = corners @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + solid.center
    np.testing.assert_allclose(solid.bounds(), bounds(world), atol=1e-6)
