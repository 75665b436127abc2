import contextlib
import gc
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from synpose.evaluation.functional import IOU_THRESHOLDS, box_average_precision

Crowd = tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray], list[np.ndarray]]


def random_crowds(seed: int, num_images: int = 6) -> Crowd:
    """Images of 0 to 45 people with jittered, duplicated, missing and tied detections, and a few crowd regions."""
    rng = np.random.default_rng(seed)
    boxes, detections, scores, crowd = [], [], [], []
    for _ in range(num_images):
        count = int(rng.integers(0, 45))
        corners = rng.uniform(0, 300, (count, 2))
        people = np.concatenate([corners, rng.uniform(5, 80, (count, 2))], axis=1)
        kept = np.repeat(people, rng.integers(0, 3, count), axis=0)
        noise = rng.normal(0, 0.08, kept.shape) * np.tile(kept[:, 2:], 2)
        stray = np.concatenate([rng.uniform(0, 300, (5, 2)), rng.uniform(0, 80, (5, 2))], axis=1)
        found = np.concatenate([np.maximum(kept + noise, 0), stray])
        boxes.append(people)
        detections.append(found)
        scores.append(rng.integers(0, 20, len(found)) / 20)  # ties
        crowd.append(rng.random(count) < 0.05)
    return boxes, detections, scores, crowd


def pycocotools_figures(boxes: list, detections: list, scores: list, crowd: list, max_dets: int) -> dict[str, float]:
    def index(groups: list, extra: list) -> COCO:
        records = [(image, box) for image, group in enumerate(groups, 1) for box in group]
        coco = COCO()
        coco.dataset = {
            'images': [{'id': image} for image in range(1, len(groups) + 1)],
            'categories': [{'id': 1}],
            'annotations': [
                {'id': i, 'image_id': image, 'category_id': 1, 'bbox': list(box), 'area': box[2] * box[3], **more}
                for i, ((image, box), more) in enumerate(zip(records, extra), 1)
            ],
        }
        coco.createIndex()
        return coco

    with contextlib.redirect_stdout(io.StringIO()):
        truth = index(boxes, [{'iscrowd': int(flag)} for flags in crowd for flag in flags])
        found = index(detections, [{'score': score, 'iscrowd': 0} for group in scores for score in group])
        engine = COCOeval(truth, found, 'bbox')
        engine.params.maxDets = [max_dets]
        engine.params.areaRng, engine.params.areaRngLbl = [[0, 1e15]], ['all']
        engine.evaluate()
        engine.accumulate()
    precision, recall = engine.eval['precision'][:, :, 0, 0, 0], engine.eval['recall'][:, 0, 0, 0]
    return {'AP': precision.mean(), 'AP50': precision[0].mean(), 'AP75': precision[5].mean(), 'AR': recall.mean()}


def plain_ap(boxes: list, detections: list, scores: list, threshold: float) -> float:
    """COCO's AP written plainly: greedy matching by score, precision at 101 recalls; no crowd regions."""
    flags: list[tuple[float, bool]] = []
    for people, found, confidence in zip(boxes, detections, scores):
        free = list(range(len(people)))
        for k in sorted(range(len(found)), key=lambda k: -confidence[k]):
            best, best_iou = None, threshold
            for g in free:
                (ax, ay, aw, ah), (bx, by, bw, bh) = found[k], people[g]
                w = max(0.0, min(ax + aw, bx + bw) - max(ax, bx))
                h = max(0.0, min(ay + ah, by + bh) - max(ay, by))
                iou = w * h / (aw * ah + bw * bh - w * h)
                if iou >= best_iou:
                    best, best_iou = g, iou
            if best is not None:
                free.remove(best)
            flags.append((confidence[k], best is not None))
    flags.sort(key=lambda flag: -flag[0])
    total = sum(map(len, boxes))
    points, hits = [], 0
    for rank, (_, hit) in enumerate(flags, 1):
        hits += hit
        points.append((hits / total, hits / rank))
    levels = [r / 100 for r in range(101)]
    return sum(max((p for recall, p in points if recall >= level), default=0.0) for level in levels) / 101


@pytest.mark.parametrize('seed', range(8))
@pytest.mark.parametrize('max_dets', [10, 300])
def test_equals_pycocotools(seed: int, max_dets: int) -> None:
    crowds = random_crowds(seed)
    ours = box_average_precision(*crowds, max_dets=max_dets)
    theirs = pycocotools_figures(*crowds, max_dets=max_dets)
    assert ours == pytest.approx(theirs, abs=1e-12)
    assert 0.05 < ours['AP'] < 0.95


@pytest.mark.parametrize('seed', range(4))
def test_equals_a_plain_implementation(seed: int) -> None:
    boxes, detections, scores, _ = random_crowds(seed + 100)
    expected = [plain_ap(boxes, detections, scores, threshold) for threshold in IOU_THRESHOLDS]
    ours = box_average_precision(boxes, detections, scores)
    assert ours['AP'] == pytest.approx(np.mean(expected), abs=1e-9)
    assert ours['AP50'] == pytest.approx(expected[0], abs=1e-9)
    assert ours['AP75'] == pytest.approx(expected[5], abs=1e-9)


def test_more_than_a_hundred_people_count() -> None:
    people = np.array([[20.0 * (i % 20), 20.0 * (i // 20), 15, 15] for i in range(250)])
    figures = box_average_precision([people], [people], [np.linspace(1, 0, 250)])
    assert figures == {'AP': 1.0, 'AP50': 1.0, 'AP75': 1.0, 'AR': 1.0}
    capped = box_average_precision([people], [people], [np.linspace(1, 0, 250)], max_dets=100)
    assert capped['AR'] == pytest.approx(0.4)
    assert capped['AP'] == pytest.approx(41 / 101)


def test_thresholds_of_the_caller_leave_ap50_and_ap75() -> None:
    people = np.array([[0.0, 0, 100, 100]])
    found = np.array([[0.0, 0, 100, 62]])
    figures = box_average_precision([people], [found], [np.ones(1)], iou_thrs=[0.6, 0.61, 0.7, 0.8])
    assert figures == {'AP': 0.5, 'AP50': 1.0, 'AP75': 0.0, 'AR': 0.5}


@pytest.mark.parametrize('found', [0, 2])
def test_nobody_to_find_is_nan_and_nothing_found_is_zero(found: int) -> None:
    nobody, people = np.zeros((0, 4)), np.array([[0.0, 0, 9, 9]])
    boxes = np.tile([1.0, 1, 5, 5], (found, 1))
    assert np.isnan(list(box_average_precision([nobody], [boxes], [np.ones(found)]).values())).all()
    figures = box_average_precision([people], [nobody], [np.zeros(0)])
    assert figures == {'AP': 0, 'AP50': 0, 'AP75': 0, 'AR': 0}


def test_false_positives_in_empty_images_count() -> None:
    people, nobody = np.array([[0.0, 0, 9, 9]]), np.zeros((0, 4))
    alone = box_average_precision([people, nobody], [people, nobody], [np.array([0.5]), np.zeros(0)])
    false = box_average_precision([people, nobody], [people, people], [np.array([0.5]), np.array([0.9])])
    assert (alone['AP'], false['AP']) == (1.0, pytest.approx(0.5))


@pytest.mark.parametrize('was_on', [True, False])
def test_the_garbage_collector_is_left_as_it_was(was_on):
    boxes = [np.array([[0.0, 0.0, 10.0, 10.0]])]
    gc.enable() if was_on else gc.disable()
    try:
        box_average_precision(boxes, boxes, [np.array([0.5])])
        assert gc.isenabled() is was_on
        with pytest.raises(ValueError, match='zip'):
            box_average_precision(boxes, boxes, [np.array([0.5, 0.4])])
        assert gc.isenabled() is was_on
    finally:
        gc.enable()
