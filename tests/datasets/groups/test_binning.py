"""Edges between groups, LTSH's among them, and the trap of degrees."""

import numpy as np
import pytest

from synpose.datasets.groups.binning import bin_names, bin_numbers, check_edges, range_edges, variance_edges

PITCHES = np.random.default_rng(0).uniform(0, np.pi / 4, 5000)


def test_pitches_in_radians_make_ten_groups_whose_tails_are_clamped():
    edges = variance_edges(PITCHES)
    variance = PITCHES.var()
    assert edges[[0, -1]] == pytest.approx([PITCHES.min() + variance, PITCHES.max() - variance])
    np.testing.assert_allclose(np.diff(edges), (edges[-1] - edges[0]) / 10)
    numbers = bin_numbers(PITCHES, edges)
    assert np.bincount(numbers).size == 10
    assert set(numbers[edges[0] > PITCHES]) == {0}
    assert set(numbers[edges[-1] <= PITCHES]) == {9}
    expected = np.clip(np.digitize(PITCHES, edges) - 1, 0, 9)
    assert (numbers == expected).all()


def test_pitches_in_degrees_are_refused():
    with pytest.raises(ValueError, match=r'is empty: are the values all alike, or in degrees instead of radians'):
        variance_edges(np.degrees(PITCHES))
    with pytest.raises(ValueError, match='is empty'):
        variance_edges(np.full(4, 0.3))


def test_a_value_on_an_edge_belongs_to_the_group_above():
    edges = np.linspace(0, 640, 11)
    values = [-1, 0, 63.9, 64, 639.9, 640, 5000, np.inf]
    assert bin_numbers(np.array(values), edges).tolist() == [0, 0, 0, 1, 9, 9, 9, 9]
    names = bin_names('mD', edges)
    assert (len(names), names[0], names[4], names[9]) == (10, 'mD < 64', '256 <= mD < 320', '576 <= mD')


def test_edges_are_checked():
    assert range_edges(np.array([1.0, np.inf, 3]), 2).tolist() == [1, 2, 3]
    for edges in ([1, 2], [3, 2, 1], [1, 1, 2]):
        with pytest.raises(ValueError, match='three or more rising numbers'):
            check_edges(edges)
    with pytest.raises(ValueError, match='all alike'):
        range_edges(np.array([2.0, 2]), 2)
