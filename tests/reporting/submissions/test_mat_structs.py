"""MATLAB's files and structs, there and back."""

import numpy as np
import pytest

from synpose.reporting.submissions import mat_structs
from synpose.reporting.submissions.mat_structs import decode_mat, encode_mat, joint_struct, struct_array
from synpose.reporting.submissions.people import ScoredPose


def test_structs_come_back_as_dicts() -> None:
    people = struct_array(['name', 'age'], [{'name': 'a', 'age': 3.0}, {'age': 4.0, 'name': 'b'}])
    found = decode_mat(encode_mat({'people': people, 'row': np.arange(3.0)}))
    assert list(found['people']) == [{'name': 'a', 'age': 3.0}, {'name': 'b', 'age': 4.0}]
    np.testing.assert_array_equal(found['row'], [0, 1, 2])


def test_an_empty_struct_array_keeps_its_fields() -> None:
    assert struct_array(['annopoints'], []).shape == (1, 0)
    assert struct_array(['annopoints'], []).dtype.names == ('annopoints',)


def test_joints_are_counted_from_pixel_1_and_missing_ones_left_out() -> None:
    joints = np.array([[0.0, 10.5, 0.9], [np.nan, np.nan, np.nan], [3.0, 4.0, 0.2]])
    points = joint_struct(ScoredPose(joints, 0.5))[0, 0]['point'][0]
    assert points.dtype.names == ('x', 'y', 'id', 'score')
    assert [tuple(point) for point in points] == [(1.0, 11.5, 0.0, 0.9), (4.0, 5.0, 2.0, 0.2)]
    assert joint_struct(ScoredPose(joints, 0.5), with_score=False)[0, 0]['point'].dtype.names == ('x', 'y', 'id')


def test_no_clock_in_the_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = encode_mat({'a': 1.0})
    monkeypatch.setattr('time.asctime', lambda *_: 'another day')
    assert encode_mat({'a': 1.0}) == first
    assert first[:116] == mat_structs._HEADER
    assert first[124:128] == b'\x00\x01IM'  # version and byte order, where MATLAB looks for them


def test_a_mat_that_is_none() -> None:
    for content in (b'', b'MATLAB noise' * 30):
        with pytest.raises(ValueError, match='not a readable mat file'):
            decode_mat(content)
