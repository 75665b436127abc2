import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import multiclass_jaccard_index, multiclass_recall

from synpose.evaluation.functional import class_scores, count_pixels, mean_score


def test_scores_are_those_of_torchmetrics() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 6, (3, 20, 30))
    predicted = np.where(rng.random(true.shape) < 0.6, true, rng.integers(0, 6, true.shape))
    counts = sum(count_pixels(a, b, 6) for a, b in zip(predicted, true))
    iou, recall = class_scores(counts)
    pair = torch.tensor(predicted), torch.tensor(true)
    np.testing.assert_allclose(iou, multiclass_jaccard_index(*pair, 6, average='none'), rtol=1e-6)
    np.testing.assert_allclose(recall, multiclass_recall(*pair, 6, average='none'), rtol=1e-6)


def test_classes_of_a_set_count_together() -> None:
    # Class 1: 1 of 1 pixels in the first image, 0 of 3 in the second: IoU 1/4, where the mean of images is 1/2.
    counts = count_pixels(np.array([1, 0]), np.array([1, 0]), 3)
    counts = counts + count_pixels(np.array([0, 0, 0, 0]), np.array([1, 1, 1, 0]), 3)
    iou, recall = class_scores(counts)
    assert iou[1] == recall[1] == 1 / 4
    assert iou[0] == 2 / 5
    assert recall[0] == 1
    assert np.isnan([iou[2], recall[2]]).all()  # nobody has class 2


def test_a_class_predicted_where_there_is_none() -> None:
    iou, recall = class_scores(count_pixels(np.array([2, 0]), np.array([0, 0]), 3))
    assert iou[2] == 0
    assert np.isnan(recall[2])
    assert mean_score(iou) == pytest.approx((0.5 + 0) / 2)
    assert np.isnan(mean_score(recall[1:]))


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r'\(2,\) pixels predicted, but \(3,\) labeled'):
        count_pixels(np.zeros(2, int), np.zeros(3, int), 3)
    with pytest.raises(ValueError, match=r'classes 0 to 3 labeled, not 0 to 2'):
        count_pixels(np.zeros(2, int), np.array([0, 3]), 3)
    with pytest.raises(ValueError, match=r'classes -1 to 0 predicted'):
        count_pixels(np.array([0, -1]), np.zeros(2, int), 3)
