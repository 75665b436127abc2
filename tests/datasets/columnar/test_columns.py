import pytest

from synpose.datasets.columnar.columns import Column, Records
from synpose.datasets.columnar.fields import MISSING, encode


def test_rows_and_integer_flags() -> None:
    values = [[1, 2.5, 3], MISSING, [4, 5, 6]]
    column = Column(encode(values, 'numbers'), 'numbers')
    assert column.rows(0, 3).tolist() == [[1, 2.5, 3], [4, 5, 6]]
    assert [column.all_integers(0, 1), column.all_integers(1, 3)] == [False, True]
    assert column.lengths(0, 3).tolist() == [3, 0, 3]


def test_records() -> None:
    records = Records(
        {'id': Column(encode([7, 8], 'int'), 'int'), 'note': Column(encode([MISSING, None], 'json'), 'json')}
    )
    assert records.records(0, 2) == [{'id': 7}, {'id': 8, 'note': None}]
    assert records.values('note', 0, 2, 'absent') == ['absent', None]
    assert records.values('other', 0, 2, 5) == [5, 5]


def test_a_slice_is_no_column() -> None:
    with pytest.raises(ValueError, match='must start'):
        Column(encode([1, 2], 'int')[1:], 'int')
