import sys

import numpy as np
import pytest

from synpose.adaptation.color_transfer import LinearMap, moments, roll_off, transfer_colors, transport_map


def random_moments(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    root = rng.normal(size=(3, 3))
    return rng.normal(100, 20, 3), root @ root.T * 300


@pytest.mark.parametrize('seed', range(5))
def test_map_takes_one_gaussian_to_the_other(seed: int) -> None:
    rng = np.random.default_rng(seed)
    content, style = random_moments(rng), random_moments(rng)
    change = transport_map(content, style)
    np.testing.assert_allclose(change(content[0]), style[0], rtol=1e-9)
    np.testing.assert_allclose(change.matrix @ content[1] @ change.matrix.T, style[1], rtol=1e-6, atol=1e-6)
    # Of all maps that do that, the optimal one is symmetric and not negative (Knott and Smith).
    np.testing.assert_allclose(change.matrix, change.matrix.T, atol=1e-9)
    assert np.linalg.eigvalsh(change.matrix).min() > 0


def test_map_of_axis_parallel_gaussians_is_the_ratio_of_deviations() -> None:
    content = np.array([10.0, 20.0, 30.0]), np.diag([4.0, 9.0, 25.0])
    style = np.array([40.0, 10.0, 30.0]), np.diag([16.0, 9.0, 1.0])
    change = transport_map(content, style)
    np.testing.assert_allclose(change.matrix, np.diag([2.0, 1.0, 0.2]), atol=1e-9)
    np.testing.assert_allclose(change.offset, [20.0, -10.0, 24.0], atol=1e-8)
    limited = transport_map(content, style, max_gain=1.5)
    np.testing.assert_allclose(limited.matrix, np.diag([1.5, 1.0, 1 / 1.5]), atol=1e-9)
    np.testing.assert_allclose(limited(content[0]), style[0])  # means are matched under a limit too


def test_singular_content_needs_a_ridge() -> None:
    flat = np.array([1.0, 2.0, 3.0]), np.zeros((3, 3))
    style = random_moments(np.random.default_rng(0))
    with pytest.raises(ValueError, match='singular: give a ridge'):
        transport_map(flat, style)
    change = transport_map(flat, style, ridge=0.1, max_gain=3)
    np.testing.assert_allclose(change(flat[0]), style[0])
    np.testing.assert_allclose(np.linalg.eigvalsh(change.matrix), 3)


def test_singular_style_keeps_some_contrast() -> None:
    content = random_moments(np.random.default_rng(1))
    change = transport_map(content, (np.array([50.0, 60.0, 70.0]), np.zeros((3, 3))), ridge=0.1, max_gain=4)
    np.testing.assert_allclose(np.linalg.eigvalsh(change.matrix), 1 / 4)


def test_wrong_gain() -> None:
    with pytest.raises(ValueError, match=r'max_gain must be at least 1, but is 0\.5'):
        transport_map(random_moments(np.random.default_rng(0)), random_moments(np.random.default_rng(1)), max_gain=0.5)


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'ot', None)
    monkeypatch.setitem(sys.modules, 'ot.gaussian', None)
    with pytest.raises(ImportError, match=r"pip install 'synpose\[adapt\]'"):
        transport_map(random_moments(np.random.default_rng(0)), random_moments(np.random.default_rng(1)))


def test_moments_are_numpys() -> None:
    colors = np.random.default_rng(0).integers(0, 256, (500, 3), dtype=np.uint8)
    mean, covariance = moments(colors)
    np.testing.assert_allclose(mean, colors.mean(axis=0))
    np.testing.assert_allclose(covariance, np.cov(colors.T, bias=True))
    with pytest.raises(ValueError, match='there is none'):
        moments(colors[:0])


def test_linear_map_applies_rows() -> None:
    change = LinearMap(np.diag([2.0, 3.0, 4.0]), np.array([1.0, 0.0, -1.0]))
    np.testing.assert_array_equal(change(np.array([[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]])), [[3, 3, 3], [1, 6, -1]])


def test_transferred_pixels_have_the_style_s_moments() -> None:
    rng = np.random.default_rng(0)
    content = rng.normal((120, 100, 90), (15, 20, 10), (4000, 3)).clip(0, 255).astype(np.uint8)
    style = (rng.normal(0, 12, (3000, 3)) @ rng.normal(0, 0.7, (3, 3)) + (110, 130, 140)).clip(0, 255).astype(np.uint8)
    found, wanted = moments(transfer_colors(content, style, ridge=0, max_gain=100, knee=0)), moments(style)
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-9)
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-6)


def test_own_colors_change_nothing() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (300, 3), dtype=np.uint8)
    np.testing.assert_allclose(transfer_colors(pixels, pixels[::-1]), pixels, atol=1e-6)


def test_roll_off_keeps_the_middle_and_the_order() -> None:
    after = np.linspace(-120, 375, 1001)
    result = roll_off(np.full(after.shape, 128), after, 16)
    inside = (after >= 16) & (after <= 239)
    np.testing.assert_allclose(result[inside], after[inside], rtol=1e-12)
    assert (np.diff(result) > 0).all()
    assert result[0] > 0
    assert result[-1] < 255
    np.testing.assert_allclose(result, 255 - result[::-1], atol=1e-9)
    # At 0 the curve is at k / e.
    assert roll_off(np.array([128]), np.array([0.0]), 16) == pytest.approx(16 / np.e)


def test_roll_off_goes_back_to_where_a_level_was_at_most() -> None:
    before = np.array([0, 3, 10, 40, 255, 250])
    np.testing.assert_allclose(roll_off(before, before, 16), before)
    after = np.array([-30.0, -10.0, -10.0, -10.0, 300.0, 270.0])
    low = 16 * np.exp(-10 / 16 - 1)
    expected = [0, 3, low, low, 255, 255 - min(16 * np.exp(-15 / 16 - 1), 5)]
    np.testing.assert_allclose(roll_off(before, after, 16), expected)
    np.testing.assert_array_equal(roll_off(before, after, 0), after)
