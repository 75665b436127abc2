"""MPII's mat files, read back as the server reads them: every fault planted in a good file is found where it is."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from synpose.reporting.submissions import check_submission
from synpose.reporting.submissions.mat_structs import decode_mat, struct_array
from synpose.reporting.submissions.mpii_files import encode_multi, encode_single, multi_problems, single_problems
from synpose.reporting.submissions.people import ScoredPose


def poses(count: int) -> list[ScoredPose]:
    joints = np.random.default_rng(0).uniform(0, 90, (count, 16, 3))
    return [ScoredPose(points, 0.5, number) for number, points in enumerate(joints)]


def test_single_people_in_the_order_of_their_ids() -> None:
    found = poses(3)
    content = decode_mat(encode_single(found[::-1]))
    np.testing.assert_allclose(content['preds'] - 1, [pose.joints[:, :2] for pose in found])
    assert single_problems(content, 3) == []


def test_a_single_person_twice_or_not_at_all() -> None:
    found = poses(3)
    with pytest.raises(ValueError, match='person 1: has 0 predictions, but everybody needs one'):
        encode_single([found[0], found[2]])
    with pytest.raises(ValueError, match='person 1: has 2 predictions, but everybody needs one'):
        encode_single([*found, found[1]])


def test_groups_keep_their_places_and_joints_that_a_model_lacks_are_left_out() -> None:
    found = poses(3)
    found[2].joints[[6, 7]] = np.nan
    content = decode_mat(encode_multi([found[:1], [], found[1:]]))
    assert multi_problems(content, 3) == []
    people = content['pred'][2]['annorect']
    points = people[1]['annopoints']['point']
    assert [point['id'] for point in points] == [0, 1, 2, 3, 4, 5, *range(8, 16)]
    where = [[point['x'] - 1, point['y'] - 1, point['score']] for point in points]
    np.testing.assert_allclose(where, np.delete(found[2].joints, [6, 7], axis=0))


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
