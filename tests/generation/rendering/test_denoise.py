import numpy as np
import pytest

from synpose.generation.rendering.denoise import (
    mix_bright,
    normals_from_depth,
    scattered_light,
    smooth_light,
    soften_edges,
    tone_map,
)

FOCAL = 40.0


def plane_depth(normal, offset, shape=(36, 64)):
    """Depth of the plane normal . p = offset seen through a pinhole."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    rays = np.dstack([(x - (shape[1] - 1) / 2) / FOCAL, (y - (shape[0] - 1) / 2) / FOCAL, np.ones(shape)])
    return offset / (rays @ normal)


@pytest.mark.parametrize('normal', [(0, 0, -1.0), (0, -0.6, -0.8), (0.48, -0.36, -0.8)])
def test_normals_of_planes(normal):
    depth = plane_depth(np.array(normal), -3.0)
    np.testing.assert_allclose(normals_from_depth(depth, FOCAL), np.broadcast_to(normal, (*depth.shape, 3)), atol=1e-5)


def test_smoothing_averages_on_a_surface_and_stops_at_a_step():
    depth = np.full((36, 64), 2.0)
    depth[:, 32:] = 3.0
    truth = np.where(depth == 2, 1.0, 0.2)[..., None].repeat(3, -1)
    noisy = truth * (1 + 0.5 * np.random.default_rng(0).uniform(-1, 1, truth.shape))
    normals = np.broadcast_to((0, 0, -1.0), truth.shape)
    smooth = smooth_light(noisy, depth, normals, np.ones(depth.shape), FOCAL)
    assert np.abs(smooth / truth - 1).std() < 0.2 * np.abs(noisy / truth - 1).std()
    np.testing.assert_allclose(smooth[:, 31].mean(), 1.0, rtol=0.05)
    np.testing.assert_allclose(smooth[:, 32].mean(), 0.2, rtol=0.05)


def test_untrusted_samples_do_not_spread():
    depth, light = np.full((20, 20), 2.0), np.ones((20, 20, 3))
    normals, trust = np.broadcast_to((0, 0, -1.0), light.shape), np.ones((20, 20))
    light[10, 10], trust[10, 10] = 3.0, 0
    np.testing.assert_allclose(smooth_light(light, depth, normals, trust, FOCAL), 1.0, atol=1e-3)


def test_soften_edges_leaves_planes_alone():
    light = np.random.default_rng(0).random((36, 64, 3)).astype(np.float32)
    flat = np.broadcast_to(np.float32([0, 0, -1]), light.shape).copy()
    slope = plane_depth(np.array([0, -0.6, -0.8]), -3.0).astype(np.float32)
    np.testing.assert_array_equal(soften_edges(light, slope, flat)[1:-1, 1:-1], light[1:-1, 1:-1])
    step = np.where(np.arange(64) < 32, 2.0, 4.0)[None].repeat(36, 0).astype(np.float32)
    changed = (soften_edges(light, step, flat) != light).any(-1)
    assert changed[:, 31:33].all()
    assert not changed[:, :31].any()
    assert not changed[:, 33:].any()


def test_soften_edges_finds_creases():
    light = np.random.default_rng(0).random((36, 64, 3)).astype(np.float32)
    normals = np.where(np.arange(64)[:, None] < 32, np.float32([0, 0, -1]), np.float32([0.8, 0, -0.6]))
    changed = (soften_edges(light, np.full((36, 64), 2.0), normals[None].repeat(36, 0)) != light).any(-1)
    np.testing.assert_array_equal(np.flatnonzero(changed.all(0)), [31, 32])
    assert changed.sum() == 2 * 36


def test_scattered_light_reaches_faces_turned_down_with_the_floors_color():
    light, albedo = np.ones((10, 10, 3)), np.full((10, 10, 3), 0.5)
    albedo[5:, :, 0] = 1.0
    normals = np.zeros((10, 10, 3))
    normals[..., 2] = np.where(np.arange(10) < 5, 1, -1)[:, None]
    added = scattered_light(light, normals, albedo)
    up, down = added[0, 0], added[-1, 0]
    assert down[0] / down[1] > up[0] / up[1] > 1


def test_tone_map_ignores_scale_and_keeps_order():
    linear = np.linspace(0.01, 3, 300).reshape(10, 10, 3)
    mapped = tone_map(linear)
    np.testing.assert_allclose(mapped, tone_map(linear * 50), atol=1e-5)
    assert (np.diff(mapped.ravel()) >= 0).all()
    assert mapped.max() <= 1
    assert tone_map(linear, 1.3).mean() > mapped.mean()


def test_a_lamp_at_a_pixels_edge_does_not_swallow_it():
    samples = np.array([0.1, 0.1, 0.1, 0.1, 100.0])[:, None]
    mixed = mix_bright(samples, 0.4)
    assert 0.1 < mixed[0] < 0.3
    np.testing.assert_allclose(mix_bright(np.full((5, 2, 3), 7.0), 0.4), 7.0)
    np.testing.assert_allclose(mix_bright(samples, 1e6), samples.mean(0), rtol=1e-2)
