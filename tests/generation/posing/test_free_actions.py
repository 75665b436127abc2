import numpy as np
import pytest

from synpose.generation.posing.free_actions import HIP_LIMITS, LIMITS, draw_angles, parse_actions, read_actions

SHIPPED = read_actions()


def test_shipped_actions_are_many_and_of_many_kinds():
    assert len(SHIPPED) >= 40
    kinds = {action.behavior for action in SHIPPED.values()}
    assert kinds >= {
        'standing',
        'walking',
        'running',
        'sitting',
        'crouching',
        'bending',
        'jumping',
        'lying',
        'crawling',
    }
    assert kinds >= {'dancing', 'stretching', 'sport', 'gesturing'}
    assert {action.ground for action in SHIPPED.values()} == {'feet', 'touch', 'settle'}


@pytest.mark.parametrize('name', sorted(SHIPPED))
def test_angles_stay_within_human_limits_however_wide_the_variation(name):
    rng = np.random.default_rng(0)
    for _ in range(20):
        angles = draw_angles(rng, SHIPPED[name], variation=1.0)
        assert set(angles) == set(LIMITS)
        for key, (low, high) in LIMITS.items():
            assert low - 1e-9 <= np.rad2deg(angles[key]) <= high + 1e-9 or key.endswith('leg.flex')
        for half in ('main', 'other'):
            hip = np.rad2deg(angles[f'{half}_leg.flex'] + angles['pelvis.pitch'])
            assert HIP_LIMITS[0] - 1e-9 <= hip <= HIP_LIMITS[1] + 1e-9


def test_an_arm_behind_the_back_rises_to_its_limit_only():
    record = {'x': {'y': {'ground': 'touch', 'arms': {'raise': 170, 'plane': -90}}}}
    angles = draw_angles(np.random.default_rng(0), parse_actions(record, 'f')['y'], 0.0)
    assert np.rad2deg(angles['main_arm.raise']) == pytest.approx(60)


def test_one_sides_angles_win_over_both_sides_and_both_over_defaults():
    record = {'x': {'y': {'ground': 'touch', 'legs': {'knee': 40}, 'main_leg': {'knee': [90, 90]}}}}
    action = parse_actions(record, 'f')['y']
    assert np.rad2deg(action.angles['main_leg.knee']) == pytest.approx([90, 90])
    assert np.rad2deg(action.angles['other_leg.knee']) == pytest.approx([40, 40])
    assert np.rad2deg(action.angles['other_leg.out']) == pytest.approx([0, 8])


def test_symmetric_sides_are_equal_and_others_differ():
    rng = np.random.default_rng(3)
    for name, equal in (('clapping', True), ('waving', False)):
        angles = draw_angles(rng, SHIPPED[name], 0.1)
        sides = [[angles[f'{half}_arm.{part}'] for part in ('raise', 'plane', 'elbow')] for half in ('main', 'other')]
        assert (sides[0] == sides[1]) is equal


@pytest.mark.parametrize(
    ('record', 'message'),
    [
        ({}, r"f: a\.b: needs the field 'ground'"),
        ({'ground': 'water'}, r"f: a\.b: ground: unknown 'water'"),
        ({'ground': 'feet', 'arm': {}}, r"f: a\.b: unknown field 'arm'"),
        ({'ground': 'feet', 'arms': {'lift': 3}}, r"f: a\.b: arms: unknown angle 'lift'"),
        ({'ground': 'feet', 'arms': {'elbow': [10, 170]}}, r'f: a\.b: arms\.elbow: \[10, 170\] is beyond the limits'),
        ({'ground': 'feet', 'arms': {'elbow': [40, 10]}}, r'f: a\.b: arms\.elbow: .*low > high'),
        ({'ground': 'feet', 'trunk': {'bend': 'far'}}, r'f: a\.b: trunk\.bend: '),
        ({'ground': 'feet', 'symmetric': 1}, r'f: a\.b: symmetric: expected true or false'),
        ({'ground': 'feet', 'lift': [0.1]}, r'f: a\.b: lift: expected 2 numbers'),
    ],
)
def test_bad_records_are_named(record, message):
    with pytest.raises(ValueError, match=message):
        parse_actions({'a': {'b': record}}, 'f')


def test_a_name_given_twice_is_refused():
    record = {'ground': 'feet'}
    with pytest.raises(ValueError, match=r'f: c\.b: this name is given to another action too'):
        parse_actions({'a': {'b': record}, 'c': {'b': record}}, 'f')
    with pytest.raises(ValueError, match='f: holds no action'):
        parse_actions({}, 'f')
