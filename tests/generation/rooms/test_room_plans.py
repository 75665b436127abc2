from collections import Counter

import pytest
import yaml

from synpose.generation.rooms.room_plans import KINDS, ROOM_SIZES, SIZE_EDGES, load_rooms

ROOM = {'name': 'mine', 'layout': {'type': 'rows', 'rows': 2, 'columns': 3}}


def test_the_catalogue_has_56_different_rooms():
    plans = load_rooms()
    assert len(plans) == 56
    assert len({str(plan.layout) + plan.desk + plan.chair for plan in plans}) == 56
    assert len({plan.name for plan in plans}) == 56
    assert {plan.kind for plan in plans} == set(KINDS)


def test_sizes_follow_the_seats_and_take_turns():
    plans = load_rooms()
    assert [plan.size for plan in plans] == [ROOM_SIZES[i % 3] for i in range(56)]
    for plan in plans:
        assert plan.size == ROOM_SIZES[sum(plan.seats > edge for edge in SIZE_EDGES)]


def test_every_kind_of_seating_desk_and_chair_is_used():
    plans = load_rooms()
    assert set(Counter(plan.layout['type'] for plan in plans)) == {
        'rows', 'arcs', 'islands', 'rounds', 'horseshoe', 'perimeter', 'circle',
    }  # fmt: skip
    assert {'bench', 'counter', 'none', 'legs', 'panel', 'trestle'} <= {plan.desk for plan in plans}
    assert {'folding', 'stool', 'office', 'wood', 'school', 'sled'} <= {plan.chair for plan in plans}


@pytest.mark.parametrize(
    ('rows', 'columns', 'size'), [(2, 3, 'small'), (5, 6, 'small'), (7, 8, 'medium'), (9, 10, 'large')]
)
def test_the_size_of_an_own_room_comes_from_its_seats(rows, columns, size):
    (plan,) = load_rooms([{'name': 'mine', 'layout': {'type': 'rows', 'rows': rows, 'columns': columns}}])
    assert (plan.seats, plan.size, plan.kind) == (rows * columns, size, 'classroom')


def test_a_given_size_is_kept():
    (plan,) = load_rooms([{**ROOM, 'size': 'large'}])
    assert plan.size == 'large'


def test_names_and_records_may_be_mixed():
    plans = load_rooms(['city_school_pairs', ROOM, 'village_school'])
    assert [plan.name for plan in plans] == ['city_school_pairs', 'mine', 'village_school']


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / 'rooms.yaml'
    path.write_text(yaml.safe_dump({'rooms': [ROOM]}))
    assert load_rooms(path) == load_rooms(str(path)) == load_rooms([ROOM])


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'kind': 'stadium'}, "rooms: room 'mine': kind: unknown 'stadium'"),
        ({'sise': 'small'}, "rooms: room 'mine': unknown field 'sise'"),
        ({'windows': ['left', 'roof']}, "room 'mine': windows: unknown 'roof'"),
        ({'decorations': 'clock'}, "decorations: expected a list, got 'clock'"),
        ({'height': [3.0, 2.5]}, r'height: the range \[3.0, 2.5\] has low > high'),
        ({'height': [1.0, 2.5]}, 'height: .* is not within 2.4-15 m'),
        ({'doors': 3}, r'doors: 3 is not a whole number in \[0, 2\]'),
        ({'occupancy': 1.5}, r'occupancy: 1.5 is not a number in \[0, 1\]'),
        ({'style': {'carpet': {}}}, 'style: carpet: no such part'),
        ({'style': {'wall': {'textures': ['marble']}}}, "style: wall: unknown texture 'marble'"),
        ({'style': {'wall': {'hue': [1]}}}, r'style: wall: hue: \[1\] is no \(low, high\)'),
        ({'layout': {'type': 'heap'}}, "layout: type: unknown 'heap'"),
        ({'layout': {'type': 'rows', 'rows': 2}}, 'layout: .*columns'),
        ({'layout': {'type': 'rows', 'rows': 0, 'columns': 3}}, r'layout: rows: 0 is not a whole number in \[1, 500\]'),
        ({'layout': {'type': 'rows', 'rows': 2.5, 'columns': 3}}, 'layout: rows: 2.5 is not a whole number'),
        ({'layout': {'type': 'rows', 'rows': 2, 'columns': 3, 'seats': 4}}, "layout: rows has no 'seats'"),
        ({'layout': {'type': 'rows', 'rows': 2, 'columns': 3, 'blocks': [2, 2]}}, 'blocks .* do not add up'),
        ({'layout': {'type': 'horseshoe', 'base': 0, 'arms': 0}}, 'layout: has no seats'),
        ({'name': ''}, "name: expected a name, got ''"),
    ],
)
def test_a_wrong_field_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        load_rooms([{**ROOM, **changes}])


@pytest.mark.parametrize(
    ('source', 'message'),
    [
        (['no_such_room'], "room 'no_such_room' is not in the catalogue"),
        ([ROOM, ROOM], "two rooms are named 'mine'"),
        ([], r'expected a list of rooms, got \[\]'),
        ([7], 'room 0: expected a mapping'),
        ([{'name': 'bare'}], "room 'bare': needs the field 'layout'"),
    ],
)
def test_a_wrong_list_is_told(source, message):
    with pytest.raises(ValueError, match=message):
        load_rooms(source)


def test_files_are_named_in_errors(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'absent\.yaml'):
        load_rooms(tmp_path / 'absent.yaml')
    path = tmp_path / 'rooms.yaml'
    path.write_text('rooms: [{name: odd, layout: {type: heap}}]')
    with pytest.raises(ValueError, match=r"rooms\.yaml: room 'odd': layout: type: unknown 'heap'"):
        load_rooms(path)
    path.write_text('- name: odd')
    with pytest.raises(ValueError, match=r'rooms\.yaml'):
        load_rooms(path)
