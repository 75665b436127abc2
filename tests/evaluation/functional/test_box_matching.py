import numpy as np

from synpose.evaluation.functional import greedy_matches, iou_matrix


def test_iou_matrix_by_hand() -> None:
    boxes = np.array([[0, 0, 10, 10], [100, 100, 5, 5]], dtype=float)
    others = np.array([[5, 0, 10, 10], [0, 0, 10, 10], [0, 0, 5, 5]], dtype=float)
    np.testing.assert_allclose(iou_matrix(boxes, others), [[50 / 150, 1, 0.25], [0, 0, 0]])
    assert iou_matrix(boxes, np.zeros((0, 4))).shape == (2, 0)
    assert iou_matrix(np.zeros((0, 4)), boxes).shape == (0, 2)


def test_each_label_is_taken_once_and_best_scores_first() -> None:
    iou = np.array([[0.6, 0.0], [0.9, 0.55], [0.49, 0.49]])
    # Prediction 0 scores higher and takes label 0, so prediction 1 gets label 1; prediction 2 overlaps too little.
    np.testing.assert_array_equal(greedy_matches(iou, np.array([0.9, 0.8, 0.7])), [0, 1, -1])
    # Prediction 1 first takes label 0, its best; prediction 0 finds nothing left.
    np.testing.assert_array_equal(greedy_matches(iou, np.array([0.8, 0.9, 0.7])), [-1, 0, -1])
    assert greedy_matches(np.zeros((2, 0)), np.ones(2)).tolist() == [-1, -1]
