"""Every fault planted in a good file is found, in the record where it is."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synpose.reporting.submissions import check_submission
from synpose.reporting.submissions.archive import write_archive

NAME = 'person_keypoints_test-dev2017_a_results.json'


def good_records(count: int = 3) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    return [
        {
            'image_id': 139 + number % 2,
            'category_id': 1,
            'keypoints': rng.uniform(1, 99, 51).round(2).tolist(),
            'score': 0.5,
        }
        for number in range(count)
    ]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Like COCO's image_info files: no annotations."""
    path = tmp_path / 'image_info.json'
    path.write_text(json.dumps({'info': {}, 'images': [{'id': 139}, {'id': 140}], 'categories': []}))
    return path


def check(folder: Path, records: Any, images: Path | None = None, name: str = NAME) -> list[str]:
    path = write_archive(folder, name, json.dumps(records).encode())
    problems = check_submission(path, 'coco', images)
    assert all(problem.startswith(f'{path}: ') for problem in problems)
    return [problem.removeprefix(f'{path}: ') for problem in problems]


def test_a_good_file_has_no_problems(tmp_path: Path, images: Path) -> None:
    assert check(tmp_path, good_records(40), images) == []
    assert check_submission(tmp_path / NAME.replace('json', 'zip')) == []  # the name tells the benchmark


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'score': float('nan')}, 'record 1: score: must be a finite number, but is nan'),
        ({'score': None}, 'record 1: score: must be a finite number, but is None of type NoneType'),
        ({'score': True}, 'record 1: score: must be a finite number, but is True of type bool'),
        ({'keypoints': [float('inf')] + [1.5] * 50}, 'record 1: keypoints: must be a finite number, but is inf'),
        ({'keypoints': [1.5] * 50}, 'record 1: keypoints: must be 51 numbers for 17 joints, but is 50'),
        ({'keypoints': 'none'}, 'record 1: keypoints: must be a list of numbers'),
        ({'keypoints': ['1.5', *[1.5] * 50]}, "record 1: keypoints: must be a finite number, but is '1.5' of type str"),
        ({'image_id': 141}, 'record 1: image_id: no image of the test set has the id 141'),
        ({'image_id': 139.0}, 'record 1: image_id: must be an integer, but is 139.0 of type float'),
        ({'image_id': '139'}, "record 1: image_id: must be an integer, but is '139' of type str"),
        ({'category_id': 0}, 'record 1: category_id: must be 1, a person, but is 0'),
        ({'bbox': [0, 0, 5, 5]}, 'record 1: bbox: is no field of coco, which makes COCO take the file for boxes'),
    ],
)
def test_a_fault_in_one_record(change: dict, message: str, tmp_path: Path, images: Path) -> None:
    records = good_records()
    records[1].update(change)
    (problem,) = check(tmp_path, records, images)
    assert problem.startswith(message)


@pytest.mark.parametrize('field', ['image_id', 'category_id', 'keypoints', 'score'])
def test_missing_fields(field: str, tmp_path: Path) -> None:
    records = good_records()
    del records[2][field]
    assert check(tmp_path, records) == [f'record 2: {field}: missing']


def test_people_of_an_image(tmp_path: Path) -> None:
    records = good_records(42)  # 21 on each of two images
    problems = check(tmp_path, records)
    assert problems == [f'image {number}: 21 people, of whom 20 count' for number in (139, 140)]
    assert check(tmp_path, records[:40]) == []


def test_duplicates(tmp_path: Path) -> None:
    records = good_records(4)
    records[2]['keypoints'] = records[0]['keypoints']
    assert check(tmp_path, records) == ['record 2: the same pose of image 139 as record 0']
    records = [{**record, 'id': number // 2 * 2} for number, record in enumerate(good_records(4))]
    assert check(tmp_path, records) == ['record 1: id: 0 is that of record 0', 'record 3: id: 2 is that of record 2']


def test_padded_joints(tmp_path: Path) -> None:
    records = good_records()
    for record in records:
        record['keypoints'][9:12] = [0.0, 0.0, 0.0]
    (problem,) = check(tmp_path, records)
    assert problem.startswith('keypoints: joint 3 lies at 0, 0 in every record')


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'images': []}, 'must be a list of records, but is of type dict'),
        ([5], 'record 0: must be an object, but is 5'),
    ],
)
def test_other_json(content: Any, message: str, tmp_path: Path) -> None:
    assert check(tmp_path, content) == [message]


@pytest.mark.parametrize('name', ['results.json', 'person_keypoints_test-dev2017_a_b_results.json'])
def test_names(name: str, tmp_path: Path) -> None:
    (problem,) = check(tmp_path, good_records(), name=name)
    assert problem.startswith(f'{name}: coco knows no such name; it must be person_keypoints_test-dev2017|')
    with pytest.raises(ValueError, match='no file name of any benchmark; say which'):
        check_submission(tmp_path / name.replace('json', 'zip'))


def test_archives(tmp_path: Path) -> None:
    content = json.dumps(good_records())
    paths = [tmp_path / name for name in ('other.zip', NAME.replace('json', 'zip'), 'two.zip', 'noise.zip')]
    for path, names in zip(paths, ([NAME], [f'results/{NAME}'], ['a.json', 'b.json'])):
        with zipfile.ZipFile(path, 'w') as archive:
            for name in names:
                archive.writestr(name, content)
    paths[3].write_bytes(b'PK noise')
    found = ['\n'.join(check_submission(path, 'coco')) for path in paths]
    assert f'{NAME}: the zip must be called person_keypoints_test-dev2017_a_results.zip, but is other.zip' in found[0]
    assert 'must not be in a folder of the zip' in found[1]
    assert 'two.zip: must hold one file, but holds 2: a.json, b.json' in found[2]
    assert 'noise.zip: no readable zip' in found[3]
    with pytest.raises(FileNotFoundError, match=r'none\.zip: no such file'):
        check_submission(tmp_path / 'none.zip')


def test_broken_json(tmp_path: Path) -> None:
    path = write_archive(tmp_path, NAME, b'[{]')
    (problem,) = check_submission(path)
    assert 'not valid JSON' in problem


def test_a_file_of_images_without_images(tmp_path: Path) -> None:
    (tmp_path / 'images.json').write_text('{"images": []}')
    with pytest.raises(ValueError, match=r'images\.json: images: none'):
        check(tmp_path, good_records(), tmp_path / 'images.json')


def test_a_mat_that_is_none(tmp_path: Path) -> None:
    (tmp_path / 'pred_keypoints_mpii.mat').write_bytes(b'MATLAB noise' * 30)
    (problem,) = check_submission(tmp_path / 'pred_keypoints_mpii.mat')
    assert 'not a readable mat file' in problem
