"""The whole-body figures after p-NMS, against MMPose's metric and hand-made crowds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.datasets import CocoWholeBodyDataset
from mmpose.registry import METRICS

from synpose.evaluation.metrics.parametric_nms_whole_body_metric import FIGURES, PARTS, whole_body_table
from synpose.testing import write_whole_body_dataset


@pytest.fixture(scope='module')
def dataset(tmp_path_factory: pytest.TempPathFactory) -> CocoWholeBodyDataset:
    """One image of 40 people."""
    root = write_whole_body_dataset(
        tmp_path_factory.mktemp('crowd'), ('val',), num_images=1, num_people=40, image_size=(640, 480)
    )
    return CocoWholeBodyDataset(
        ann_file='annotations/val.json', data_root=str(root), test_mode=True, serialize_data=False
    )


def perfect(dataset: CocoWholeBodyDataset) -> list[dict[str, Any]]:
    samples = []
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        pose = info['keypoints'].astype(float)
        found = {'keypoints': pose, 'keypoint_scores': np.ones(pose.shape[:2]), 'bboxes': info['bbox'].copy()}
        sample = {key: info[key] for key in ('id', 'img_id', 'raw_ann_info')}
        samples.append({**sample, 'gt_instances': {}, 'pred_instances': found, 'ori_shape': (480, 640)})
    return samples


def copied(samples: list[dict[str, Any]], shift: float, factor: float) -> list[dict[str, Any]]:
    """Return the samples moved along x, with other ids, and scores multiplied."""
    copies = []
    for sample in samples:
        found = dict(sample['pred_instances'])
        found['keypoints'] = found['keypoints'] + np.array([shift, 0])
        found['keypoint_scores'] = found['keypoint_scores'] * factor
        copies.append({**sample, 'id': sample['id'] + int(1e6 * factor), 'pred_instances': found})
    return copies


def evaluate(dataset: CocoWholeBodyDataset, samples: list, kind: str = 'ParametricNMSWholeBodyMetric', **kwargs: Any):
    metric = METRICS.build({'type': kind, 'ann_file': dataset.ann_file, **kwargs})
    metric.dataset_meta = dataset.metainfo
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def test_forty_true_people_score_one_in_every_part(dataset: CocoWholeBodyDataset) -> None:
    figures = evaluate(dataset, perfect(dataset))
    assert list(figures) == [f'coco-wholebody/{part}{name}' for part in PARTS for name in FIGURES]
    known = {name: value for name, value in figures.items() if value != -1}
    assert set(known.values()) == {1.0}
    assert {name for name in figures if name.endswith(('AP', 'AR', 'AP .75'))} <= set(known)
    stock = evaluate(dataset, perfect(dataset), 'CocoWholeBodyMetric', nms_mode='none')
    assert stock['coco-wholebody/AR'] == 0.5  # its cap of 20
    row = whole_body_table(figures).splitlines()[4].split()
    assert row[0] == 'face'
    assert set(row[1:]) <= {'100.0', '-'}


def test_copies_cost_nothing_after_nms(dataset: CocoWholeBodyDataset) -> None:
    samples = perfect(dataset)
    for rank, sample in enumerate(samples):
        sample['pred_instances']['keypoint_scores'] *= 1 - rank / 100
    crowd = samples + copied(samples, 0.0, 0.999) + copied(samples, 0.2, 0.998)
    assert evaluate(dataset, crowd)['coco-wholebody/AP'] > 0.99  # merged, they moved by a fifteenth of a pixel
    assert evaluate(dataset, samples + copied(samples, 0.0, 0.999))['coco-wholebody/AP'] == 1.0
    assert evaluate(dataset, crowd, nms=False)['coco-wholebody/AP'] < 0.5


def test_scores_are_those_of_alphapose(dataset: CocoWholeBodyDataset, tmp_path: Path) -> None:
    sample = perfect(dataset)[0]
    sample['pred_instances']['bbox_scores'] = np.array([0.9])
    sample['pred_instances']['keypoint_scores'] = np.linspace(0.2, 0.8, 133)[None]
    evaluate(dataset, [sample], outfile_prefix=str(tmp_path / 'out'), format_only=True)
    (person,) = json.loads((tmp_path / 'out.keypoints.json').read_text())
    assert person['score'] == pytest.approx(0.9 + 0.5 + 1.25 * 0.8)
    assert len(person['face_kpts']) == 3 * 68
    assert person['foot_kpts'][:2] == sample['pred_instances']['keypoints'][0, 17].tolist()


def test_without_nms_figures_equal_mmposes(dataset: CocoWholeBodyDataset) -> None:
    samples = perfect(dataset)[:18]
    rng = np.random.default_rng(0)
    for sample in samples:
        found = sample['pred_instances']
        found['keypoints'] = found['keypoints'] + rng.normal(0, 1.0, found['keypoints'].shape)
        found['keypoint_scores'] = rng.uniform(0.3, 1, (1, 133))
    ours = evaluate(dataset, samples, nms=False)
    stock = evaluate(dataset, samples, 'CocoWholeBodyMetric', nms_mode='none')
    assert {name: ours[name] for name in stock} == pytest.approx(stock, abs=1e-12)
    assert 0 < ours['coco-wholebody/AP'] < 0.5


def test_an_error_in_a_part_shows_in_that_part_alone(dataset: CocoWholeBodyDataset) -> None:
    samples = perfect(dataset)
    for sample in samples:
        sample['pred_instances']['keypoints'][:, 91:112] += 60
    figures = evaluate(dataset, samples)
    parts = {part: figures[f'coco-wholebody/{part}AP'] for part in PARTS}
    assert parts.pop('left_hand/') < 0.1
    assert 0.5 < parts.pop('') < 1
    assert set(parts.values()) == {1.0}


def test_nobody_found(dataset: CocoWholeBodyDataset) -> None:
    sample = perfect(dataset)[0]
    sample['pred_instances'] = {name: value[:0] for name, value in sample['pred_instances'].items()}
    assert evaluate(dataset, [sample])['coco-wholebody/AP'] == 0


@pytest.mark.parametrize(
    ('field', 'value', 'message'),
    [
        ('keypoint_scores', np.full((1, 133), np.nan), 'image 1: pred_instances: keypoint_scores: not all'),
        ('keypoints', np.full((1, 133, 2), np.inf), 'image 1: pred_instances: keypoints: not all'),
        ('bbox_scores', np.array([np.nan]), 'image 1: pred_instances: bbox_scores: not all'),
    ],
)
def test_bad_predictions_are_refused_in_their_batch(dataset, field: str, value: np.ndarray, message: str) -> None:
    sample = perfect(dataset)[0]
    sample['pred_instances'][field] = value
    metric = METRICS.build({'type': 'ParametricNMSWholeBodyMetric', 'ann_file': dataset.ann_file})
    with pytest.raises(ValueError, match=message):
        metric.process(None, [sample])


def test_poses_of_17_joints_are_refused(dataset: CocoWholeBodyDataset) -> None:
    sample = perfect(dataset)[0]
    found = sample['pred_instances']
    found.update(keypoints=found['keypoints'][:, :17], keypoint_scores=found['keypoint_scores'][:, :17])
    with pytest.raises(ValueError, match='17 joints a person, not 133'):
        evaluate(dataset, [sample])


def test_wrong_arguments_of_nms_show_at_build() -> None:
    with pytest.raises(TypeError, match='gamma'):
        METRICS.build({'type': 'ParametricNMSWholeBodyMetric', 'nms': {'gamma': 22.48}})
    with pytest.raises(ValueError, match='eta must be positive'):
        METRICS.build({'type': 'ParametricNMSWholeBodyMetric', 'nms': {'eta': 0}})


def test_what_nms_replaces_is_refused() -> None:
    with pytest.raises(ValueError, match='nms_thr, score_mode: replaced'):
        METRICS.build({'type': 'ParametricNMSWholeBodyMetric', 'nms_thr': 0.9, 'score_mode': 'bbox'})
