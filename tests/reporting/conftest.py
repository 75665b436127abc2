"""A work dir as a training and two tests leave it, small and without a model."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from synpose.adaptation.whole_body_labels import empty_fields
from synpose.files import write_json
from synpose.skeletons import COCO17_NAMES, JOINT_NAMES, map_keypoints
from synpose.testing import write_synpose_dataset

METRICS = {
    'bbox_iou/AP': 0.3125,
    'bbox_iou/AP50': 0.7501,
    'bbox_iou/AP75': 0.2,
    'bbox_iou/AR': 0.4,
    'bbox_iou/AP_s': 0.5,
    'bbox_iou/AP_s50': 0.6,
    'bbox_iou/AP_b': float('nan'),
    'bbox_iou_margin/AP': 0.4,
    'bbox_iou_margin/AP50': 0.876,
    'bbox_iou_ceiling/AP': 0.561,
    'coco/AP': 0.128,
    'coco/AP .5': 0.479,
    'coco/AR': 0.25,
}


def write_results(work_dir: Path, split: str, root: Path, metrics: dict, noise: float = 2.0) -> Path:
    """Write ``results/<split>``: the labels as COCO-17 poses, noise px off, and one invented person an image."""
    rng = np.random.default_rng(0)
    ann_file = root / 'annotations' / f'{split}.json'
    labels = json.loads(ann_file.read_text())
    poses = []
    for ann in labels['annotations']:
        points = map_keypoints(np.array(ann['keypoints'], float).reshape(-1, 3), JOINT_NAMES, COCO17_NAMES)
        left, top, width, height = ann['bbox']
        guess = np.array([left, top]) + np.array([width, height]) / 2
        points[:, :2] = np.where(points[:, 2:] > 0, points[:, :2], guess) + rng.normal(0, noise, (17, 2))
        poses.append((ann['image_id'], points, 0.9 - 0.001 * len(poses)))
    poses += [(image['id'], np.tile([5.0, 5.0, 0.1], (17, 1)), 0.1) for image in labels['images']]
    predictions = []
    for image_id, points, score in poses:
        points[:, 2] = score
        predictions.append(
            {'image_id': image_id, 'category_id': 1, 'keypoints': points.ravel().tolist(), 'score': score}
        )
    folder = work_dir / 'results' / split
    write_json(folder / 'predictions.json', predictions)
    provenance = {
        'split': split,
        'config': 'configs/demo/tiny.py',
        'checkpoint': 'epoch_2.pth',
        'ann_file': str(ann_file),
        'data_root': str(root),
        'img_prefix': str(root / 'images'),
        'metainfo_joint_names': list(COCO17_NAMES),
        'num_images': len(labels['images']),
        'seed': 7,
        'command': f'python tools/test.py configs/demo/tiny.py epoch_2.pth --work-dir {work_dir.name}',
        'started': '2026-01-02T03:04:05',
        'seconds': 12.5,
        'versions': {'python': '3.11.9', 'torch': '2.11.0'},
        'machine': {'cpu_cores': 2, 'gpus': []},
        'domain': ['synthetic'],
    }
    write_json(folder / 'metrics.json', {'metrics': metrics, 'provenance': provenance})
    return folder


def write_training(work_dir: Path, root: Path, run: str = '20260102_000000', first: int = 10, last: int = 200) -> None:
    """Write the folder of a training run: scalars, log and config."""
    rng = np.random.default_rng(1)
    lines = []
    for step in range(first, last + 1, 10):
        heat, shift = 0.01 * 0.99**step, 0.05 * 0.995**step * rng.uniform(0.9, 1.1)
        record = {'lr': 2e-3 if step < 150 else 2e-4, 'loss': heat + shift, 'loss/heatmap': heat}
        lines.append({**record, 'loss/displacement': shift, 'time': 0.3, 'epoch': 1, 'iter': step, 'step': step})
    lines.append({'coco/AP': 0.1, 'coco/AP .5': 0.4, 'bbox_iou/AP50': 0.5, 'time': 0.1, 'step': 1})
    folder = work_dir / run
    (folder / 'vis_data').mkdir(parents=True)
    (folder / 'vis_data' / 'scalars.json').write_text(''.join(json.dumps(line) + '\n' for line in lines))
    (folder / f'{run}.log').write_text(
        '2026/01/02 00:00:00 - mmengine - INFO - start\nplain line\n2026/01/02 00:01:30 - mmengine - INFO - done\n'
    )
    config = (
        f'data_root = {str(root)!r}\n'
        "dataset = dict(type='SynPoseDataset', data_root=data_root, ann_file='annotations/train.json')\n"
        'train_dataloader = dict(batch_size=2, dataset=dataset)\n'
        'randomness = dict(seed=7)\n'
    )
    (work_dir / 'tiny.py').write_text(config)


def write_behavior_results(work_dir: Path, split: str, root: Path) -> list[dict]:
    """Write a classifier's results: the first person of an image is right, the second missed, the others wrong."""
    ann_file = root / 'annotations' / f'{split}.json'
    people = json.loads(ann_file.read_text())['annotations']
    classes = sorted({person['behavior'] for person in people})
    records: list[dict] = []
    for person in people:
        points = map_keypoints(np.array(person['keypoints'], float).reshape(-1, 3), JOINT_NAMES, COCO17_NAMES)
        label, place = classes.index(person['behavior']), sum(r['image_id'] == person['image_id'] for r in records)
        predicted = label if place < 2 else (label + 1) % len(classes)
        record = {'image_id': person['image_id'], 'id': person['id'], 'behavior': person['behavior'], 'label': label}
        scores = [float(k == predicted) for k in range(len(classes))]
        record.update(predicted=predicted, scores=scores, matched=place != 1, bbox=person['bbox'])
        records.append({**record, 'keypoints': points.ravel().tolist()})
    write_json(work_dir / 'results' / split / 'predictions.json', records)
    provenance = {
        'ann_file': str(ann_file),
        'data_root': str(root),
        'img_prefix': str(root / 'images'),
        'metainfo_joint_names': list(COCO17_NAMES),
        'classes': classes,
        'num_images': len({person['image_id'] for person in people}),
        'command': 'python tools/test.py configs/behavior/tiny.py',
    }
    metrics = {'behavior/Top1': 1 / 3, 'behavior/Top1_matched': 1 / 2, 'behavior/matched': 2 / 3}
    write_json(work_dir / 'results' / split / 'metrics.json', {'metrics': metrics, 'provenance': provenance})
    return records


@pytest.fixture
def behavior_writer() -> Callable[..., list[dict]]:
    """:func:`write_behavior_results`."""
    return write_behavior_results


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A SynPose folder with the splits train, val and target."""
    return write_synpose_dataset(tmp_path / 'classroom', num_images=5, splits=('train', 'val', 'target'))


@pytest.fixture
def work_dir(tmp_path: Path, dataset: Path) -> Path:
    """A finished work dir: one training run, results on val and target."""
    folder = tmp_path / 'tiny'
    write_training(folder, dataset)
    write_results(folder, 'target', dataset, {'bbox_iou/AP': 0.2, 'coco/AP': 0.052}, noise=8.0)
    write_results(folder, 'val', dataset, METRICS)
    return folder


@pytest.fixture
def training_writer() -> Callable[..., None]:
    """:func:`write_training`, for tests that need more than one run."""
    return write_training


def certain(face, foot=None):
    """Fields of a person whose face, and perhaps feet, have labels of these confidences."""
    fields = empty_fields()
    fields.update(face_valid=True, face_kpts=[20, 20, 2] * 34 + [0, 0, 0] * 34, face_box=[15, 15, 10, 10])
    fields['keypoint_scores'][23 : 23 + 34] = [face] * 34
    fields['keypoint_scores'][23 + 34 : 91] = [0.01] * 34  # not labeled
    if foot is not None:
        fields.update(foot_valid=True, foot_kpts=[9, 9, 2] * 6)
        fields['keypoint_scores'][17:23] = [foot] * 6
    return fields


@pytest.fixture
def labeled(tmp_path):
    """Six people: least confidences .9, .4, .2, none, crowd, .6."""
    write_synpose_dataset(tmp_path, 3, 2, (64, 48), ('train',), COCO17_NAMES)
    path = tmp_path / 'annotations' / 'train.json'
    content = json.loads(path.read_text())
    added = [certain(0.9), certain(0.8, 0.4), certain(0.2), empty_fields(), certain(0.1), certain(0.6, 0.7)]
    for person, fields in zip(content['annotations'], added):
        person.update(fields)
    content['annotations'][4]['iscrowd'] = 1
    path.write_text(json.dumps(content))
    return tmp_path
