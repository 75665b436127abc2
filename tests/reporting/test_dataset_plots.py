"""Plots of statistics: readable PNG files, and bins that are merged without losing anything."""

import cv2
import numpy as np
import pytest

from synpose.reporting.dataset_plots import (
    JOINT_COLORS,
    MAX_BARS,
    coarsen,
    draw_distribution,
    draw_joints,
    draw_poses_map,
    draw_shares,
)
from synpose.reporting.distribution import Distribution


def decode(data: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.std() > 5
    return image


@pytest.mark.parametrize('count', [1, MAX_BARS, MAX_BARS + 1, 1000])
def test_merged_bins_keep_every_value(count: int) -> None:
    counts = np.arange(1, count + 1)
    edges, merged, width = coarsen(np.arange(count) * 0.5, counts, 0.5)
    assert merged.sum() == counts.sum()
    assert len(merged) == len(edges) <= MAX_BARS
    np.testing.assert_allclose(np.diff(edges), width)
    assert edges[-1] + width >= count * 0.5


def test_a_histogram_reaches_to_the_paper_s_mean() -> None:
    values = Distribution(1)
    values.add([2, 3, 3])
    plain = decode(draw_distribution('people per image', values, 'images'))
    beside = decode(draw_distribution('people per image', values, 'images', 35.2))
    assert plain.shape == beside.shape
    assert (plain != beside).any()


def test_more_names_make_a_taller_figure() -> None:
    few = decode(draw_shares({'writing': 5, 'reading': 2}, 'people'))
    many = decode(draw_shares({f'movement {i}': i + 1 for i in range(60)}, 'people', most=40))
    assert many.shape[0] > 4 * few.shape[0]


def bar(image: np.ndarray, label: str) -> np.ndarray:
    """Return rows and columns ``(N, 2)`` of a color of joints' bars, those of the legend above them left out."""
    color = [int(JOINT_COLORS[label][k : k + 2], 16) for k in (5, 3, 1)]  # blue, green, red
    places = np.argwhere((np.abs(image.astype(int) - color) < 3).all(-1))
    rows, counts = np.unique(places[:, 0], return_counts=True)
    return places[np.isin(places[:, 0], rows[counts > 0.2 * image.shape[1]])]


def test_bars_of_joints() -> None:
    # The first joint is always seen, the second hidden from three in four and absent for the rest.
    image = decode(draw_joints(('nose', 'chin'), np.array([[0, 0, 7], [1, 3, 0]])))
    visible, occluded = bar(image, 'visible'), bar(image, 'occluded')
    assert visible[:, 0].max() < occluded[:, 0].min()
    whole, part = np.ptp(visible[:, 1]), np.ptp(occluded[:, 1])
    assert whole > 0.7 * image.shape[1]
    assert part == pytest.approx(0.75 * whole, rel=0.02)


def test_a_map_of_poses() -> None:
    decode(draw_poses_map(np.random.default_rng(0).integers(0, 9, (2, 60, 60))))
