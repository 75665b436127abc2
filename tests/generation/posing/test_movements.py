"""Movements as data; the poses made of them are tested in test_posing.py."""

import re
import subprocess
import sys
from collections import Counter

import pytest
import yaml

from synpose.generation.people.props import HELD, ON_DESK
from synpose.generation.posing.goals import ANCHORS, SEAT_ANCHORS
from synpose.generation.posing.movements import FOLDER, MOVEMENTS, SEATED, STANDING, load_movements, parse_movements

GOAL = {'anchor': 'desk', 'low': [0.1, 0.1, 0], 'high': [0.2, 0.2, 0]}
RECORD = {'main': GOAL, 'other': GOAL}


def parsed(record, **fields):
    return parse_movements({'behaviors': {'writing': {'scribbling': record}}, **fields}, 'mine')['scribbling']


def test_eighty_seated_movements_in_behaviors_one_can_learn():
    names = [movement.name for movement in (*SEATED, *STANDING)]
    assert len(SEATED) == 80
    assert len(STANDING) >= 10
    assert len(set(names)) == len(names) == len(MOVEMENTS)
    groups = Counter(movement.behavior for movement in SEATED)
    assert len(groups) == 18
    assert {'writing', 'reading', 'listening', 'using_phone', 'using_laptop', 'hand_raised', 'sleeping'} <= set(groups)


@pytest.mark.parametrize('movement', MOVEMENTS.values(), ids=list(MOVEMENTS))
def test_movements_are_possible(movement):
    for goal in (movement.main, movement.other):
        assert goal.anchor in ANCHORS
        assert movement in SEATED or goal.anchor not in SEAT_ANCHORS
        assert all(low <= high for low, high in zip(goal.low, goal.high))
        assert max(map(abs, (*goal.low, *goal.high))) < 0.8
    assert movement.held is None or movement.held in HELD
    assert set(movement.on_desk) <= set(ON_DESK)
    assert all(abs(angle) < 1.35 for angle in (*movement.turn, *movement.yaw, *movement.head_yaw))
    assert movement.legs


def test_a_goal_may_start_from_another_one():
    arms = {'near': GOAL, 'flat': {'like': 'near', 'rests': True}}
    movement = parsed({'main': 'flat', 'other': {'like': 'flat', 'curl': [0.5, 0.6]}}, arms=arms)
    assert movement.main.rests
    assert movement.main.low == (0.1, 0.1, 0.0)
    assert movement.other.curl == (0.5, 0.6)
    assert movement.behavior == 'writing'


def test_defaults_and_legs():
    legs = {'out': {'main': {'swing': [0.5, 0.6]}}, 'in': {'other': {'heel': [0.1, 0.2]}}}
    movement = parsed(RECORD, legs=legs, defaults={'legs': ['out', 'in'], 'pitch': [0.3, 0.4]})
    assert [choice.main.swing for choice in movement.legs] == [(0.5, 0.6), (-0.25, 0.35)]
    assert movement.pitch == (0.3, 0.4)
    assert len(parsed({**RECORD, 'legs': 'in'}, legs=legs).legs) == 1


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'pitch': [0.4, 0.1]}, 'mine: scribbling: pitch: the range .* has low > high'),
        ({'held': 'violin'}, "mine: scribbling: held: unknown 'violin'"),
        ({'on_desk': ['piano']}, "mine: scribbling: on_desk: unknown 'piano'"),
        ({'on_desk': 'paper'}, 'mine: scribbling: on_desk: expected a list'),
        ({'main': 'nowhere'}, "mine: scribbling: main: unknown goal 'nowhere'"),
        ({'main': {**GOAL, 'anchor': 'moon'}}, "mine: scribbling: main: anchor: unknown 'moon'"),
        ({'main': {**GOAL, 'low': [0.3, 0, 0]}}, 'mine: scribbling: main: low .* is above high .* along x'),
        ({'other': {'anchor': 'lap', 'low': [0, 0, 0]}}, "mine: scribbling: other: needs the field 'high'"),
        (
            {'main': {**GOAL, 'anchor': 'other_hand'}, 'other': {**GOAL, 'anchor': 'other_wrist'}},
            'main and other: each hand',
        ),
        ({'head_propped': True}, 'mine: scribbling: head_propped: neither hand is at the head'),
        ({'legs': {'third': {}}}, "mine: scribbling: legs: unknown field 'third'"),
        ({'legs': {'main': {'swing': [1, 0]}}}, 'mine: scribbling: legs: main: swing: the range'),
        ({'mood': 'good'}, "mine: scribbling: unknown field 'mood'"),
    ],
)
def test_errors_name_record_and_field(change, message):
    with pytest.raises(ValueError, match=message):
        parsed({**RECORD, **change})


def test_names_are_unique(tmp_path):
    twice = {'behaviors': {'writing': {'scribbling': RECORD}, 'reading': {'scribbling': RECORD}}}
    with pytest.raises(ValueError, match='mine: scribbling: a movement of this name is there already'):
        parse_movements(twice, 'mine')
    path = tmp_path / 'own.yaml'
    path.write_text('behaviors: {writing: {a: {}, a: {}}}')
    with pytest.raises(ValueError, match=f"{re.escape(str(path))}: 'a' is given twice"):
        load_movements(path)
    with pytest.raises(ValueError, match="mine: arms: itself: like: unknown goal 'itself'"):
        parsed(RECORD, arms={'itself': {'like': 'itself'}})


def test_own_files_can_include_the_packages_goals(tmp_path):
    (tmp_path / 'goals.yaml').write_text((FOLDER / 'goals.yaml').read_text())
    path = tmp_path / 'own.yaml'
    record = {'main': 'pen', 'other': 'flat_on_desk', 'legs': ['tucked']}
    path.write_text(yaml.safe_dump({'include': 'goals.yaml', 'behaviors': {'writing': {'scribbling': record}}}))
    assert load_movements(path)['scribbling'].main == MOVEMENTS['writing'].main
    with pytest.raises(FileNotFoundError, match=r'none\.yaml'):
        parsed(RECORD, include='none.yaml')
    with pytest.raises(ValueError, match="mine: unknown field 'movements'"):
        parse_movements({'movements': {}}, 'mine')


def test_import_synpose_reads_no_movements():
    command = [sys.executable, '-c', 'import sys, synpose; print("synpose.generation.posing.movements" in sys.modules)']
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1] == 'False'
