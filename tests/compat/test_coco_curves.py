import numpy as np

from synpose.compat.coco_curves import precision_recall


def test_precision_recall_by_hand():
    scores = np.array([0.7, 0.9, 0.8, 0.6])
    matched = np.array([[True, True, False, True]])  # in falling order of score: hit, miss, hit, ignored hit
    ignored = np.array([[False, False, False, True]])
    precision, recall, score_at = precision_recall(scores, matched, ignored, 4, np.array([0, 0.25, 0.5, 0.75]))
    np.testing.assert_allclose(precision, [[1, 1, 2 / 3, 0]])
    np.testing.assert_allclose(recall, [0.5])
    np.testing.assert_allclose(score_at, [[0.9, 0.9, 0.7, 0]])
