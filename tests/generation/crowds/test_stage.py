import numpy as np
import pytest

from synpose.generation.crowds.stage import open_air, stage_scale
from synpose.generation.primitives import Material, Person
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rooms.finishes import Light
from synpose.generation.shapes import box, quad

PHOTO = np.full((120, 160, 3), 128, np.uint8)
FOV = np.deg2rad(40)


def camera_at(distance, pitch=0.0, height=1.0):
    """Look at a point 1 m above the ground."""
    ahead = np.array([0, np.cos(pitch), -np.sin(pitch)])
    aim = np.array([0, distance * np.cos(pitch), height])
    return Camera.look_at(aim - distance * ahead, aim, FOV, (160, 120))


def block(*place):
    mesh = box(np.array([-0.5, -0.5, 0]), np.array([0.5, 0.5, 2.0]), Material(np.ones(3) / 2))
    return Person([mesh], np.tile([[0, 0, 1.0]], (59, 1)), 'block').placed(np.array([*place, 0.0]), 0.0)


@pytest.mark.parametrize('distance', [3.0, 10.0, 25.0, 45.0, 120.0])
@pytest.mark.parametrize('pitch', [0.0, 45.0])
def test_people_at_any_distance_show_all_their_pixels(distance, pitch):
    pytest.importorskip('mitsuba')
    from synpose.generation.rendering.renderer import SceneRenderer

    camera = camera_at(distance, np.deg2rad(pitch))
    person = block(0, distance * np.cos(np.deg2rad(pitch)))
    lamp = Light(quad((-1, -1, 900), (0, 2, 0), (2, 0, 0), Material(np.ones(3))), np.ones(3))
    expected = (SceneRenderer([], [lamp], [person], 1).render(camera, 0).stencil > 0).sum()
    front = 2.0 * (camera.K[0, 0] / (distance - 0.5)) ** 2  # px of its near face, 1 m x 2 m
    assert distance < 5 or expected > 0.7 * np.cos(np.deg2rad(pitch)) * front
    for seed in range(3):  # suns
        meshes, lights = open_air(np.random.default_rng(seed), person.joints, camera.position, PHOTO)
        rendering = SceneRenderer(meshes, lights, [person], 1).render(camera, 0)
        assert (rendering.stencil > 0).sum() == expected


@pytest.mark.parametrize('distance', [4.0, 30.0, 300.0])
def test_camera_and_crowd_lie_before_every_light(distance):
    rng = np.random.default_rng(0)
    for _ in range(30):
        camera = camera_at(distance, rng.uniform(-0.5, 1.3))
        spread = rng.choice([2.0, 0.5 * distance])
        points = np.array([0, camera.position[1] + distance, 0]) + rng.uniform(-spread, spread, (40, 3)) * (1, 1, 0)
        _, lights = open_air(rng, points, camera.position, PHOTO)
        for light in lights:
            a, b, c = light.mesh.vertices[light.mesh.faces[0]].astype(float)
            normal = np.cross(b - a, c - a)
            ahead = (np.vstack([points, camera.position]) - a) @ (normal / np.linalg.norm(normal))
            assert ahead.min() > 1.5


@pytest.mark.parametrize('distance', [5.0, 60.0])
def test_the_light_on_the_crowd_does_not_depend_on_the_distance(distance):
    points = np.array([[0, distance, 1.0]])
    _, near = open_air(np.random.default_rng(2), np.array([[0, 5.0, 1.0]]), np.array([0, 0, 1.0]), PHOTO)
    _, far = open_air(np.random.default_rng(2), points, np.array([0, 0, 1.0]), PHOTO)
    for one, other in zip(near, far, strict=True):
        np.testing.assert_allclose(one.radiance, other.radiance)
        sizes = []
        for light, y in ((one, 5.0), (other, distance)):
            corners = light.mesh.vertices - np.array([0, y, 1.0])
            sizes.append(np.ptp(corners, axis=0).max() / np.linalg.norm(corners.mean(axis=0)))
        assert sizes[0] == pytest.approx(sizes[1], rel=0.07)  # the sky is measured from the ground


def test_a_small_crowd_nearby_has_the_normal_stage():
    points = np.array([[0, 4.0, 0], [1, 6.0, 1.7]])
    assert stage_scale(points, np.array([0, 0, 1.5]), np.array([0, 0.6, 0.8])) == 1.0
