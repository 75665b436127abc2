from typing import Any

import numpy as np
import pytest

from synpose.datasets.columnar.checks import check_record, odd_lengths, repeated

IMAGE = {'id': 1, 'file_name': 'a.jpg', 'width': 3, 'height': 4.5}
PERSON = {'id': 2, 'image_id': 1, 'bbox': [1, 2, 3.5, 4], 'keypoints': [1, 2, 2, 0, 0, 0]}
BAD: list[tuple[str, dict, str]] = [
    ('images', {'id': None}, 'id: must be an integer of 64 bits, but is None'),
    ('images', {'id': 'a'}, 'id: must be an integer'),
    ('images', {'id': True}, 'id: must be an integer'),
    ('images', {'id': 2**63}, 'id: must be an integer'),
    ('images', {'file_name': ''}, 'file_name: missing'),
    ('images', {'width': 0}, 'width: must be a positive number, but is 0'),
    ('images', {'height': float('nan')}, 'height: must be a positive'),
    ('images', {'width': 10**400}, 'width: must be a positive number, but is 1000'),
    ('annotations', {'bbox': [1, 2, 10**400, 4]}, 'bbox: must be finite numbers, but number 2 is 1000'),
    ('annotations', {'keypoints': [0.5, -(2**53) - 1, 2]}, 'keypoints: must hold integers up to 2**53, but number 1'),
    ('annotations', {'image_id': 1.0}, 'image_id: must be an integer'),
    ('annotations', {'bbox': None}, 'bbox: must be a list of numbers, but is None'),
    ('annotations', {'bbox': [1, 2, 3]}, 'bbox: must be 4 numbers, but is 3'),
    ('annotations', {'bbox': [1, 2, 3, 'x']}, "bbox: must be finite numbers, but number 3 is 'x'"),
    ('annotations', {'keypoints': []}, 'keypoints: must be x, y, visibility triples, but is 0 numbers'),
    ('annotations', {'keypoints': [1, 2]}, 'keypoints: must be x, y, visibility triples, but is 2 numbers'),
    ('annotations', {'keypoints': [1, 2, True]}, 'keypoints: must be finite numbers, but number 2 is True'),
    ('annotations', {'face_kpts': [1, float('inf'), 2]}, 'face_kpts: must be finite numbers, but number 1 is inf'),
]


@pytest.mark.parametrize(('section', 'change', 'problem'), BAD)
def test_bad_records(section: str, change: dict[str, Any], problem: str) -> None:
    good = IMAGE if section == 'images' else PERSON
    assert check_record(section, good) is None
    found = check_record(section, good | change)
    assert found is not None
    assert ': '.join(found).startswith(problem)


def test_large_numbers() -> None:
    for values in ([2**53, -(2**53), 1e300, 1e308, 1e308, 2], [1e308] * 3):
        assert check_record('annotations', PERSON | {'keypoints': values}) is None


@pytest.mark.parametrize(('ids', 'places'), [([3, 1, 2], []), ([5, 2, 9, 5, 2, 5], [3, 4, 5]), ([], [])])
def test_repeated(ids: list[int], places: list[int]) -> None:
    assert repeated(np.array(ids, np.int64)).tolist() == places


@pytest.mark.parametrize(
    ('lengths', 'expected', 'odd', 'right'),
    [
        ([51, 0, 51], 0, [], 51),
        ([], 51, [], 0),
        ([51, 51, 0, 48, 45], 0, [3, 4], 51),
        ([3, 51, 51], 0, [0], 51),
        ([3, 51, 51], 3, [1, 2], 3),
        ([3, 51, 51], 6, [0], 51),
    ],
)
def test_odd_lengths(lengths: list[int], expected: int, odd: list[int], right: int) -> None:
    found, usual = odd_lengths(lengths, expected)
    assert (found.tolist(), usual) == (odd, right)
