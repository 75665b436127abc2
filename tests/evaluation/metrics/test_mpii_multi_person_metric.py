"""The seven columns of MPII's table, on labels with and without head boxes."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import METRICS

from synpose.skeletons import MPII16_NAMES
from synpose.testing import write_synpose_dataset

COLUMNS = ['Head', 'Sho', 'Elb', 'Wri', 'Hip', 'Kne', 'Ank']


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Two groups of three people with MPII's joints, all labeled; heads of 6 px (.6 x the diagonal of 6 x 8)."""
    write_synpose_dataset(tmp_path, 2, 3, (192, 128), ['val'], MPII16_NAMES)
    path = tmp_path / 'annotations/val.json'
    rng = np.random.default_rng(0)

    def change(content: dict) -> None:
        for person in content['annotations']:
            joints = np.reshape(person['keypoints'], (16, 3))
            joints[:] = np.column_stack([rng.uniform(0, 120, (16, 2)), np.full(16, 2)])
            person.update(keypoints=joints.ravel().tolist(), head_box=[3, 4, 6, 8])

    return edit(path, change)


def edit(path: Path, change: Any) -> Path:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    return path


def samples_of(path: Path) -> list[dict]:
    people = json.loads(path.read_text())['annotations']
    samples = []
    for number in (1, 2):
        joints = np.reshape([p['keypoints'] for p in people if p['image_id'] == number], (-1, 16, 3))
        instances = {'keypoints': joints[..., :2].astype(float), 'keypoint_scores': np.full(joints.shape[:2], 0.5)}
        samples.append({'img_id': number, 'pred_instances': instances})
    return samples


def evaluate(path: Path, samples: list[dict], names: tuple[str, ...] = MPII16_NAMES, **options: Any) -> dict:
    metric = METRICS.build({'type': 'MPIIMultiPersonMetric', 'ann_file': str(path), **options})
    metric.dataset_meta = {'keypoint_id2name': dict(enumerate(names))}
    metric.process(None, samples)
    return metric.evaluate(len(samples))


def test_perfect(labels: Path) -> None:
    figures = evaluate(labels, samples_of(labels))
    assert figures == {f'mpii/{name}': 1.0 for name in [*COLUMNS, 'mAP']}


def test_each_column_has_its_joints(labels: Path) -> None:
    """Elbows 3.01 px away, beyond half of 6 px, and one wrist 2.99 px away: the elbows alone are wrong."""
    samples = samples_of(labels)
    for sample in samples:
        joints = sample['pred_instances']['keypoints']
        joints[:, MPII16_NAMES.index('left_elbow'), 0] += 3.01
        joints[:, MPII16_NAMES.index('right_wrist'), 1] -= 2.99
        joints[:, MPII16_NAMES.index('pelvis')] += 50  # in no column
    figures = evaluate(labels, samples)
    expected = {name: 0.5 if name == 'Elb' else 1.0 for name in COLUMNS}
    assert figures == {f'mpii/{name}': value for name, value in expected.items()} | {'mpii/mAP': pytest.approx(6.5 / 7)}
    assert evaluate(labels, samples, threshold=0.51)['mpii/Elb'] == 1.0


def test_unmatched_people_are_false_positives(labels: Path) -> None:
    """Twice as many people, the wrong ones of the higher score: precision 6 / 12 at every recall."""
    samples = samples_of(labels)
    for sample in samples:
        found = sample['pred_instances']
        found['keypoints'] = np.concatenate([found['keypoints'], found['keypoints'] + 500])
        found['keypoint_scores'] = np.concatenate([found['keypoint_scores'], found['keypoint_scores'] + 0.1])
    figures = evaluate(labels, samples)
    assert figures == {f'mpii/{name}': pytest.approx(0.5) for name in [*COLUMNS, 'mAP']}


def test_people_outside_the_group_do_not_count(labels: Path) -> None:
    def change(content: dict) -> None:
        for image in content['images']:
            image.update(group_box=[20, 20, 100, 100], group_scale=0.5)

    samples = samples_of(edit(labels, change))
    for sample in samples:
        found = sample['pred_instances']
        found['keypoints'] = np.concatenate([found['keypoints'], found['keypoints'] + [500, 0]])
        found['keypoint_scores'] = np.concatenate([found['keypoint_scores'], found['keypoint_scores'] + 0.1])
    assert evaluate(labels, samples)['mpii/mAP'] == 1.0
    assert evaluate(labels, samples, group_reach=None)['mpii/mAP'] == pytest.approx(0.5)
    assert evaluate(labels, samples, group_reach=10)['mpii/mAP'] == pytest.approx(0.5)  # 1000 px


def test_heads_by_joints_and_groups_by_name(labels: Path) -> None:
    """Without head boxes, a head is as long as its joints are apart; here 20 px."""

    def change(content: dict) -> None:
        for person in content['annotations']:
            del person['head_box']
            joints = np.reshape(person['keypoints'], (16, 3))
            joints[8, :2] = joints[9, :2] + [12, 16]
            person['keypoints'] = joints.ravel().tolist()

    samples = samples_of(edit(labels, change))
    for sample in samples:
        sample['pred_instances']['keypoints'][..., 0] += 9.9
    options = {'head_size': ('head_top', 'upper_neck'), 'groups': {'Torso': ['pelvis', 'thorax', 'left_hip']}}
    assert evaluate(labels, samples, **options) == {'mpii/Torso': 1.0, 'mpii/mAP': 1.0}
    with pytest.raises(ValueError, match="nobody has a head size, by 'head_box'"):
        evaluate(labels, samples)


def test_columns_nobody_has(labels: Path) -> None:
    def change(content: dict) -> None:
        for person in content['annotations']:
            for joint in (0, 5):
                person['keypoints'][3 * joint + 2] = 0

    figures = evaluate(edit(labels, change), samples_of(labels))
    assert math.isnan(figures['mpii/Ank'])
    assert figures['mpii/mAP'] == 1.0


def test_top_down_samples_are_joined(labels: Path) -> None:
    parts = []
    for sample in samples_of(labels):
        for k in range(3):
            instances = {key: value[k : k + 1] for key, value in sample['pred_instances'].items()}
            parts.append({'img_id': sample['img_id'], 'pred_instances': instances})
    assert evaluate(labels, parts)['mpii/mAP'] == 1.0


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'threshold': 0}, 'threshold must be positive'),
        ({'head_size': 'head'}, "head_size must be 'head_box' or two names"),
        ({'groups': {'Tail': ['tail']}}, r'val\.json: keypoints: no joint tail; there are right_ankle'),
        ({'names': MPII16_NAMES[:9]}, 'the model: keypoints: no joint head_top, left_shoulder'),
    ],
)
def test_bad_arguments(options: dict, message: str, labels: Path) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(labels, samples_of(labels), **options)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'head_box': [1, 2, 'a', 4]}, 'annotation 2: head_box: must be x, y, width, height'),
        ({'image_id': 9}, 'annotation 2: image_id: no image has the id 9'),
        ({'keypoints': [1, 2, 2]}, 'annotation 2: keypoints: must be 48 numbers'),
    ],
)
def test_bad_labels(change: dict, message: str, labels: Path) -> None:
    samples = samples_of(labels)
    edit(labels, lambda content: content['annotations'][1].update(change))
    with pytest.raises(ValueError, match=message):
        evaluate(labels, samples)
    assert 0 < evaluate(labels, samples, on_error='skip')['mpii/mAP'] < 1  # what is found of that person is wrong


def test_bad_samples(labels: Path) -> None:
    (sample, _) = samples_of(labels)
    with pytest.raises(ValueError, match='image 7: id: no image has it'):
        evaluate(labels, [{**sample, 'img_id': 7}])
    with pytest.raises(ValueError, match='there are no samples'):
        evaluate(labels, [])
