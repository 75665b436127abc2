import json
from typing import Any

import pytest

from synpose.datasets.columnar.columns import Column
from synpose.datasets.columnar.fields import MISSING, common_kind, encode, kind_of

VALUES: dict[str, tuple[str, list]] = {
    'integers': ('int', [1, -(2**63), MISSING, 2**40, 0]),
    'huge': ('json', [1, 2**63]),
    'floats': ('float', [0.1, MISSING, 1e300]),
    'either': ('json', [1, 1.0]),
    'texts': ('str', ['ü', '', MISSING, 'b']),
    'half a surrogate': ('json', ['\ud800']),
    'booleans': ('json', [True, False, MISSING]),
    'nothing': ('json', [None, MISSING]),
    'never': ('json', [MISSING, MISSING]),
    'small lists': ('ints', [[1, 2], MISSING, [], [-3]]),
    'large lists': ('ints', [[1, 2**40], [-(2**31)], MISSING]),
    'float lists': ('floats', [[1.0], [], MISSING, [0.1, 2.0]]),
    'mixed lists': ('numbers', [[1.5, 2, 2**53], MISSING, [], [3], [0.1], [1] * 17 + [1.0]]),
    'lists beyond': ('json', [[2**53 + 1]]),
    'boolean lists': ('json', [[True, 1]]),
    'polygons': ('json', [[[1, 2.0]], {'size': [1, 2], 'counts': 'a"\\'}, None]),
    'objects': ('json', [{'a': [1, {'b': None}]}]),
}


def types_of(value: Any) -> str:
    return json.dumps(value) if value is not MISSING else 'MISSING'  # tells 1 from 1.0 and from True


@pytest.mark.parametrize('name', VALUES)
def test_values_come_back_with_their_types(name: str) -> None:
    kind, values = VALUES[name]
    assert kind_of(values) == kind
    column = Column(encode(values * 3, kind), kind)
    for start in range(len(values) * 3):
        for stop in range(start, len(values) * 3 + 1):
            found = column.values(start, stop)
            assert [types_of(value) for value in found] == [types_of(value) for value in (values * 3)[start:stop]]
            assert column.present(start, stop).tolist() == [value is not MISSING for value in (values * 3)[start:stop]]


@pytest.mark.parametrize(
    ('kinds', 'common'),
    [({'int'}, 'int'), ({'ints', 'floats'}, 'numbers'), ({'numbers', 'ints'}, 'numbers'), ({'int', 'float'}, 'json')],
)
def test_common_kind(kinds: set[str], common: str) -> None:
    assert common_kind(kinds) == common
