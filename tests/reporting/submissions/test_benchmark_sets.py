import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synpose.reporting.submissions.benchmark_sets import read_crops, read_image_ids, read_num_people


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(content: Any) -> Path:
        path = tmp_path / 'set.json'
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return make


def test_ids_of_images_with_and_without_annotations(write: Any) -> None:
    assert read_image_ids(write({'info': {}, 'images': [{'id': 7}, {'id': 3}]})) == [7, 3]
    assert read_image_ids(write({'annotations': [{'id': 1}], 'images': [{'id': 5}], 'categories': []})) == [5]


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'images': []}, r'set\.json: images: none'),
        ({'annotations': []}, r'set\.json: images: none'),
        ({'images': [{'id': 1}, {'id': '2'}]}, r'set\.json: image number 1: id: must be an integer'),
        ({'images': [{'id': True}]}, r'image number 0: id: must be an integer'),
        ({'images': [5]}, r'image number 0: id: must be an integer'),
        ([], r'set\.json: must hold a JSON object'),
        ('{"images": [', r'set\.json: not valid JSON'),
    ],
)
def test_files_that_are_none(content: Any, message: str, write: Any) -> None:
    with pytest.raises(ValueError, match=message):
        read_image_ids(write(content))


def test_people_of_mpii(write: Any, tmp_path: Path) -> None:
    assert read_num_people(write([{'image': 'a.jpg'}] * 3)) == 3
    with pytest.raises(ValueError, match=r'set\.json: must hold a list of objects; is it a file of people'):
        read_num_people(write({'images': []}))
    with pytest.raises(FileNotFoundError, match=r'none\.json: no such file'):
        read_num_people(tmp_path / 'none.json')


def test_groups_of_mpii(write: Any) -> None:
    place = {'crop_corner': [4, 5], 'group_box': [1, 2, 3, 4.5], 'group_scale': 0.5}
    first, second = read_crops(write({'images': [{'id': 9, **place}, {'id': 2, **place}]}))
    assert (first.id, second.id, first.scale) == (9, 2, 0.5)
    np.testing.assert_array_equal(first.corner, [4, 5])
    np.testing.assert_array_equal(first.group_box, [1, 2, 3, 4.5])
    with pytest.raises(ValueError, match=r'image 9: group_box: must be 4 numbers.*it must be a file of groups'):
        read_crops(write({'images': [{'id': 9, **place, 'group_box': [1, 2]}]}))
