import numpy as np
import pytest

from synpose.generation.people.drapes import drape, support


def test_support_of_a_square():
    square = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    directions = np.array([[1.0, 0], [np.sqrt(0.5), np.sqrt(0.5)]])
    np.testing.assert_allclose(support(square, directions), [1, np.sqrt(2)])


@pytest.mark.parametrize('pleats', [0, 20])
def test_a_skirt_surrounds_both_legs(tailor, fitting, pleats):
    surface = drape(fitting, 0.12, -0.30, 0.012, 0.05, pleats)
    body, low, high = fitting.body.vertices, *surface.points[:, 2][[0, -1]]
    assert surface.points[:, 2].min() == pytest.approx(fitting.height(-0.30))
    legs = body[tailor.off_arms & (body[:, 2] > low) & (body[:, 2] < max(high, 0.0))]
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    directions = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    assert (support(surface.points[:, :2], directions) > support(legs[:, :2], directions)).all()
    np.testing.assert_allclose(surface.weights.sum(axis=1), 1, atol=1e-9)
    assert np.ptp(surface.uv[surface.faces], axis=1).max() < 0.5  # the seam is split


def test_faces_point_outward(fitting):
    surface = drape(fitting, 0.1, -0.2, 0.01)
    a, b, c = (surface.points[surface.faces[:, k]] for k in range(3))
    middle = surface.points.mean(axis=0) * [1, 1, 0]
    outward = (np.cross(b - a, c - a) * ((a + b + c) / 3 - middle) * [1, 1, 0]).sum(axis=1)
    assert (outward > 0).mean() > 0.97


def test_an_open_coat_leaves_the_front(fitting):
    points = drape(fitting, 0.1, -0.3, 0.02, span=(0.3, 2 * np.pi - 0.3)).points
    ahead = points[:, 1] > 0
    assert np.abs(points[ahead, 0]).min() > 0.02


def test_halves_follow_their_legs(tailor, fitting):
    surface = drape(fitting, 0.1, -0.3, 0.02)
    bone = tailor.model.bone
    hem = surface.points[:, 2] < fitting.height(-0.2)
    right = surface.points[:, 0] > 0.1
    weights = surface.weights.toarray()
    assert weights[hem & right, bone['upperleg01.R']].min() > 0.8
    assert weights[hem & right, bone['upperleg01.L']].max() < 0.1
