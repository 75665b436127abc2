import numpy as np
import pytest

from synpose.generation.primitives import Seat
from synpose.generation.rooms.layouts import LAYOUTS
from synpose.generation.rooms.seating import Platform, Seating, seat_line, turned

SEAT = Seat(desk_depth=0.5)
CASES = {
    'single desks': ('rows', {'rows': 3, 'columns': 4}, 12),
    'pairs': ('rows', {'rows': 3, 'columns': 6, 'blocks': (2, 2, 2), 'shared': 2, 'spacing': (0.7, 0.7)}, 18),
    'tiers': ('rows', {'rows': 4, 'columns': 8, 'blocks': (4, 4), 'shared': 0, 'spacing': (0.7, 0.7), 'rise': 0.2}, 32),
    'chevron': (
        'rows',
        {'rows': 3, 'columns': 6, 'blocks': (3, 3), 'shared': 3, 'spacing': (0.7, 0.7), 'skew': 20},
        18,
    ),
    'amphitheater': ('arcs', {'rows': 3, 'radius': 3.0, 'span': 120, 'spacing': 0.75}, None),
    'groups': ('islands', {'rows': 2, 'columns': 3, 'side': 2}, 24),
    'board room': ('islands', {'side': 5, 'ends': 1, 'turn': 90, 'shape': 'oval'}, 12),
    'round tables': ('rounds', {'rows': 2, 'columns': 2, 'seats': 6}, 24),
    'open round tables': ('rounds', {'rows': 1, 'columns': 2, 'seats': 7, 'open': True}, 12),
    'horseshoe': ('horseshoe', {'base': 4, 'arms': 3}, 10),
    'square': ('horseshoe', {'base': 4, 'arms': 3, 'lid': 4}, 14),
    'facing': ('horseshoe', {'base': 0, 'arms': 5, 'rings': 2, 'width': 1.8}, 20),
    'walls': ('perimeter', {'left': 4, 'right': 3, 'end': 2, 'middle': 2}, 13),
    'circle': ('circle', {'seats': 12}, 12),
}


def build(name):
    kind, parameters, _ = CASES[name]
    return LAYOUTS[kind](**parameters).build(np.random.default_rng(0), SEAT)


def inside(table, point, margin=0.0):
    x, y = turned(point[:2] - table.center[:2], -table.heading)
    if table.shape == 'round':
        return np.hypot(x, y) < 0.5 * table.length + margin
    return abs(x) < 0.5 * table.length + margin and abs(y) < 0.5 * table.depth + margin


@pytest.mark.parametrize('name', CASES)
def test_number_of_chairs_and_room_between_them(name):
    seating, expected = build(name), CASES[name][2]
    assert expected is None or len(seating.places) == expected
    spots = np.array([place.position[:2] for place in seating.places])
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=-1) + 9 * np.eye(len(spots))
    assert apart.min() > 0.6


@pytest.mark.parametrize('name', sorted(set(CASES) - {'circle'}))
def test_everyone_has_a_table_ahead_and_none_in_the_back(name):
    seating = build(name)
    for place in seating.places:
        ahead = place.position[:2] + turned(np.array([0, place.seat.desk_near + 0.15]), place.heading)
        own = [table for table in seating.tables if inside(table, ahead)]
        assert own
        assert own[0].center[2] == place.position[2]
        assert own[0].height == place.seat.desk_height
        # The chair and the trunk on it are clear of all tables.
        assert not any(inside(table, place.position, 0.15) for table in seating.tables)


def facing(place):
    return turned(np.array([0.0, 1.0]), place.heading)


@pytest.mark.parametrize('name', ['horseshoe', 'square', 'facing', 'circle', 'board room'])
def test_people_face_the_middle(name):
    seating = build(name)
    middle = np.mean([place.position[:2] for place in seating.places], axis=0)
    for place in seating.places:
        assert facing(place) @ (middle - place.position[:2]) > 0


def test_people_at_the_walls_face_them():
    seating = build('walls')
    x = np.array([place.position[0] for place in seating.places])
    left, right = (seating.places[i] for i in (x.argmin(), x.argmax()))
    np.testing.assert_allclose(facing(left), (-1, 0), atol=1e-9)
    np.testing.assert_allclose(facing(right), (1, 0), atol=1e-9)


def test_an_amphitheater_faces_its_center_and_rises_to_the_back():
    seating = build('amphitheater')
    radius = np.array([np.linalg.norm(place.position[:2]) for place in seating.places])
    height = np.array([place.position[2] for place in seating.places])
    np.testing.assert_allclose(height, 0.2 * np.round(radius - 3.0), atol=1e-9)
    for place, r in zip(seating.places, radius):
        np.testing.assert_allclose(facing(place), -place.position[:2] / r, atol=1e-9)


@pytest.mark.parametrize('name', ['tiers', 'amphitheater'])
def test_chairs_stand_on_the_highest_step_below_them(name):
    seating = build(name)
    for place in seating.places:
        for dy in (-0.25, 0.25):  # the chair's legs
            x, y = place.position[:2] + turned(np.array([0, dy]), place.heading)
            steps = [platform.height for platform in seating.platforms if platform.carries(x, y)]
            assert max(steps, default=0.0) == pytest.approx(place.position[2])


def test_the_outer_blocks_of_a_chevron_turn_to_the_middle():
    for place in build('chevron').places:
        assert facing(place)[0] * place.position[0] < 0


def test_tables_are_shared_from_one_end():
    seating = Seating()
    seat_line(seating, SEAT, 5, 0.8, np.array([1.0, 2.0, 0.0]), 0.0, shared=2)
    assert [round(table.length, 2) for table in seating.tables] == [1.59, 1.59, 0.79]
    assert [round(float(table.center[0]), 6) for table in seating.tables] == [-0.2, 1.4, 2.6]


def test_platforms_are_cut_at_the_walls():
    platform = Platform(np.array([[-9.0, 2], [9, 2]]), np.array([[-9.0, -9], [9, -9]]), 0.3).clipped(3.0, 8.0)
    assert platform.carries(2.9, 0.1)
    assert not platform.carries(0.0, 2.1)
    assert not platform.carries(3.1, 1.0)


def test_blocks_must_add_up():
    with pytest.raises(ValueError, match=r'blocks \(2, 2\) do not add up to 5 columns'):
        LAYOUTS['rows'](rows=1, columns=5, blocks=(2, 2))
