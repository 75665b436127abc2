from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from synpose.generation.rooms.building import build_room, sample_material, sample_seat
from synpose.generation.rooms.room_plans import load_rooms
from synpose.generation.rooms.seating import turned

CONFIG = Path(__file__).parents[3] / 'configs/generate/_base_/classroom.py'
PLANS = load_rooms()
SOME = (0, 2, 3, 6, 8, 9, 10, 12, 16, 22, 26, 27, 37, 45)
ROWS = {'name': 'own', 'layout': {'type': 'rows', 'rows': 3, 'columns': 4}}


@pytest.fixture(scope='module')
def style():
    """The shipped style; plain materials, which are quick to draw."""
    style = Config.fromfile(CONFIG).generator.style.to_dict()
    return {part: {k: v for k, v in values.items() if k != 'textures'} for part, values in style.items()}


@pytest.fixture(scope='module')
def grid(style):
    """Rooms of the catalogue by number: one of each layout, desk and chair, stepped halls among them."""
    return {i: build_room(np.random.default_rng(i), PLANS[i], style) for i in SOME}


@pytest.mark.parametrize('i', SOME)
def test_everything_is_inside_and_light(grid, i):
    room = grid[i]
    assert len(room.places) == PLANS[i].seats
    width, depth, height = room.extent
    points = np.concatenate([mesh.vertices for mesh in [*room.meshes, *(light.mesh for light in room.lights)]])
    low, high = points.min(0), points.max(0)
    margin = 0.02  # rods in corners
    assert (low >= np.array([-0.5 * width, 0, 0]) - margin).all()
    assert (high <= np.array([0.5 * width, depth, height]) + margin).all()
    assert sum(len(mesh.faces) for mesh in room.meshes) < 150_000
    assert len(room.meshes) < 80  # materials are shared


@pytest.mark.parametrize('i', SOME)
def test_sitters_have_room(grid, i):
    """A trunk-sized column above every seat meets no furniture but the sitter's own."""
    room = grid[i]
    column = np.array([(x, y, z) for x in (-0.15, 0, 0.15) for y in (-0.1, 0, 0.1) for z in np.arange(0.05, 1.2, 0.05)])
    for index, place in enumerate(room.places):
        points = turned(column.T, place.heading).T + place.position
        for solid in room.solids:
            if solid.place != index and np.linalg.norm(solid.center - place.position) < 1.5 + solid.half.max():
                assert not solid.contains(points).any(), solid


@pytest.mark.parametrize('i', SOME)
def test_lights_shine_into_the_room(grid, i):
    room = grid[i]
    center = np.array([0, room.extent[1] / 2, 1.0])
    assert len(room.lights) >= 2
    for light in room.lights:
        a, b, c = (light.mesh.vertices[light.mesh.faces[:, k]] for k in range(3))
        toward = np.einsum('ij,ij->i', np.cross(b - a, c - a), center - a)
        assert (toward > 0).all()


@pytest.mark.parametrize(('size', 'rows', 'columns'), [('small', 2, 3), ('medium', 3, 4), ('large', 4, 5)])
def test_an_own_room_of_single_desks(style, size, rows, columns):
    (plan,) = load_rooms([{'name': size, 'size': size, 'layout': {'type': 'rows', 'rows': rows, 'columns': columns}}])
    for seed in range(5):
        room = build_room(np.random.default_rng(seed), plan, style)
        assert room.size_name == size
        spots = np.array([place.position for place in room.places])
        assert len(spots) == rows * columns
        apart = np.linalg.norm(spots[:, None] - spots[None], axis=-1) + 9 * np.eye(len(spots))
        assert apart.min() > 0.95


def test_a_room_is_a_function_of_its_seed(style):
    (plan,) = load_rooms([ROWS])
    first, same, other = (build_room(np.random.default_rng(seed), plan, style) for seed in (1, 1, 2))
    assert first.extent == same.extent != other.extent
    for a, b in zip(first.meshes, same.meshes, strict=True):
        np.testing.assert_array_equal(a.vertices, b.vertices)
        np.testing.assert_array_equal(a.material.color, b.material.color)


def test_a_plans_style_overrides_the_generators(style):
    (plan,) = load_rooms([{**ROWS, 'style': {'chair': {'hue': [0.0, 0.0], 'saturation': [1, 1], 'value': [1, 1]}}}])
    room = build_room(np.random.default_rng(0), plan, style)
    assert any(np.allclose(mesh.material.color, (1, 0, 0)) for mesh in room.meshes)


@pytest.mark.parametrize(
    ('field', 'value', 'fewer'), [('windows', [], 'lights'), ('doors', 0, 'meshes'), ('decorations', [], 'meshes')]
)
def test_fields_add_things(style, field, value, fewer):
    plans = load_rooms([{**ROWS, 'chair': 'school'}, {**ROWS, 'chair': 'school', 'name': 'bare', field: value}])
    full, bare = (build_room(np.random.default_rng(3), plan, style) for plan in plans)

    def count(room):
        things = [light.mesh for light in room.lights] if fewer == 'lights' else room.meshes
        return sum(len(mesh.faces) for mesh in things)

    assert count(bare) < count(full)


def test_the_floor_of_a_lecture_hall_rises(grid):
    room = grid[2]
    depth = room.extent[1]
    assert room.floor(0, depth - 0.5) == 0
    assert room.floor(0, 0.1) == pytest.approx((PLANS[2].layout['rows'] - 1) * 0.18)
    heights = [room.floor(0, y) for y in np.linspace(0, depth, 50)]
    assert heights == sorted(heights, reverse=True)


def test_the_catalogue_covers_the_sample():
    """The rooms looked at here have every layout, desk and chair of the catalogue."""
    for value in (lambda plan: plan.layout['type'], lambda plan: plan.desk, lambda plan: plan.chair):
        assert {value(PLANS[i]) for i in SOME} >= {value(plan) for plan in PLANS} - {'any'}


def test_stools_and_tablets_have_seats_of_their_own():
    plans = {plan.name: plan for plan in PLANS}
    stool = sample_seat(np.random.default_rng(0), plans['chemistry_lab'])
    chair = sample_seat(np.random.default_rng(0), plans['village_school'])
    assert stool.seat_height > chair.seat_height
    assert stool.desk_height > chair.desk_height
    assert sample_seat(np.random.default_rng(0), plans['story_circle']).desk_depth < 0.31


def test_unknown_texture_is_named():
    style = {'hue': (0, 1), 'saturation': (0, 1), 'value': (0, 1), 'textures': ('marble',)}
    with pytest.raises(ValueError, match="unknown texture 'marble'"):
        sample_material(np.random.default_rng(0), style)
