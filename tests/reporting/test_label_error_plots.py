import cv2
import numpy as np

from synpose.evaluation.functional import label_errors
from synpose.reporting.label_error_plots import draw_label_errors


def test_a_line_for_each_part_also_where_bins_are_empty():
    rng = np.random.default_rng(0)
    truth = np.concatenate([rng.uniform(0, 50, (4, 5, 2)), np.full((4, 5, 1), 2)], axis=2)
    labels = truth + np.array([1.0, 0, 0])
    common = (rng.uniform(0.3, 0.9, (4, 5)), np.full(4, 20.0), np.full(4, 900.0), np.full(5, 0.03))
    parts = {'foot': label_errors(truth, labels, *common), 'face': label_errors(truth * 0, labels * 0, *common)}
    picture = cv2.imdecode(np.frombuffer(draw_label_errors({'parts': parts}), np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[1] > 600
    blue = np.array([0xAD, 0x5C, 0x0B])  # the first line's color, blue green red
    assert (np.abs(picture.astype(int) - blue).max(axis=-1) < 12).sum() > 200
