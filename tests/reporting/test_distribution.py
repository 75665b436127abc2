"""Histograms without fixed ends."""

import numpy as np
import pytest

from synpose.reporting.distribution import Distribution


def test_counts_mean_and_range() -> None:
    values = Distribution(0.1)
    values.add([0.3, 0.35, [np.nan][0], -0.05, np.inf])
    assert values.bins == {3: 2, -1: 1}
    assert (values.count, values.low, values.high) == (3, -0.05, 0.35)
    assert values.mean == pytest.approx(0.2)
    edges, counts = values.histogram()
    np.testing.assert_allclose(edges, [-0.1, 0, 0.1, 0.2, 0.3], atol=1e-12)
    assert counts.tolist() == [1, 0, 0, 0, 2]


def test_parts_add_up_to_the_whole() -> None:
    samples = np.random.default_rng(0).normal(5, 20, 999)
    whole, parts = Distribution(2), Distribution(2)
    whole.add(samples)
    for part in np.array_split(samples, 7):
        other = Distribution(2)
        other.add(part)
        parts.merge(other)
    assert parts.bins == whole.bins
    assert parts.mean == pytest.approx(samples.mean())
    assert (parts.low, parts.high) == (samples.min(), samples.max())


def test_nothing_counted() -> None:
    values = Distribution(1)
    values.add([])
    assert np.isnan(values.mean)
    assert values.summary() == {'count': 0, 'mean': None, 'min': None, 'max': None, 'bin_width': 1, 'bins': {}}
    assert [part.size for part in values.histogram()] == [0, 0]
