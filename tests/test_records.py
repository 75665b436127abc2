import pytest

from synpose.generation.posing.goals import ArmGoal, LegGoal
from synpose.records import build, choice, flag, mapping, numbers, read_yaml, span, vector

READERS = {'anchor': choice('desk', 'lap'), 'low': vector, 'high': vector, 'curl': span, 'rests': flag}
GOAL = {'anchor': 'desk', 'low': [0, 0, 0], 'high': [1, 1, 1]}


def test_a_record_becomes_a_dataclass():
    goal = build(ArmGoal, {**GOAL, 'curl': [0.1, 0.2], 'rests': True}, READERS, 'file: goal')
    assert goal == ArmGoal('desk', (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), curl=(0.1, 0.2), rests=True)
    assert build(LegGoal, {}, {}, 'file: goal') == LegGoal()


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'anchor': 'moon'}, "file: goal: anchor: unknown 'moon', expected one of"),
        ({'curl': [0.3, 0.1]}, r'file: goal: curl: the range \[0.3, 0.1\] has low > high'),
        ({'curl': 0.3}, 'file: goal: curl: expected 2 numbers, got 0.3'),
        ({'low': [0, 0, float('nan')]}, 'file: goal: low: expected 3 numbers'),
        ({'low': [0, 0, True]}, 'file: goal: low: expected 3 numbers'),
        ({'rests': 1}, 'file: goal: rests: expected true or false, got 1'),
        ({'speed': 1}, "file: goal: unknown field 'speed'"),
    ],
)
def test_errors_name_record_and_field(change, message):
    with pytest.raises(ValueError, match=message):
        build(ArmGoal, {**GOAL, **change}, READERS, 'file: goal')


def test_missing_fields_are_told():
    with pytest.raises(ValueError, match="file: goal: needs the field 'high'"):
        build(ArmGoal, {'anchor': 'desk', 'low': [0, 0, 0]}, READERS, 'file: goal')


@pytest.mark.parametrize('value', [None, [1], 'text', {1: 2}])
def test_a_mapping_is_one(value):
    with pytest.raises(ValueError, match='here: expected a mapping'):
        mapping(value, 'here')


def test_numbers_are_floats():
    assert numbers([1, 2.5], 'here', 2) == (1.0, 2.5)


@pytest.mark.parametrize(
    ('text', 'message'),
    [('a: {b: 1, b: 2}', "'b' is given twice"), ('a: [', 'expected'), ('- 1', 'expected a mapping')],
)
def test_files_are_checked(tmp_path, text, message):
    path = tmp_path / 'records.yaml'
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        read_yaml(path)
    assert str(path) in str(error.value)
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / 'none.yaml')
