"""Every fault planted in a good file is found, in the record where it is."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from synpose.reporting.submissions import BENCHMARKS, check_submission
from synpose.reporting.submissions.archive import write_archive
from synpose.reporting.submissions.coco_records import record_problems
from synpose.reporting.submissions.mat_structs import struct_array

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


def test_numpy_types_before_they_are_written() -> None:
    records = good_records(1)
    records[0].update(image_id=np.int64(139), score=np.float32(0.5))
    records[0]['keypoints'][3] = np.float64(1.0)
    problems = record_problems(records, BENCHMARKS['coco'])
    assert [problem.split(': ')[1] for problem in problems] == ['image_id', 'score', 'keypoints']
    assert 'of type int64' in problems[0]
    assert 'of type float32' in problems[1]
    assert 'of type float64 at 3' in problems[2]


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


def mat(folder: Path, name: str, variables: dict[str, Any]) -> Path:
    savemat(folder / name, variables)
    return folder / name


@pytest.mark.parametrize(
    ('variables', 'message'),
    [
        ({'preds': np.full((3, 16, 2), np.nan)}, 'person 0: preds: must be finite numbers'),
        ({'preds': np.zeros((3, 14, 2))}, 'preds: must be n x 16 x 2, but is 3 x 14 x 2'),
        ({'preds': np.zeros((2, 16, 2))}, 'preds: must be of 3 people, but is of 2'),
        ({'preds': ['a', 'b']}, 'preds: must be numbers'),
        ({'pred': np.zeros((3, 16, 2))}, 'preds: missing'),
        ({'preds': np.ones((3, 16, 2))}, 'preds: joint 0 lies at 1, 1 in every person'),
    ],
)
def test_mpii_single(variables: dict, message: str, tmp_path: Path) -> None:
    people = tmp_path / 'people.json'
    people.write_text(json.dumps([{'image': 'a.jpg'}] * 3))
    problems = check_submission(mat(tmp_path, 'pred_keypoints_mpii.mat', variables), images=people)
    assert f'pred_keypoints_mpii.mat: {message}' in problems[0]


def test_a_single_person_alone(tmp_path: Path) -> None:
    path = mat(tmp_path, 'pred_keypoints_mpii.mat', {'preds': np.full((1, 16, 2), 5.0)})
    assert check_submission(path) == []


def multi(points: list[dict[str, Any]], names: tuple[str, ...] = ('x', 'y', 'id', 'score')) -> dict[str, Any]:
    person = {'annopoints': struct_array(['point'], [{'point': struct_array(names, points)}])}
    empty = struct_array(['annopoints'], [])
    rects = [{'annorect': empty}, {'annorect': struct_array(['annopoints'], [person])}]
    return {'pred': struct_array(['annorect'], rects)}


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'x': np.nan}, 'annopoints.point(2).x: must be a finite number, but is nan'),
        ({'id': 16.0}, 'annopoints.point(2).id: 16 is none of 0 to 15, or appears twice'),
        ({'id': 0.0}, 'annopoints.point(2).id: 0 is none of 0 to 15, or appears twice'),
        ({'id': 1.5}, 'annopoints.point(2).id: 1.5 is none of 0 to 15'),
        ({'score': np.zeros((0, 0))}, 'annopoints.point(2).score: missing'),
        ({'y': 'top'}, "annopoints.point(2).y: must be a finite number, but is 'top'"),
    ],
)
def test_mpii_multi(changes: dict, message: str, tmp_path: Path) -> None:
    points = [{'x': 5.0, 'y': 6.0, 'id': float(number), 'score': 0.5} for number in range(3)]
    assert check_submission(mat(tmp_path, 'pred_keypoints_mpii_multi.mat', multi(points))) == []
    points[1].update(changes)
    (problem, *_) = check_submission(mat(tmp_path, 'pred_keypoints_mpii_multi.mat', multi(points)))
    assert f'pred(2).annorect(1): {message}' in problem


def test_mpii_multi_counts_groups_and_needs_scores(tmp_path: Path) -> None:
    groups = tmp_path / 'groups.json'
    groups.write_text(
        json.dumps(
            {
                'images': [
                    {'id': number, 'crop_corner': [0, 0], 'group_box': [0, 0, 9, 9], 'group_scale': 1}
                    for number in range(3)
                ]
            }
        )
    )
    points = [{'x': 5.0, 'y': 6.0, 'id': 0.0}, {'x': 5.0, 'y': 6.0, 'id': 1.0}]
    path = mat(tmp_path, 'pred_keypoints_mpii_multi.mat', multi(points, ('x', 'y', 'id')))
    problems = [problem.split('.mat: ')[1] for problem in check_submission(path, images=groups)]
    assert problems == ['pred: must be of 3 groups, but is of 2'] + [
        f'pred(2).annorect(1): annopoints.point({number}).score: missing' for number in (1, 2)
    ]
    assert 'pred: missing' in check_submission(mat(tmp_path, 'pred_keypoints_mpii_multi.mat', {'preds': 1}))[0]
    groups.write_text(json.dumps({'images': [{'id': 1}]}))
    with pytest.raises(ValueError, match='image 1: crop_corner: missing; it must be a file of groups'):
        check_submission(path, images=groups)


def test_a_mat_that_is_none(tmp_path: Path) -> None:
    (tmp_path / 'pred_keypoints_mpii.mat').write_bytes(b'MATLAB noise' * 30)
    (problem,) = check_submission(tmp_path / 'pred_keypoints_mpii.mat')
    assert 'not a readable mat file' in problem
