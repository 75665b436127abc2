from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from synpose.generation.rendering.cameras import CLEARANCE, Camera, sample_camera
from synpose.generation.rooms.building import lay_out
from synpose.generation.rooms.room_plans import load_rooms

CONFIG = Path(__file__).parents[3] / 'configs/generate/_base_/classroom.py'

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


class Hall:
    """A room 7 x 8 x 3 m whose rear half is .4 m higher, with some heads."""

    extent = (7.0, 8.0, 3.0)
    headroom = np.inf

    def __init__(self, heads=((0.0, 4.0, 1.2),)):
        self._heads = np.array(heads, dtype=float)

    def floor(self, x, y):
        return 0.4 if y < 4 else 0.0

    def heads(self):
        return self._heads


@pytest.mark.parametrize('camera_id', range(8))
def test_eight_cameras_hang_inside_and_look_down(camera_id):
    for seed in range(20):
        camera = sample_camera(np.random.default_rng(seed), camera_id, Hall(), (512, 288), RANGES)
        x, y, z = camera.position
        assert abs(x) < 3.5
        assert 0 < y < 8
        assert 2.2 + Hall().floor(x, y) <= z <= 2.9 + 1e-9
        assert 14 - 1e-6 <= np.rad2deg(camera.pitch) <= 45 + 1e-6
        fov = 2 * np.rad2deg(np.arctan(256 / camera.K[0, 0]))
        assert 55 <= fov <= 85
        assert camera.viewpoint == ('front', 'back')[camera_id % 2]


def test_cameras_hang_below_beams():
    hall = Hall()
    hall.headroom = 2.5
    assert sample_camera(np.random.default_rng(0), 0, hall, (64, 36), RANGES).position[2] <= 2.4


def test_cameras_keep_away_from_heads():
    corner = Hall([(-3.2, 7.7, 1.9), (-2.9, 7.9, 1.8)])
    for seed in range(50):
        position = sample_camera(np.random.default_rng(seed), 0, corner, (64, 36), RANGES).position
        assert np.linalg.norm(corner.heads() - position, axis=1).min() > 0.9  # the corner itself leaves .7
    free = [
        np.linalg.norm(
            Hall().heads() - sample_camera(np.random.default_rng(k), k % 8, Hall(), (64, 36), RANGES).position
        )
        for k in range(50)
    ]
    assert min(free) >= CLEARANCE


PLANS = load_rooms()


@pytest.mark.parametrize('i', range(56))
def test_the_grid_of_rooms_and_cameras(i):
    """Every camera of the catalogue hangs free, sees people and keeps its distance from them."""
    ranges = Config.fromfile(CONFIG).generator.camera
    room, _ = lay_out(np.random.default_rng(i), PLANS[i])
    if PLANS[i].ceiling == 'beams':
        room.headroom = room.extent[2] - 0.35
    width, depth, height = room.extent
    faces = room.heads()[: len(room.places)] - [0, 0, 0.15]
    for camera_id in range(8):
        camera = sample_camera(np.random.default_rng((i, camera_id)), camera_id, room, (1920, 1080), ranges)
        x, y, z = position = camera.position
        assert abs(x) < 0.5 * width - 0.1
        assert 0.1 < y < depth - 0.1
        assert room.floor(x, y) + 2 < z < height - 0.05
        assert np.linalg.norm(room.heads() - position, axis=1).min() > 1.2
        points = camera.to_camera(faces)
        pixels = camera.project(points)
        seen = (points[:, 2] > 0) & (pixels > 0).all(1) & (pixels < (1920, 1080)).all(1)
        assert seen.sum() >= 2
