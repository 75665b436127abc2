import argparse
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from synpose.generation.primitives import Material, Person
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rooms.building import Light
from synpose.generation.shapes import quad

PATH = Path(__file__).resolve().parents[2] / 'benchmarks' / 'render.py'


@pytest.fixture(scope='module')
def bench():
    spec = importlib.util.spec_from_file_location('benchmark_render', PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def scene(bench):
    painted = Material(np.full(3, 0.5), np.full((4, 4, 3), 0.5, np.float32), 0.3)
    wall = quad((-5, 6, -3), (10, 0, 0), (0, 0, 8), painted)
    tiles = [quad((x, 4, 0), (1, 0, 0), (0, 0, 1), Material(np.ones(3))) for x in (0, 1)]
    people = [Person([tile], np.zeros((59, 3)), 'sitting') for tile in tiles]
    lamp = Light(quad((-1, 1, 4), (0, 2, 0), (2, 0, 0), Material(np.ones(3))), np.full(3, 5.0))
    camera = Camera.look_at((0, 0, 1), (0, 5, 1), np.deg2rad(60), (64, 36))
    return bench.Scene([wall], [lamp], people, camera, 0.25)


def test_another_size_keeps_the_view(scene):
    large = scene.with_size(128, 72).camera
    point = np.array([1.0, 6.0, 2.0])
    small_pixel, large_pixel = (c.project(c.to_camera(point)) + 0.5 for c in (scene.camera, large))
    np.testing.assert_allclose(large_pixel, 2 * small_pixel)


def test_the_exchanged_scene_is_complete(bench, scene, tmp_path):
    bench.export(scene.with_people(1), tmp_path / 'scene.npz')
    exchanged = np.load(tmp_path / 'scene.npz')
    assert len(exchanged['surfaces']) == 3
    wall, person, lamp = exchanged['surfaces']
    assert exchanged[f'{wall}_color'].shape == (4, 4, 3)
    np.testing.assert_allclose(exchanged[f'{wall}_color'], 0.25)
    np.testing.assert_array_equal(exchanged[f'{lamp}_color'], [5, 5, 5])
    assert [bool(exchanged[f'{name}_luminous']) for name in (wall, person, lamp)] == [False, False, True]
    np.testing.assert_allclose(exchanged['pose'][:3, 3], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(exchanged['pose'][:3, 2], [0, -1, 0], atol=1e-12)  # Blender's cameras look back
    assert float(exchanged['fov']) == pytest.approx(np.deg2rad(60))


def test_stages_of_our_renderer_add_up(bench, scene):
    pytest.importorskip('mitsuba')
    ticks = iter(range(1000))
    timer = bench.Timer(lambda: next(ticks))
    color = bench.render_ours(scene, 1, timer)
    assert color.shape == (36, 64, 3)
    assert set(timer.seconds) == set(bench.STAGES)
    assert timer.seconds['posing'] == pytest.approx(0.5)
    assert all(seconds > 0 for seconds in timer.seconds.values())


def test_correlation_tells_same_pictures_from_others(bench):
    first, second = np.random.default_rng(0).random((2, 20, 20, 3))
    assert bench.correlation(first, 3 * first) == pytest.approx(1)
    assert abs(bench.correlation(first, second)) < 0.3


@pytest.mark.parametrize('text', ['960', '960x', '0x540', 'axb', '-1x4'])
def test_bad_sizes_are_named(bench, text):
    assert bench.parse_size('960x540') == (960, 540)
    with pytest.raises(argparse.ArgumentTypeError, match=text):
        bench.parse_size(text)
