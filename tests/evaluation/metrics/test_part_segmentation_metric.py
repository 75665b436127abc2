import numpy as np
import pytest
import torch
from mmpose.registry import METRICS

from synpose.skeletons import BODY_PARTS


def sample(predicted, true, number: int = 1) -> dict:
    pair = {'pred_fields': predicted, 'gt_fields': true}
    fields = {key: {'labels': torch.tensor(np.atleast_2d(value))[None]} for key, value in pair.items()}
    return {'img_id': number, **fields}


def evaluate(samples: list, **options) -> dict[str, float]:
    metric = METRICS.build({'type': 'PartSegmentationMetric', **options})
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_figures_by_hand() -> None:
    head, torso, left, right = (
        BODY_PARTS.index(name) for name in ('head', 'torso', 'left_upper_leg', 'right_upper_leg')
    )
    true = [0, 0, 0, 0, head, head, torso, torso, left, right]
    found = [0, 0, 0, head, head, head, torso, 0, right, right]
    figures = evaluate([sample(found[:6], true[:6]), sample(found[6:], true[6:])])
    iou = {'bg': 3 / 5, 'head': 2 / 3, 'torso': 1 / 2, 'left': 0, 'right': 1 / 2}
    recall = {'bg': 3 / 4, 'head': 1, 'torso': 1 / 2, 'left': 0, 'right': 1}
    parts = ('head', 'torso', 'left', 'right')
    expected = {
        'parts/IoU': np.mean([iou[part] for part in parts]),
        'parts/accuracy': np.mean([recall[part] for part in parts]),
        'parts/IoU_fg+bg': np.mean(list(iou.values())),
        'parts/accuracy_fg+bg': np.mean(list(recall.values())),
        'parts/IoU_head': 2 / 3,
        'parts/IoU_torso': 1 / 2,
        'parts/IoU_upper_legs': 1 / 4,
    }
    assert figures == pytest.approx(expected)


def test_figures_are_of_the_set_not_of_images() -> None:
    one, two = sample([1, 1], [1, 1]), sample([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], 2)
    assert evaluate([one, two])['parts/IoU_head'] == pytest.approx(2 / 8)


def test_all_parts_on_request() -> None:
    labels = np.arange(15).reshape(3, 5)
    figures = evaluate([sample(labels, labels)], per_part=True)
    assert len(figures) == 7 + 15 - 2  # the head and the torso are groups too
    assert set(figures.values()) == {1.0}
    assert 'parts/IoU_left_foot' in figures


def test_bad_samples() -> None:
    with pytest.raises(ValueError, match=r'image 7: labels: \(1, 1, 2\) pixels predicted, but \(1, 1, 3\) labeled'):
        evaluate([sample([0, 0], [0, 0, 0], 7)])
    with pytest.raises(ValueError, match=r'image 7: labels: classes 19 to 19 predicted'):
        evaluate([sample([19], [0], 7)])
    with pytest.raises(ValueError, match='there are no samples'):
        METRICS.build({'type': 'PartSegmentationMetric'}).compute_metrics([])
