"""Five bins of visible joints: perfect poses, false positives, and whom a bin leaves aside."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmpose.registry import METRICS

from synpose.skeletons import COCO17_NAMES
from synpose.testing import write_synpose_dataset

BINS = ('0-20', '20-40', '40-60', '60-80', '80-100')
META = {
    'keypoint_id2name': dict(enumerate(COCO17_NAMES)),
    'num_keypoints': 17,
    'sigmas': np.full(17, 0.07),
    'dataset_name': 'visibility',
}


@pytest.fixture(scope='module')
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two images of 25 people, in turn with 1, 4, 8, 12 and 16 of 16 annotated joints visible."""
    root = tmp_path_factory.mktemp('visibility')
    write_synpose_dataset(root, 2, 25, (640, 480), ['test'], COCO17_NAMES)
    path = root / 'annotations/test.json'
    content = json.loads(path.read_text())
    for number, person in enumerate(content['annotations']):
        flags = [1 if flag else 0 for flag in person['keypoints'][2::3]]
        annotated = [joint for joint, flag in enumerate(flags) if flag]
        for joint in annotated[: (1, 4, 8, 12, 16)[number % 5]]:
            flags[joint] = 2
        person['keypoints'][2::3] = flags
    path.write_text(json.dumps(content))
    return path


def poses_of(labels: Path) -> dict[int, np.ndarray]:
    people = json.loads(labels.read_text())['annotations']
    by_image = {number: [p['keypoints'] for p in people if p['image_id'] == number] for number in (1, 2)}
    return {number: np.reshape(found, (-1, 17, 3))[..., :2].astype(float) for number, found in by_image.items()}


def evaluate(labels: Path, poses: dict[int, np.ndarray], scores: dict[int, np.ndarray] | None = None, **options: Any):
    metric = METRICS.build({'type': 'VisibilityAPMetric', 'ann_file': str(labels), 'nms_mode': 'none', **options})
    metric.dataset_meta = dict(META)
    for number, found in poses.items():
        score = np.ones(len(found)) if scores is None else scores[number]
        instances = {'keypoints': found, 'keypoint_scores': score[:, None] * np.ones((1, 17))}
        metric.process(None, [{'id': [1], 'img_id': number, 'pred_instances': instances, 'gt_instances': {}}])
    return metric.evaluate(len(poses))


def test_perfect_poses_are_one_in_every_bin(labels: Path) -> None:
    """25 people an image, more than COCO's cap of 20."""
    figures = evaluate(labels, poses_of(labels))
    assert figures == {f'visibility/{name}': 1.0 for name in ('AP', *(f'AP_{name}' for name in BINS))}
    assert evaluate(labels, poses_of(labels), max_dets=20)['visibility/AP'] < 1


def test_false_positives_lower_every_bin(labels: Path) -> None:
    """Five wrong poses an image, of the highest score: each bin has ten people and, at best, precision 10 / 20."""
    poses = {number: np.concatenate([found[:5] + 3000, found]) for number, found in poses_of(labels).items()}
    scores = {number: np.r_[np.full(5, 0.9), np.full(25, 0.5)] for number in poses}
    figures = evaluate(labels, poses, scores)
    for name in BINS:
        assert figures[f'visibility/AP_{name}'] == pytest.approx(10 / 20)
    assert figures['visibility/AP'] == pytest.approx(50 / 60)


def test_who_is_missed_is_missed_in_one_bin_alone(labels: Path) -> None:
    poses = {number: np.delete(found, np.arange(2, 25, 5), axis=0) for number, found in poses_of(labels).items()}
    figures = evaluate(labels, poses)
    assert [figures[f'visibility/AP_{name}'] for name in BINS] == [1, 1, 0, 1, 1]
    assert figures['visibility/AP'] == pytest.approx(81 / 101)  # 40 of 50: precision 1 up to recall .80


def test_empty_bins_have_no_figure(labels: Path, tmp_path: Path) -> None:
    content = json.loads(labels.read_text())
    content['annotations'] = content['annotations'][3::5]
    path = tmp_path / 'some.json'
    path.write_text(json.dumps(content))
    assert evaluate(path, poses_of(path)) == {'visibility/AP': 1.0, 'visibility/AP_60-80': 1.0}


def test_crowds_are_in_no_bin(labels: Path, tmp_path: Path) -> None:
    content = json.loads(labels.read_text())
    for person in content['annotations'][::5]:
        person['iscrowd'] = 1
    path = tmp_path / 'crowds.json'
    path.write_text(json.dumps(content))
    figures = evaluate(path, poses_of(labels))
    assert list(figures) == ['visibility/AP', *(f'visibility/AP_{name}' for name in BINS[1:])]
    assert set(figures.values()) == {1.0}


@pytest.mark.parametrize(
    ('options', 'message'),
    [({'num_bins': 3}, 'num_bins must divide 100'), ({'iou_type': 'keypoints_crowd'}, "iou_type must be 'keypoints'")],
)
def test_bad_arguments(options: dict, message: str, labels: Path) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(labels, {}, **options)
