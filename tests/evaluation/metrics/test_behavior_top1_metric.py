import json
import math
from pathlib import Path
from typing import Any

import pytest
from mmpose.registry import DATASETS, METRICS

from synpose.files import write_json
from synpose.testing import write_pose_results, write_synpose_dataset

CLASSES = ('reading', 'writing', 'sleeping')


def evaluate(samples: list[dict], **options: Any) -> dict[str, float]:
    metric = METRICS.build({'type': 'BehaviorTop1Metric', **options})
    metric.dataset_meta = {'classes': CLASSES}
    for sample in samples:
        metric.process(None, [sample])
    return metric.evaluate(len(samples))


def students(*rows: tuple[int, int, bool]) -> list[dict]:
    return [
        {'id': place, 'gt_label': label, 'pred_label': found, 'matched': matched}
        for place, (label, found, matched) in enumerate(rows)
    ]


# Two readers, one taken for a writer; three writers, two recognized, of whom one without a pose.
ROWS = ((0, 0, True), (0, 1, True), (1, 1, True), (1, 1, False), (1, 0, True))


def test_figures_by_hand() -> None:
    found = evaluate(students(*ROWS))
    assert found == pytest.approx(
        {
            'behavior/Top1': 2 / 5,
            'behavior/Top1_matched': 2 / 4,
            'behavior/matched': 4 / 5,
            'behavior/Top1_classes': (1 / 2 + 1 / 3) / 2,
            'behavior/Top1_reading': 1 / 2,
            'behavior/Top1_writing': 1 / 3,
        }
    )


def test_repeated_samples_count_once_and_nobody_matched_is_zero() -> None:
    rows = students(*ROWS)
    assert evaluate([*rows, rows[0], rows[0]]) == pytest.approx(evaluate(rows))
    found = evaluate(students((0, 0, False), (1, 1, False)))
    assert found['behavior/Top1'] == found['behavior/matched'] == 0
    assert math.isnan(found['behavior/Top1_matched'])


def test_confusion_matrix_as_a_picture(tmp_path: Path) -> None:
    evaluate(students(*ROWS), picture=str(tmp_path / 'new' / 'confusion.png'))
    assert (tmp_path / 'new' / 'confusion.png').read_bytes().startswith(b'\x89PNG')


def test_samples_and_classes_are_needed() -> None:
    metric = METRICS.build({'type': 'BehaviorTop1Metric'})
    with pytest.raises(ValueError, match='there are no samples'):
        metric.compute_metrics([])
    metric.process(None, students(*ROWS))
    with pytest.raises(ValueError, match='needs dataset_meta with classes'):
        metric.compute_metrics(metric.results)


def test_removing_matched_predictions_lowers_top1(tmp_path: Path) -> None:
    """With a classifier that is always right, so that only the poses make the difference."""
    root = write_synpose_dataset(tmp_path / 'data', num_images=3, splits=['val'])
    poses = write_pose_results(tmp_path / 'poses.json', root / 'annotations/val.json')
    figures = []
    for count in (9, 6, 1):
        write_json(tmp_path / 'poses.json', poses[:count])
        dataset = DATASETS.build(
            dict(
                type='BehaviorPoseDataset',
                data_root=str(root),
                ann_file='annotations/val.json',
                predictions=str(tmp_path / 'poses.json'),
                margins=(0.2,) * 4,
                test_mode=True,
            )
        )
        infos = [dataset.get_data_info(place) for place in range(len(dataset))]
        metric = METRICS.build({'type': 'BehaviorTop1Metric'})
        metric.dataset_meta = dataset.metainfo
        metric.process(None, [{**info, 'pred_label': info['gt_label']} for info in infos])
        figures.append(metric.evaluate(len(infos)))
    assert [found['behavior/Top1'] for found in figures] == pytest.approx([1, 6 / 9, 1 / 9])
    assert [found['behavior/Top1_matched'] for found in figures] == [1, 1, 1]
    assert json.dumps(figures)
