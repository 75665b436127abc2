"""Box ops through mmcv's own functions, against plain loops."""

import math

import numpy as np
import pytest
import torch
from mmcv.ops import batched_nms, bbox_overlaps, nms, soft_nms


def make_boxes(number, seed=0):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 60, (number, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(4, 40, (number, 2))], 1).astype(np.float32)
    return boxes, rng.permutation(np.linspace(0.05, 0.95, number)).astype(np.float32)


def overlap(a, b, offset=0, mode='iou'):
    width = max(min(a[2], b[2]) - max(a[0], b[0]) + offset, 0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]) + offset, 0)
    area_a, area_b = ((box[2] - box[0] + offset) * (box[3] - box[1] + offset) for box in (a, b))
    inside = width * height
    return inside / area_a if mode == 'iof' else inside / (area_a + area_b - inside)


def greedy(boxes, scores, threshold, offset=0):
    kept = []
    for index in np.argsort(-scores):
        if all(overlap(boxes[other], boxes[index], offset) <= threshold for other in kept):
            kept.append(int(index))
    return kept


def soft_greedy(boxes, scores, threshold, sigma, min_score, method, offset):
    rest, kept = {index: float(score) for index, score in enumerate(scores)}, []
    while rest:
        best = max(rest, key=rest.__getitem__)
        kept.append((best, rest.pop(best)))
        for index in list(rest):
            iou = overlap(boxes[best], boxes[index], offset)
            if method == 'gaussian':
                rest[index] *= math.exp(-(iou**2) / sigma)
            elif iou >= threshold:
                rest[index] *= 1 - iou if method == 'linear' else 0
            if rest[index] < min_score:
                del rest[index]
    return kept


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('mode', ['iou', 'iof'])
def test_bbox_overlaps(mode, aligned, offset):
    first, second = (torch.from_numpy(make_boxes(8, seed)[0]).double() for seed in (0, 1))
    pairs = [[overlap(a, b, offset, mode) for b in second.tolist()] for a in first.tolist()]
    expected = torch.tensor(pairs, dtype=torch.float64)
    assert (expected == 0).any()
    actual = bbox_overlaps(first, second, mode=mode, aligned=aligned, offset=offset)
    torch.testing.assert_close(actual, expected.diagonal() if aligned else expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('threshold', [0.1, 0.35, 0.7])
def test_nms(threshold, offset):
    boxes, scores = make_boxes(60)
    expected = greedy(boxes.astype(float), scores, threshold, offset)
    dets, kept = nms(boxes, scores, threshold, offset=offset)
    assert 1 < len(expected) < 60
    assert kept.tolist() == expected
    np.testing.assert_array_equal(dets, np.concatenate([boxes, scores[:, None]], 1)[expected])


@pytest.mark.parametrize(('threshold', 'kept'), [(0.59, [0]), (0.6, [0, 1]), (0.61, [0, 1])])
def test_nms_keeps_an_overlap_of_exactly_the_threshold(threshold, kept):
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 6]])
    assert nms(boxes, torch.tensor([0.9, 0.8]), threshold)[1].tolist() == kept


def test_nms_score_threshold_maximum_and_no_boxes():
    boxes, scores = make_boxes(60)
    candidates = np.flatnonzero(scores > 0.4)
    expected = candidates[greedy(boxes[candidates].astype(float), scores[candidates], 0.5)][:5]
    assert nms(boxes, scores, 0.5, score_threshold=0.4, max_num=5)[1].tolist() == expected.tolist()
    dets, kept = nms(torch.zeros(0, 4), torch.zeros(0), 0.5)
    assert dets.shape == (0, 5)
    assert kept.shape == (0,)


def test_batched_nms_treats_every_class_alone():
    boxes, scores = make_boxes(60)
    labels = np.arange(60) % 3
    expected = []
    for label in range(3):
        own = np.flatnonzero(labels == label)
        expected += own[greedy(boxes[own].astype(float), scores[own], 0.3)].tolist()
    expected.sort(key=lambda index: -scores[index])
    tensors = (torch.from_numpy(array) for array in (boxes, scores, labels))
    _, kept = batched_nms(*tensors, {'type': 'nms', 'iou_threshold': 0.3})
    assert kept.tolist() == expected


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('method', ['naive', 'linear', 'gaussian'])
def test_soft_nms(method, offset):
    boxes, scores = make_boxes(40)
    expected = soft_greedy(boxes.astype(float), scores, 0.3, 0.5, 0.1, method, offset)
    dets, kept = soft_nms(boxes, scores, iou_threshold=0.3, sigma=0.5, min_score=0.1, method=method, offset=offset)
    assert 1 < len(expected) < 40
    assert kept.tolist() == [index for index, _ in expected]
    np.testing.assert_array_equal(dets[:, :4], boxes[kept])
    np.testing.assert_allclose(dets[:, 4], [score for _, score in expected], rtol=1e-5)


def test_soft_nms_keeps_the_first_box_below_the_minimum_and_takes_ties_in_order():
    boxes = torch.tensor([[0.0, 0, 4, 4], [20, 0, 24, 4], [40, 0, 44, 4]])
    assert soft_nms(boxes, torch.full((3,), 0.5))[1].tolist() == [0, 1, 2]
    assert soft_nms(boxes, torch.full((3,), 0.01), min_score=0.1)[1].tolist() == [0]
    assert soft_nms(torch.zeros(0, 4), torch.zeros(0))[1].tolist() == []
