from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import DATASETS, TRANSFORMS

from synpose.testing import write_whole_body_dataset

SCORES = [0.1, 0.9, 0.4]


def sample(**change: Any) -> dict[str, Any]:
    weights = np.array([[1, 1, 0]], np.float32)
    return {'raw_ann_info': {'id': 7, 'keypoint_scores': SCORES}, 'keypoint_weights': weights, **change}


def weigh(results: dict[str, Any], **options: Any) -> np.ndarray:
    return TRANSFORMS.build({'type': 'WeightByKeypointScores', **options})(results)['keypoint_weights']


def test_weights_are_multiplied() -> None:
    found = weigh(sample())
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[0.1, 0.9, 0]])


@pytest.mark.parametrize(('direction', 'expected'), [('horizontal', [0.9, 0.1, 0]), ('diagonal', [0.1, 0.9, 0])])
def test_confidences_go_with_flipped_joints(direction: str, expected: list[float]) -> None:
    flipped = sample(flip=True, flip_direction=direction, flip_indices=[1, 0, 2])
    np.testing.assert_allclose(weigh(flipped), [expected])
    np.testing.assert_allclose(weigh({**sample(), 'flip': False, 'flip_direction': None}), [[0.1, 0.9, 0]])


def test_several_people() -> None:
    people = [{'id': 1, 'keypoint_scores': [1, 0, 1]}, {'id': 2, 'keypoint_scores': [0.5, 0.5, 0.5]}]
    np.testing.assert_allclose(
        weigh(sample(raw_ann_info=people, keypoint_weights=np.ones((2, 3)))), [[1, 0, 1], [0.5] * 3]
    )


def test_people_without_confidences() -> None:
    with pytest.raises(ValueError, match='annotation 7: keypoint_scores: missing'):
        weigh(sample(raw_ann_info={'id': 7}))
    np.testing.assert_allclose(weigh(sample(raw_ann_info={'id': 7}), missing=0.5), [[0.5, 0.5, 0]])


@pytest.mark.parametrize(
    ('scores', 'message'),
    [
        ([0.1] * 17, 'must be 3 numbers, but is 17'),
        (0.3, 'must be 3 numbers, but is float'),
        ([0.1, float('nan'), 0.1], r'joint 1: must lie in \[0, 1\], but is nan'),
        ([0.1, 0.2, 3], 'joint 2: must lie'),
        ([-0.1, 0.2, 0.3], 'joint 0: must lie'),
        ([0.1, '0.2', 0.3], "joint 1: .* is '0.2'"),
    ],
)
def test_bad_confidences_are_named(scores: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f'annotation 7: keypoint_scores: {message}'):
        weigh(sample(raw_ann_info={'id': 7, 'keypoint_scores': scores}))


@pytest.mark.parametrize('kind', ['CocoWholeBodyDataset', 'ColumnarCocoDataset'])
def test_through_a_pipeline(kind: str, tmp_path: Path) -> None:
    root = write_whole_body_dataset(tmp_path, ('train',), num_images=1, num_people=1)
    codec = dict(type='MSRAHeatmap', input_size=(48, 64), heatmap_size=(12, 16), sigma=1)
    steps = [
        dict(type='LoadImage'),
        dict(type='GetBBoxCenterScale'),
        dict(type='RandomFlip', prob=1.0),
        dict(type='TopdownAffine', input_size=(48, 64)),
        dict(type='GenerateTarget', encoder=codec),
    ]
    dataset = DATASETS.build(
        dict(
            type=kind,
            data_root=str(root),
            ann_file='annotations/train.json',
            data_prefix=dict(img='images/'),
            metainfo=dict(from_file='configs/_base_/datasets/coco_wholebody.py'),
            pipeline=[*steps, dict(type='WeightByKeypointScores')],
        )
    )
    weights, info = dataset[0]['keypoint_weights'], dataset.get_data_info(0)
    scores = np.array(info['raw_ann_info']['keypoint_scores'])[info['flip_indices']]
    assert 0 < (weights > 0).sum() < 133
    seen = weights[0] > 0
    np.testing.assert_allclose(weights[0, seen], scores[seen], rtol=1e-6)
