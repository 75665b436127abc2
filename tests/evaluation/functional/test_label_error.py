"""Figures of labels, computed by hand."""

import numpy as np
import pytest

from synpose.evaluation.functional import box_side, inter_ocular, label_errors, part_oks


def triples(*points):
    return np.array([points], dtype=float)


def test_inter_ocular_is_between_the_outer_corners():
    face = np.zeros((3, 68, 3))
    face[:, 36], face[:, 45] = (10, 20, 2), (13, 24, 1)
    face[1, 45, 2] = 0
    np.testing.assert_array_equal(inter_ocular(face), [5, np.nan, 5])


def test_box_side_is_the_longer_one_of_what_is_there():
    points = triples((10, 10, 2), (14, 40, 1), (500, 500, 0))
    np.testing.assert_array_equal(box_side(points), [30])
    points[0, 1, 2] = 0
    np.testing.assert_array_equal(box_side(points), [np.nan])
    np.testing.assert_array_equal(box_side(triples((1, 1, 2), (1, 1, 2))), [np.nan])


def test_oks():
    """Distances 0 and 2 px, sigma .1, area 100: 1 and exp(-4 / (2 x .04 x 100)) = exp(-.5); one is not labeled."""
    truth = triples((0, 0, 2), (5, 0, 1), (9, 9, 2), (7, 7, 0))
    labels = triples((0, 0, 2), (5, 2, 2), (9, 9, 0), (0, 0, 2))
    found = part_oks(truth, labels[..., :2], labels[..., 2] > 0, np.array([100.0]), np.full(4, 0.1))
    assert found == pytest.approx([(1 + np.exp(-0.5) + 0) / 3])
    assert np.isnan(part_oks(np.zeros((1, 4, 3)), labels[..., :2], labels[..., 2] > 0, np.ones(1), np.full(4, 0.1)))


@pytest.fixture
def measured():
    """Two people with three points each; sizes 10 and 20 px.

    Errors over the size: 0, .3 | -; .05, .15, absent in truth. One true point has no label.
    """
    truth = np.array([[(0, 0, 2), (10, 0, 1), (20, 0, 2)], [(0, 0, 2), (5, 5, 1), (0, 0, 0)]], float)
    labels = np.array([[(0, 0, 2), (10, 3, 2), (0, 0, 0)], [(1, 0, 2), (5, 8, 2), (7, 7, 2)]], float)
    confidence = np.array([[0.95, 0.55, 0.1], [1.0, 0.5, 0.99]])
    return truth, labels, confidence, np.array([10.0, 20.0]), np.array([100.0, 400.0]), np.full(3, 0.1)


def test_figures(measured):
    figures = label_errors(*measured)
    assert (figures['parts'], figures['points']) == (2, 5)
    assert figures['coverage'] == pytest.approx(4 / 5)
    assert figures['spurious'] == pytest.approx(1 / 5)
    assert figures['NME'] == pytest.approx((0 + 0.3 + 0.05 + 0.15) / 4)
    assert figures['NME_visible'] == pytest.approx((0 + 0.05) / 2)
    assert figures['NME_occluded'] == pytest.approx((0.3 + 0.15) / 2)
    assert figures['PCK@0.05'] == pytest.approx(2 / 4)
    assert figures['PCK@0.1'] == pytest.approx(2 / 4)
    assert figures['PCK@0.2'] == pytest.approx(3 / 4)
    first = (1 + np.exp(-9 / 8) + 0) / 3
    second = (np.exp(-1 / 32) + np.exp(-9 / 32)) / 2
    assert figures['OKS'] == pytest.approx((first + second) / 2)


def test_bins_of_confidence(measured):
    bins = {round(bar['low'], 1): bar for bar in label_errors(*measured)['confidence']}
    assert list(bins) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    # .5 is in the bin above it, 1.0 in the last one; labels that nothing true belongs to are in none.
    assert bins[0.9] == {'low': 0.9, 'high': 1.0, 'points': 2, 'NME': pytest.approx(0.025), 'PCK@0.1': 1.0}
    assert bins[0.5] == {'low': 0.5, 'high': 0.6, 'points': 2, 'NME': pytest.approx(0.225), 'PCK@0.1': 0.0}
    assert bins[0.1] == {'low': 0.1, 'high': 0.2, 'points': 0, 'NME': None, 'PCK@0.1': None}
    assert sum(bar['points'] for bar in bins.values()) == 4


def test_parts_without_a_size_have_no_error_but_are_covered(measured):
    truth, labels, confidence, _, *rest = measured
    figures = label_errors(truth, labels, confidence, np.array([np.nan, 20.0]), *rest)
    assert figures['NME'] == pytest.approx(0.1)
    assert figures['coverage'] == pytest.approx(4 / 5)


def test_nothing_true(measured):
    truth, *rest = measured
    figures = label_errors(np.zeros_like(truth), *rest)
    assert figures['parts'] == figures['points'] == 0
    assert figures['spurious'] == 1
    assert figures['NME'] is figures['OKS'] is figures['coverage'] is figures['PCK@0.1'] is None


def test_shapes_must_belong_together(measured):
    truth, labels, confidence, sizes, areas, sigmas = measured
    with pytest.raises(ValueError, match=r'labels \(2, 2, 3\)'):
        label_errors(truth, labels[:, :2], confidence, sizes, areas, sigmas)
    with pytest.raises(ValueError, match=r'sigmas \(2,\)'):
        label_errors(truth, labels, confidence, sizes, areas, sigmas[:2])
