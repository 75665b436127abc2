import numpy as np
import pytest

from synpose.generation.cameras import Camera, sample_camera

RANGES = {'fov': (55, 85), 'height': (2.2, 3.0), 'pitch': (14, 45)}


@pytest.fixture
def camera():
    return Camera.look_at((1.0, 0.5, 2.5), (0.0, 4.0, 0.5), np.deg2rad(60), (640, 360))


def test_axes_follow_opencv(camera):
    np.testing.assert_allclose(camera.R @ camera.R.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(camera.R) == pytest.approx(1)
    target = camera.to_camera(np.array([0.0, 4.0, 0.5]))
    np.testing.assert_allclose(target[:2], 0, atol=1e-12)
    assert target[2] == pytest.approx(np.linalg.norm([1, 3.5, 2]))
    above = camera.to_camera(np.array([0.0, 4.0, 0.6]))
    assert above[1] < 0  # y points down
    np.testing.assert_allclose(camera.position, (1.0, 0.5, 2.5), atol=1e-12)


def test_projection_against_the_field_of_view(camera):
    edge = np.array([np.tan(np.deg2rad(30)) * 3, 0, 3])
    np.testing.assert_allclose(camera.project(edge), (639.5, 179.5))
    np.testing.assert_allclose(camera.project(np.array([0, 0, 7.0])), (319.5, 179.5))


@pytest.mark.parametrize(('drop', 'expected'), [(0.0, 0.0), (1.0, 45.0), (-1.0, -45.0)])
def test_pitch_is_the_angle_below_the_horizon(drop, expected):
    camera = Camera.look_at((0, 0, 2), (0, 1, 2 - drop), 1.0, (64, 36))
    assert np.rad2deg(camera.pitch) == pytest.approx(expected)


def test_mirroring_the_world_mirrors_the_pixels():
    camera = Camera.look_at((0, 0, 1), (0, 1, 1), 1.0, (64, 36))
    points = np.random.default_rng(0).uniform((-1, -1, 2), (1, 1, 4), (9, 3))
    x, y = camera.project(points).T
    np.testing.assert_allclose(camera.project(points * (-1, 1, 1)), np.stack([64 - 1 - x, y], -1))


def test_ray_cosines_turn_distance_into_depth(camera):
    point = np.array([0.4, -0.3, 2.0])
    column, row = np.round(camera.project(point)).astype(int)
    center = np.array([column, row, 1.0])
    ray = np.linalg.inv(camera.K) @ center
    assert camera.ray_cosines()[row, column] == pytest.approx(ray[2] / np.linalg.norm(ray))


@pytest.mark.parametrize('camera_id', range(8))
def test_eight_cameras_hang_inside_and_look_down(camera_id):
    size = (7.0, 8.0, 3.0)
    for seed in range(20):
        camera = sample_camera(np.random.default_rng(seed), camera_id, size, (512, 288), RANGES)
        x, y, z = camera.position
        assert abs(x) < 3.5
        assert 0 < y < 8
        assert 2.2 <= z <= 2.9 + 1e-9
        assert 14 - 1e-6 <= np.rad2deg(camera.pitch) <= 45 + 1e-6
        fov = 2 * np.rad2deg(np.arctan(256 / camera.K[0, 0]))
        assert 55 <= fov <= 85
        assert camera.viewpoint == ('front', 'back')[camera_id % 2]
