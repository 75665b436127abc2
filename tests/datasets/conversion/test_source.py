"""The readers' shared checks."""

import numpy as np
import pytest

from synpose.datasets.conversion.source import BadRecordError, need, numbers, read_json_list, visibilities


def test_visibilities_are_looked_up():
    found = visibilities(np.array([1.0, 2, 3, 0]), {1: 2, 2: 1, 3: 0, 0: 0}, 'keypoints')
    assert found.tolist() == [2, 1, 0, 0]


def test_an_unknown_flag_is_named():
    with pytest.raises(BadRecordError, match=r'keypoints: visibility of joint 1 must be one of 0, 1, but is 0\.5'):
        visibilities(np.array([1.0, 0.5]), {0: 0, 1: 1}, 'keypoints')


def test_unknown_flags_are_scores_above_a_threshold():
    flags = np.array([0, 1, 2, 0.349, 0.35, 0.9, -1, 2.7])
    assert visibilities(flags, {0: 0, 1: 1, 2: 2}, 'keypoints', 0.35).tolist() == [0, 1, 2, 0, 2, 2, 0, 2]


@pytest.mark.parametrize(
    ('value', 'message'),
    [
        (5, 'must be 2 numbers, but is 1'),
        ([1, 2, 3], 'must be 2 numbers, but is 3'),
        ([1, 10**400], r'must be 2 numbers, but is \[1, 1000'),
        ('ab', "must be 2 numbers, but is 'ab'"),
        ([[1], [2, 3]], 'must be 2 numbers, but is'),
        ([1, float('inf')], 'must be finite numbers, but number 1 is inf'),
    ],
)
def test_numbers_of_another_kind(value, message):
    with pytest.raises(BadRecordError, match=f'^bbox: {message}'):
        numbers(value, 2, 'bbox')


def test_nested_numbers_become_one_row():
    assert numbers([[1, 2], [3, 4.5]], 4, 'joints').tolist() == [1, 2, 3, 4.5]


def test_needed_fields():
    assert need({'id': 3}, 'id', int) == 3
    for record, message in (
        ({}, 'id: missing'),
        ({'id': True}, 'id: must be of type int, but is True'),
        ({'id': '3'}, "id: must be of type int, but is '3'"),
    ):
        with pytest.raises(BadRecordError, match=message):
            need(record, 'id', int)


@pytest.mark.parametrize('content', ['{}', '[1]', 'null'])
def test_a_list_of_objects_is_needed(content, tmp_path):
    path = tmp_path / 'people.json'
    path.write_text(content)
    with pytest.raises(ValueError, match=r'people\.json: must hold a list of objects; try another'):
        read_json_list(path, 'try another')
