from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from synpose.datasets.columnar.flags import people_flags, read_flags


@pytest.mark.parametrize('joints', [2, 70])
def test_what_is_written_is_read(records_of: Callable, joints: int) -> None:
    people = [
        {'bbox': [1, 1, 5, 5], 'keypoints': [1, 1, 2] + [0] * (3 * joints - 3)},
        {'bbox': [1, 1, 5, 5]},
        {'bbox': [90, 1, 5, 5], 'keypoints': [0] * (3 * joints - 3) + [-1, 5, 0]},
    ]
    records = records_of(people, ['bbox', 'keypoints'])
    made = people_flags(records, np.full((3, 2), 64.0), np.array([True, True, False]))
    table = pa.RecordBatch.from_arrays(list(made.values()), list(made))
    flags = read_flags({name: table.column(name) for name in table.schema.names}, 3)
    assert flags['usable'].tolist() == [1, 0, 0]
    assert flags['sound'].tolist() == [3, 3, 0]
    words = -(-joints // 64)
    last = [0] * (words - 1) + [1 << (joints - 1) % 64]
    assert flags['labeled'].tolist() == [[1] + [0] * (words - 1), [0] * words, [0] * words]
    assert flags['positive'].tolist() == [[1] + [0] * (words - 1), [0] * words, last]


def test_without_people() -> None:
    flags = read_flags({}, 0)
    assert {name: len(values) for name, values in flags.items()} == dict.fromkeys(flags, 0)
    assert flags['labeled'].shape == (0, 0)
