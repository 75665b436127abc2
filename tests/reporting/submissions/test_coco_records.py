"""Records of people, before they are written and as they are read."""

import json
from typing import Any

import numpy as np
import pytest

from synpose.reporting.submissions import BENCHMARKS
from synpose.reporting.submissions.coco_records import coco_records, decode_coco, encode_coco, record_problems
from synpose.reporting.submissions.people import ScoredPose

COCO = BENCHMARKS['coco']


def pose(score: float, count: int = 17, seed: int = 0) -> ScoredPose:
    joints = np.random.default_rng(seed).uniform(1, 99, (count, 3)).astype(np.float32)
    return ScoredPose(joints, np.float32(score))


def test_the_best_of_each_image_first_and_plain_numbers() -> None:
    scores = np.linspace(0.1, 0.9, 25)
    found = {np.int64(7): [pose(score, seed=k) for k, score in enumerate(scores)], 3: [pose(0.2)]}
    records = coco_records(found, COCO)
    assert [record['image_id'] for record in records] == [3, *[7] * 20]
    np.testing.assert_allclose([record['score'] for record in records[1:]], scores[:4:-1], rtol=1e-6)
    np.testing.assert_allclose(records[1]['keypoints'], found[7][24].joints.ravel(), atol=6e-4)
    for record in records:
        assert type(record['image_id']) is type(record['category_id']) is int
        assert {type(value) for value in (record['score'], *record['keypoints'])} == {float}
    assert record_problems(records, COCO, {3, 7}) == []


def test_equal_scores_keep_their_order() -> None:
    found = {1: [pose(0.5, seed=k) for k in range(25)]}
    for record, given in zip(coco_records(found, COCO), found[1]):
        np.testing.assert_allclose(record['keypoints'], given.joints.ravel(), atol=6e-4)


def test_whole_bodies_are_cut_into_their_fields() -> None:
    kind = BENCHMARKS['coco-wholebody']
    joints = np.arange(133 * 3, dtype=float).reshape(133, 3)
    (record,) = coco_records({1: [ScoredPose(joints, 0.5)]}, kind)
    fields = ('keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts')
    assert [len(record[field]) for field in fields] == [51, 18, 204, 63, 63]
    assert [value for field in fields for value in record[field]] == list(range(399))


def test_what_would_be_refused_is_not_written() -> None:
    broken = pose(0.5)
    broken.joints[4, 1] = np.nan
    with pytest.raises(ValueError, match='record 0: keypoints: must be a finite number, but is nan'):
        encode_coco({1: [broken]}, COCO)
    assert json.loads(encode_coco({1: [pose(0.5)]}, COCO))[0]['score'] == 0.5


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'[{]', 'not valid JSON'),
        (b'\xff', 'not valid JSON'),
        (b'{}', 'must be a list of records, but is of type dict'),
    ],
)
def test_files_that_hold_no_records(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode_coco(content)


def good_record() -> dict[str, Any]:
    return coco_records({139: [pose(0.5)]}, COCO)[0]


def test_numpy_types_before_they_are_written() -> None:
    record = good_record()
    record.update(image_id=np.int64(139), score=np.float32(0.5))
    record['keypoints'][3] = np.float64(1.0)
    problems = record_problems([record], COCO)
    assert [problem.split(': ')[1] for problem in problems] == ['image_id', 'score', 'keypoints']
    assert 'of type int64' in problems[0]
    assert 'of type float32' in problems[1]
    assert 'of type float64 at 3' in problems[2]
