import sys
from itertools import product

import numpy as np
import pytest

from synpose.adaptation.edge_smoothing import guided_filter, matting_affinity, smooth_by_affinity

SHAPE = (6, 7)


@pytest.fixture
def guide() -> np.ndarray:
    return np.random.default_rng(0).random((*SHAPE, 3))


def affinity_by_windows(guide: np.ndarray, epsilon: float = 1e-7) -> np.ndarray:
    """The definition, one window and one pair of pixels after the other."""
    height, width = guide.shape[:2]
    result = np.zeros((height * width,) * 2)
    for y, x in product(range(height - 2), range(width - 2)):
        members = [(y + dy, x + dx) for dy, dx in product(range(3), repeat=2)]
        colors = np.array([guide[member] for member in members])
        mean = colors.mean(axis=0)
        inverse = np.linalg.inv(np.cov(colors.T, bias=True) + epsilon / 9 * np.eye(3))
        for (a, first), (b, second) in product(enumerate(members), repeat=2):
            value = (1 + (colors[a] - mean) @ inverse @ (colors[b] - mean)) / 9
            result[first[0] * width + first[1], second[0] * width + second[1]] += value
    return result


def test_affinity_is_its_definition(guide: np.ndarray) -> None:
    np.testing.assert_allclose(matting_affinity(guide).toarray(), affinity_by_windows(guide), rtol=1e-6, atol=1e-8)


def test_rows_of_the_affinity_count_windows(guide: np.ndarray) -> None:
    rows = matting_affinity(guide).sum(axis=1).reshape(SHAPE)
    counts = np.outer([1, 2, 3, 3, 2, 1], [1, 2, 3, 3, 3, 2, 1])
    np.testing.assert_allclose(rows, counts, rtol=1e-6)


@pytest.mark.parametrize('fidelity', [1e-4, 0.1])
def test_smoothing_is_the_closed_form(guide: np.ndarray, fidelity: float) -> None:
    image = np.random.default_rng(1).random((*SHAPE, 3))
    padding = [(2, 2), (2, 2), (0, 0)]
    affinity = affinity_by_windows(np.pad(guide, padding, mode='edge'))
    scale = np.diag(affinity.sum(axis=1) ** -0.5)
    weight = 1 / (1 + fidelity)
    known = np.pad(image, padding, mode='edge').reshape(-1, 3)
    solution = (1 - weight) * np.linalg.solve(np.eye(len(known)) - weight * scale @ affinity @ scale, known)
    expected = solution.reshape(SHAPE[0] + 4, SHAPE[1] + 4, 3)[2:-2, 2:-2]
    np.testing.assert_allclose(smooth_by_affinity(image, guide, fidelity), expected, atol=2e-3)


def step(noise: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    guide = np.zeros((24, 24, 3))
    guide[:, 12:] = (0.8, 0.6, 0.9)
    guide += rng.normal(0, 0.01, guide.shape)
    return guide, guide * 0.5 + 0.2 + rng.normal(0, noise, guide.shape)


@pytest.mark.parametrize('smooth', [smooth_by_affinity, lambda image, guide: guided_filter(image, guide, radius=5)])
def test_noise_goes_and_edges_stay(smooth) -> None:
    guide, noisy = step(0.05)
    result = smooth(noisy, guide)
    for side in (slice(2, 10), slice(14, 22)):
        assert result[2:-2, side].std(axis=(0, 1)).max() < 0.5 * noisy[2:-2, side].std(axis=(0, 1)).min()
    height = result[:, 12:].mean(axis=(0, 1)) - result[:, :12].mean(axis=(0, 1))
    np.testing.assert_allclose(height, [0.4, 0.3, 0.45], atol=0.03)
    np.testing.assert_allclose(result[:, 12].mean(0) - result[:, 11].mean(0), height, atol=0.04)


def test_guided_filter_is_its_definition(guide: np.ndarray) -> None:
    image, radius, epsilon = np.random.default_rng(1).random((*SHAPE, 2)), 1, 0.02
    slopes, offsets = np.zeros((*SHAPE, 3, 2)), np.zeros((*SHAPE, 2))
    windows = {
        (y, x): (slice(max(y - radius, 0), y + radius + 1), slice(max(x - radius, 0), x + radius + 1))
        for y, x in np.ndindex(SHAPE)
    }
    for place, window in windows.items():
        colors, values = guide[window].reshape(-1, 3), image[window].reshape(-1, 2)
        centered = colors - colors.mean(0)
        covariance = centered.T @ centered / len(colors) + epsilon * np.eye(3)
        slopes[place] = np.linalg.solve(covariance, centered.T @ values / len(colors))
        offsets[place] = values.mean(0) - colors.mean(0) @ slopes[place]
    expected = np.array(
        [
            guide[place] @ slopes[window].mean(axis=(0, 1)) + offsets[window].mean(axis=(0, 1))
            for place, window in windows.items()
        ]
    )
    np.testing.assert_allclose(guided_filter(image, guide, radius, epsilon), expected.reshape(image.shape), atol=1e-9)


def test_tiny_picture_and_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match='2x5 px is smaller than a window'):
        matting_affinity(np.zeros((5, 2, 3)))
    assert smooth_by_affinity(np.zeros((1, 1, 3)), np.zeros((1, 1, 3))).shape == (1, 1, 3)
    monkeypatch.setitem(sys.modules, 'scipy.sparse', None)
    with pytest.raises(ImportError, match=r"pip install 'synpose\[adapt\]'"):
        matting_affinity(np.zeros((5, 5, 3)))
