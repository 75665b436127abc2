import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import METRICS

from synpose.datasets import SynPose17Dataset, SynPoseDataset
from synpose.testing import write_synpose_dataset


@pytest.fixture(scope='module')
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One image of 40 people."""
    return write_synpose_dataset(
        tmp_path_factory.mktemp('crowd'), num_images=1, num_people=40, image_size=(640, 480), splits=['test']
    )


def perfect_samples(dataset: Any) -> list[dict]:
    samples = []
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        instances = {
            'keypoints': info['keypoints'].astype(float),
            'keypoint_scores': np.ones(info['keypoints'].shape[:2]),
        }
        sample = {key: info[key] for key in ('id', 'img_id', 'raw_ann_info')}
        samples.append({**sample, 'gt_instances': {}, 'pred_instances': instances, 'ori_shape': (480, 640)})
    return samples


def load(root: Path, kind: type = SynPose17Dataset) -> Any:
    options = {'data_mode': 'bottomup', 'test_mode': True, 'serialize_data': False}
    return kind(ann_file='annotations/test.json', data_root=str(root), **options)


def evaluate(kind: str, dataset: Any, samples: list[dict], **kwargs: Any) -> dict[str, float]:
    metric = METRICS.build({'type': kind, 'nms_mode': 'none', **kwargs})
    metric.dataset_meta = dataset.metainfo
    metric.process(None, samples)
    return metric.evaluate(len(samples))


@pytest.mark.parametrize('given', [True, False])
def test_forty_perfect_people_score_one_and_stock_caps_at_twenty(root: Path, given: bool) -> None:
    dataset = load(root)
    samples = perfect_samples(dataset)
    ours = evaluate('CrowdCocoMetric', dataset, samples, ann_file=dataset.ann_file if given else None)
    assert list(ours)[:4] == ['coco/AP', 'coco/AP .5', 'coco/AP .75', 'coco/AP (M)']
    assert ours['coco/AP'] == ours['coco/AR'] == 1.0
    stock = evaluate('CocoMetric', dataset, samples)
    assert stock['coco/AP'] == pytest.approx(51 / 101)  # 20 of 40: precision 1 up to recall .50
    capped = evaluate('CrowdCocoMetric', dataset, samples, ann_file=dataset.ann_file, max_dets=30)
    assert capped['coco/AR'] == 0.75


@pytest.mark.parametrize('mode', ['oks_nms', 'soft_oks_nms'])
def test_nms_keeps_more_than_twenty(root: Path, mode: str) -> None:
    dataset = load(root)
    samples = perfect_samples(dataset)
    twice = samples[0]['pred_instances']
    samples[0]['pred_instances'] = {key: np.concatenate([value, value]) for key, value in twice.items()}
    figures = evaluate('CrowdCocoMetric', dataset, samples, ann_file=dataset.ann_file, nms_mode=mode)
    assert figures['coco/AR'] == 1.0
    stock = evaluate('CocoMetric', dataset, samples, nms_mode=mode)
    assert stock['coco/AR'] == 0.5
    if mode == 'oks_nms':
        assert figures['coco/AP'] == 1.0


def test_below_the_cap_figures_equal_mmposes(tmp_path: Path) -> None:
    dataset = load(write_synpose_dataset(tmp_path, num_images=5, num_people=6, splits=['test']), SynPoseDataset)
    samples = perfect_samples(dataset)
    rng = np.random.default_rng(0)
    for sample in samples:
        instances = sample['pred_instances']
        instances['keypoints'] += rng.normal(0, 1.5, instances['keypoints'].shape)
        instances['keypoint_scores'] = rng.uniform(0.3, 1, instances['keypoint_scores'].shape)
    ours = evaluate('CrowdCocoMetric', dataset, samples, ann_file=dataset.ann_file)
    stock = evaluate('CocoMetric', dataset, samples, ann_file=dataset.ann_file)
    assert ours == pytest.approx(stock, abs=1e-12)
    assert 0.05 < ours['coco/AP'] < 0.95


def test_labels_are_matched_by_name(root: Path, tmp_path: Path) -> None:
    dataset = load(root)
    samples = perfect_samples(dataset)
    content = json.loads(Path(dataset.ann_file).read_text())
    order = np.random.default_rng(0).permutation(59)
    names = content['categories'][0]['keypoints']
    content['categories'][0]['keypoints'] = [names[i] for i in order]
    for person in content['annotations']:
        person['keypoints'] = np.reshape(person['keypoints'], (59, 3))[order].ravel().tolist()
    shuffled = tmp_path / 'shuffled.json'
    shuffled.write_text(json.dumps(content))
    assert evaluate('CrowdCocoMetric', dataset, samples, ann_file=str(shuffled))['coco/AP'] == 1.0
    # A file that lacks a joint: what the model predicts there does not count.
    left_wrist = content['categories'][0]['keypoints'].index('left_wrist')
    content['categories'][0]['keypoints'].pop(left_wrist)
    for person in content['annotations']:
        del person['keypoints'][3 * left_wrist : 3 * left_wrist + 3]
    shuffled.write_text(json.dumps(content))
    samples[0]['pred_instances']['keypoints'][:, dataset.joint_names.index('left_wrist')] += 500
    assert evaluate('CrowdCocoMetric', dataset, samples, ann_file=str(shuffled))['coco/AP'] == 1.0
    assert evaluate('CrowdCocoMetric', dataset, samples, ann_file=dataset.ann_file)['coco/AP'] < 0.95


def test_crowdpose_levels(root: Path, tmp_path: Path) -> None:
    dataset = load(root)
    content = json.loads(Path(dataset.ann_file).read_text())
    content['images'][0]['crowdIndex'] = 0.5
    path = tmp_path / 'crowd.json'
    path.write_text(json.dumps(content))
    options = {'ann_file': str(path), 'iou_type': 'keypoints_crowd', 'use_area': False}
    figures = evaluate('CrowdCocoMetric', dataset, perfect_samples(dataset), **options)
    assert figures['coco/AP(M)'] == figures['coco/AP'] == figures['coco/AR .75'] == 1.0


def test_a_metric_can_be_used_again(root: Path) -> None:
    dataset = load(root)
    samples = perfect_samples(dataset)
    metric = METRICS.build({'type': 'CrowdCocoMetric', 'nms_mode': 'none', 'ann_file': dataset.ann_file})
    metric.dataset_meta = dataset.metainfo
    for _ in range(2):
        metric.process(None, samples)
        assert metric.evaluate(1)['coco/AP'] == 1.0


def test_no_detections_score_zero(root: Path) -> None:
    dataset = load(root)
    samples = perfect_samples(dataset)
    samples[0]['pred_instances'] = {key: value[:0] for key, value in samples[0]['pred_instances'].items()}
    assert evaluate('CrowdCocoMetric', dataset, samples, ann_file=dataset.ann_file)['coco/AP'] == 0.0


@pytest.mark.parametrize(
    ('keypoints', 'names', 'message'),
    [
        ([1, 2, 2], ['nose', 'neck'], r'annotation 1: keypoints: must be 6 numbers for 2 joints'),
        (None, [], 'annotations: keypoints: there are none'),
    ],
)
def test_bad_labels(root: Path, tmp_path: Path, keypoints: list | None, names: list[str], message: str) -> None:
    dataset = load(root)
    content = json.loads(Path(dataset.ann_file).read_text())
    content['categories'][0]['keypoints'] = names
    for person in content['annotations']:
        del person['keypoints']
        person.update({} if keypoints is None else {'keypoints': keypoints})
    path = tmp_path / 'bad.json'
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=f'bad.json: {message}'):
        evaluate('CrowdCocoMetric', dataset, perfect_samples(dataset), ann_file=str(path))
