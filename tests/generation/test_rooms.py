from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from synpose.generation.rooms import build_room, sample_material

CONFIG = Path(__file__).parents[2] / 'configs/generate/_base_/classroom.py'


@pytest.fixture(scope='module')
def settings():
    generator = Config.fromfile(CONFIG).generator
    return generator.sizes, generator.style


def build(settings, size, seed=0):
    return build_room(np.random.default_rng(seed), size, *settings)


@pytest.mark.parametrize(('size', 'places'), [('small', 6), ('medium', 12), ('large', 20)])
def test_everything_stands_inside(settings, size, places):
    room = build(settings, size)
    assert len(room.places) == places
    width, depth, height = room.extent
    points = np.concatenate([mesh.vertices for mesh in room.meshes] + [light.mesh.vertices for light in room.lights])
    margin = 0.06  # frames of windows and doors reach into the wall
    assert np.abs(points[:, 0]).max() <= width / 2 + margin
    assert points[:, 1].min() >= -margin
    assert points[:, 1].max() <= depth + margin
    assert points[:, 2].min() >= -margin
    assert points[:, 2].max() <= height + margin


def test_neighbors_do_not_share_space(settings):
    for seed in range(10):
        spots = np.array([place.position for place in build(settings, 'large', seed).places])
        apart = np.linalg.norm(spots[:, None] - spots[None], axis=-1) + 9 * np.eye(len(spots))
        assert apart.min() > 0.95


def test_lights_shine_into_the_room(settings):
    room = build(settings, 'medium')
    center = np.array([0, room.extent[1] / 2, 1.0])
    for light in room.lights:
        a, b, c = (light.mesh.vertices[light.mesh.faces[:, i]] for i in range(3))
        toward = np.einsum('ij,ij->i', np.cross(b - a, c - a), center - a)
        assert (toward > 0).all()


def test_a_room_is_a_function_of_its_seed(settings):
    first, same, other = build(settings, 'small', 1), build(settings, 'small', 1), build(settings, 'small', 2)
    assert first.extent == same.extent != other.extent
    for a, b in zip(first.meshes, same.meshes):
        np.testing.assert_array_equal(a.vertices, b.vertices)
        np.testing.assert_array_equal(a.material.color, b.material.color)


def test_unknown_texture_is_named():
    style = {'hue': (0, 1), 'saturation': (0, 1), 'value': (0, 1), 'textures': ('marble',)}
    with pytest.raises(ValueError, match="unknown texture 'marble'"):
        sample_material(np.random.default_rng(0), style)
