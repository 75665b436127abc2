import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmpose.registry import METRICS

from synpose.datasets import SynPose17Dataset
from synpose.evaluation.metrics import bbox_iou_ap_metric
from synpose.testing import write_synpose_dataset


def write_boxes(path: Path, boxes: list[list[list[float]]], tags: list[dict] | None = None) -> str:
    """Write an annotation file of boxes only, in images of 1000x1000 px."""
    images = [{'id': i, 'file_name': f'{i}.png', 'width': 1000, 'height': 1000} for i in range(len(boxes))]
    for image, more in zip(images, tags or []):
        image.update(more)
    people = [(i, box) for i, group in enumerate(boxes) for box in group]
    annotations = [{'id': k, 'image_id': i, 'category_id': 1, 'bbox': box} for k, (i, box) in enumerate(people)]
    path.write_text(json.dumps({'images': images, 'annotations': annotations, 'categories': [{'id': 1}]}))
    return str(path)


def sample(image_id: Any, boxes: Any, scores: Any = None, **more: Any) -> dict:
    """Make a data sample whose poses are two joints in opposite corners of boxes x, y, w, h."""
    boxes = np.asarray(boxes, dtype=float).reshape(-1, 4)
    keypoints = np.stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    scores = np.ones(len(boxes)) if scores is None else np.asarray(scores, dtype=float)
    instances = {'keypoints': keypoints, 'keypoint_scores': np.stack([scores, scores], axis=1)}
    return {'img_id': image_id, 'pred_instances': instances, **more}


def evaluate(metric: Any, samples: list[dict]) -> dict[str, float]:
    metric.process(None, samples)
    return metric.evaluate(len(metric.results))


def build(ann_file: str, **kwargs: Any) -> Any:
    return METRICS.build({'type': 'BBoxIoUAPMetric', 'ann_file': ann_file, **kwargs})


GRID = [[100.0 * (i % 8), 100.0 * (i // 8), 50, 80] for i in range(40)]


def test_forty_perfect_people_in_one_image(tmp_path: Path) -> None:
    figures = evaluate(build(write_boxes(tmp_path / 'a.json', [GRID])), [sample(0, GRID)])
    assert figures == {f'bbox_iou/{key}': 1.0 for key in ('AP', 'AP50', 'AP75', 'AR')}


def test_every_pair_at_iou_62_scores_30(tmp_path: Path) -> None:
    poses = [[x, y, w, 0.62 * h] for x, y, w, h in GRID]
    figures = evaluate(build(write_boxes(tmp_path / 'a.json', [GRID]), prefix='x'), [sample(0, poses)])
    assert figures == {'x/AP': pytest.approx(0.3), 'x/AP50': 1.0, 'x/AP75': 0.0, 'x/AR': pytest.approx(0.3)}


def test_margins_and_min_keypoint_score(tmp_path: Path) -> None:
    poses = [[x + 5, y + 8, w - 5, h - 24] for x, y, w, h in GRID]  # 45 x 56 px
    ann_file = write_boxes(tmp_path / 'a.json', [GRID])
    margins = (5 / 45, 8 / 56, 0.0, 16 / 56)
    assert evaluate(build(ann_file, margins=margins), [sample(0, poses)])['bbox_iou/AP'] == 1.0
    (tmp_path / 'm.json').write_text(json.dumps({'margins': margins}))
    assert evaluate(build(ann_file, margins=str(tmp_path / 'm.json')), [sample(0, poses)])['bbox_iou/AP'] == 1.0
    assert evaluate(build(ann_file), [sample(0, poses)])['bbox_iou/AP'] == pytest.approx(0.3)  # .63 of each box
    stray = sample(0, GRID)
    instances = stray['pred_instances']
    instances['keypoints'] = np.concatenate([instances['keypoints'], np.full((40, 1, 2), 999.0)], axis=1)
    instances['keypoint_scores'] = np.concatenate([instances['keypoint_scores'], np.full((40, 1), 0.1)], axis=1)
    assert evaluate(build(ann_file), [stray])['bbox_iou/AP'] == 0.0
    assert evaluate(build(ann_file, min_keypoint_score=0.2), [stray])['bbox_iou/AP'] == 1.0
    assert evaluate(build(ann_file, min_keypoint_score=1.5), [stray])['bbox_iou/AP'] == 0.0


def test_joints_with_negative_scores_take_part(tmp_path: Path) -> None:
    ann_file = write_boxes(tmp_path / 'a.json', [GRID])
    assert evaluate(build(ann_file), [sample(0, GRID, np.linspace(-0.2, -0.1, 40))])['bbox_iou/AP'] == 1.0


def test_margins_of_another_skeleton_are_refused(tmp_path: Path) -> None:
    (tmp_path / 'm.json').write_text(json.dumps({'margins': [0, 0, 0, 0], 'joints': ['nose', 'neck']}))
    metric = build(write_boxes(tmp_path / 'a.json', [GRID]), margins=str(tmp_path / 'm.json'))
    metric.dataset_meta = {'keypoint_id2name': {0: 'nose', 1: 'chin'}}
    metric.process(None, [sample(0, GRID)])
    with pytest.raises(ValueError, match='fitted on 2 joints that are not the 2 of the model'):
        metric.evaluate(1)
    metric.dataset_meta = {'keypoint_id2name': {0: 'nose', 1: 'neck'}}
    assert evaluate(metric, [sample(0, GRID)])['bbox_iou/AP'] == 1.0


def test_bad_labels_are_skipped_where_asked(tmp_path: Path) -> None:
    ann_file = write_boxes(tmp_path / 'a.json', [[*GRID, [5, 5, 0, 5]]])
    with pytest.raises(ValueError, match='annotation 40: bbox'):
        build(ann_file)
    assert evaluate(build(ann_file, on_error='skip'), [sample(0, GRID)])['bbox_iou/AP'] == 1.0


def test_score_is_the_mean_of_the_joints(tmp_path: Path) -> None:
    ann_file = write_boxes(tmp_path / 'a.json', [GRID[:1]])
    both = sample(0, [GRID[0], GRID[5]])
    both['pred_instances']['keypoint_scores'] = np.array([[0.5, 0.5], [0.9, 0.0]])
    assert evaluate(build(ann_file), [both])['bbox_iou/AP'] == 1.0
    both['pred_instances']['keypoint_scores'] = np.array([[0.5, 0.5], [0.9, 0.2]])
    assert evaluate(build(ann_file), [both])['bbox_iou/AP'] == pytest.approx(0.5)


def test_subsets_are_images_and_evaluated_afresh(tmp_path: Path) -> None:
    tags = [
        {'room_size': 'small', 'viewpoint': 'front'},
        {'room_size': 'large', 'viewpoint': 'front'},
        {'room_size': 'small', 'viewpoint': 'back'},
        {'room_size': 'large', 'viewpoint': 'back'},
    ]
    rng = np.random.default_rng(0)
    boxes = [[*GRID[:8]], [*GRID[8:20]], [*GRID[3:9]], []]

    def figures(large: Callable[[np.ndarray], np.ndarray]) -> dict[str, float]:
        metric = build(write_boxes(tmp_path / 'a.json', boxes, tags))
        noise = np.random.default_rng(1)
        samples = []
        for i, group in enumerate(boxes):
            found = np.reshape(group, (-1, 4)) + noise.normal(0, 8, (len(group), 4))
            scores = noise.random(len(group))
            samples.append(sample(i, large(found) if tags[i]['room_size'] == 'large' else found, scores))
        return evaluate(metric, samples)

    before, after = figures(lambda found: found), figures(lambda found: found + rng.normal(0, 30, found.shape))
    same = [f'bbox_iou/AP_s{suffix}' for suffix in ('', '50', '75')]
    assert [before[key] for key in same] == [after[key] for key in same]
    assert before['bbox_iou/AP_l'] > after['bbox_iou/AP_l']
    assert before['bbox_iou/AP'] > after['bbox_iou/AP']
    assert not any('AP_m' in key for key in before)
    assert len(before) == 4 + 4 * 3
    # AP_s equals a run over the small rooms alone, even where images of other rooms score higher.
    metric = build(write_boxes(tmp_path / 'b.json', [boxes[0], boxes[2]]))
    noise = np.random.default_rng(1)
    found = [(np.reshape(g, (-1, 4)) + noise.normal(0, 8, (len(g), 4)), noise.random(len(g))) for g in boxes]
    alone = evaluate(metric, [sample(0, *found[0]), sample(1, *found[2])])
    assert [before[key] for key in same] == [alone[f'bbox_iou/{key}'] for key in ('AP', 'AP50', 'AP75')]


def test_a_subset_without_people_is_nan(tmp_path: Path) -> None:
    tags = [{'room_size': 'small'}, {'room_size': 'large'}]
    figures = evaluate(build(write_boxes(tmp_path / 'a.json', [GRID, []], tags)), [sample(0, GRID), sample(1, [])])
    assert figures['bbox_iou/AP_s'] == 1.0
    assert np.isnan(figures['bbox_iou/AP_l'])
    assert set(figures) == {f'bbox_iou/{k}' for k in ('AP', 'AP50', 'AP75', 'AR')} | {
        f'bbox_iou/AP_{letter}{suffix}' for letter in 'sl' for suffix in ('', '50', '75')
    }


def test_an_image_without_people_still_costs_precision(tmp_path: Path) -> None:
    metric = build(write_boxes(tmp_path / 'a.json', [GRID[:1], []]))
    figures = evaluate(metric, [sample(0, GRID[:1], [0.5]), sample(1, GRID[:1], [0.9])])
    assert figures['bbox_iou/AP'] == pytest.approx(0.5)


def test_unpredicted_images_are_missed_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(bbox_iou_ap_metric, 'print_log', lambda text, *args: texts.append(text))
    metric = build(write_boxes(tmp_path / 'a.json', [GRID[:20], GRID[20:]]))
    figures = evaluate(metric, [sample(0, GRID[:20])])
    assert figures['bbox_iou/AR'] == 0.5
    assert '1 of 2 images never predicted' in texts[0]


def test_one_sample_a_person_and_repeated_samples(tmp_path: Path) -> None:
    ann_file = write_boxes(tmp_path / 'a.json', [GRID[:10]])
    people = [sample(0, [box], id=i) for i, box in enumerate(GRID[:10])]
    assert evaluate(build(ann_file), people)['bbox_iou/AP'] == 1.0
    assert evaluate(build(ann_file), [*people, *people[:3]])['bbox_iou/AP'] == 1.0
    whole = sample(0, GRID[:10], id=list(range(10)))
    assert evaluate(build(ann_file), [whole, whole])['bbox_iou/AP'] == 1.0
    assert evaluate(build(ann_file), [sample(0, [box]) for box in GRID[:10]])['bbox_iou/AP'] == 1.0


def test_tensors_and_figures_of_every_call_are_fresh(tmp_path: Path) -> None:
    metric = build(write_boxes(tmp_path / 'a.json', [GRID]))
    tensors = sample(0, GRID)
    tensors['pred_instances'] = {key: torch.as_tensor(value) for key, value in tensors['pred_instances'].items()}
    assert evaluate(metric, [tensors])['bbox_iou/AP'] == 1.0
    assert evaluate(metric, [sample(0, GRID[:20])])['bbox_iou/AR'] == 0.5


def test_ceiling_takes_the_models_joints_by_name_from_the_labels(tmp_path: Path) -> None:
    root = write_synpose_dataset(tmp_path, num_images=6, num_people=9, splits=['test'])
    ann_file = str(root / 'annotations/test.json')
    dataset = SynPose17Dataset(ann_file=ann_file, data_root=str(root), data_mode='bottomup', test_mode=True)
    samples = []
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        poses, seen = info['keypoints'].astype(float), info['keypoints_visible'].astype(float)
        instances = {'keypoints': poses, 'keypoint_scores': seen}
        samples.append({'img_id': info['img_id'], 'id': info['id'], 'pred_instances': instances})
    margins = (0.3, 0.25, 0.2, 0.35)
    ceiling = build(ann_file, source='annotation', margins=margins, prefix='bbox_iou_ceiling')
    ceiling.dataset_meta = dataset.metainfo
    # Joints given as predictions with score 0 where unlabeled, so that a minimum score leaves them out of the box.
    predicted = build(ann_file, margins=margins, min_keypoint_score=0.5, prefix='bbox_iou_ceiling')
    # Predictions do not matter to the ceiling.
    empty = [{**s, 'pred_instances': {k: v[:0] for k, v in s['pred_instances'].items()}} for s in samples]
    expected, figures = evaluate(predicted, samples), evaluate(ceiling, empty)
    assert figures['bbox_iou_ceiling/AR'] == pytest.approx(expected['bbox_iou_ceiling/AR'])
    assert figures['bbox_iou_ceiling/AP50'] == pytest.approx(expected['bbox_iou_ceiling/AP50'], abs=0.02)
    assert 0.2 < figures['bbox_iou_ceiling/AP'] < 1
    assert {'bbox_iou_ceiling/AP_s', 'bbox_iou_ceiling/AP_b75'} <= set(figures)


def test_ceiling_needs_labels_and_joint_names(tmp_path: Path) -> None:
    metric = build(write_boxes(tmp_path / 'a.json', [GRID]), source='annotation')
    with pytest.raises(ValueError, match='needs dataset_meta'):
        metric.compute_metrics([])
    metric.dataset_meta = {'keypoint_id2name': {0: 'nose'}}
    with pytest.raises(ValueError, match=r'a.json: image 0: annotations: keypoints'):
        metric.compute_metrics([])


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'keypoints': np.full((40, 2, 2), np.nan)}, 'image 0: pred_instances: keypoints and scores must be finite'),
        ({'keypoint_scores': np.full((40, 2), np.inf)}, 'image 0: pred_instances: .* must be finite'),
        ({'keypoints': np.zeros((40, 2))}, r'image 0: pred_instances: keypoints \(40, 2\)'),
        ({'keypoint_scores': np.zeros((40, 17))}, r'keypoint_scores \(40, 17\) must be'),
    ],
)
def test_bad_predictions(tmp_path: Path, change: dict, message: str) -> None:
    bad = sample(0, GRID)
    bad['pred_instances'].update(change)
    with pytest.raises(ValueError, match=message):
        build(write_boxes(tmp_path / 'a.json', [GRID])).process(None, [bad])


def test_unknown_image(tmp_path: Path) -> None:
    metric = build(write_boxes(tmp_path / 'a.json', [GRID]))
    with pytest.raises(ValueError, match=r'a.json: image 12: id: predicted, but not in this file'):
        evaluate(metric, [sample(12, GRID)])


def test_bad_arguments(tmp_path: Path) -> None:
    ann_file = write_boxes(tmp_path / 'a.json', [GRID], [{'room_size': 'huge'}])
    with pytest.raises(ValueError, match=r"a.json: image 0: room_size: must be of .*, but is 'huge'"):
        build(ann_file)
    ann_file = write_boxes(tmp_path / 'a.json', [GRID])
    with pytest.raises(ValueError, match='source must be'):
        build(ann_file, source='labels')
    for margins in ((0.1, 0.2), (0.1, 0.1, 0.1, float('nan'))):
        with pytest.raises(ValueError, match='margins must be four fractions'):
            build(ann_file, margins=margins)
    with pytest.raises(FileNotFoundError, match=r'gone\.json'):
        build(str(tmp_path / 'gone.json'))


def test_real_coco_layout_with_other_categories_and_crowds(tmp_path: Path) -> None:
    ann_file = write_boxes(tmp_path / 'a.json', [GRID[:2]])
    content = json.loads(Path(ann_file).read_text())
    content['categories'] = [{'id': 1, 'name': 'person'}, {'id': 3, 'name': 'car'}]
    content['annotations'] += [
        {'id': 50, 'image_id': 0, 'category_id': 3, 'bbox': [500, 500, 100, 100]},
        {'id': 51, 'image_id': 0, 'category_id': 1, 'bbox': [700, 700, 200, 200], 'iscrowd': 1},
    ]
    Path(ann_file).write_text(json.dumps(content))
    in_crowd = [[720.0, 720, 30, 30], [760, 760, 30, 30]]
    assert evaluate(build(ann_file), [sample(0, [*GRID[:2], *in_crowd])])['bbox_iou/AP'] == 1.0
