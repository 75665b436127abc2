import numpy as np
import pytest

from synpose.adaptation.border_artifacts import blend_inside, border_gradient, border_pixels, clipped_share


def square(size: int = 9, low: int = 3, high: int = 6) -> np.ndarray:
    region = np.zeros((size, size), bool)
    region[low:high, low:high] = True
    return region


def test_border_is_the_ring_of_both_sides() -> None:
    expected = np.zeros((9, 9), bool)
    expected[2:7, 2:7] = True
    expected[4, 4] = False
    np.testing.assert_array_equal(border_pixels(square()), expected)


@pytest.mark.parametrize('fill', [False, True])
def test_no_border_no_gradient(fill: bool) -> None:
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    assert border_gradient(image, np.full((8, 8), fill)) is None


def test_gradient_of_a_ramp_is_its_slope() -> None:
    ramp = np.repeat(np.arange(12, dtype=np.uint8)[None, :, None] * 5, 12, axis=0).repeat(3, axis=2)
    assert border_gradient(ramp, square(12, 4, 8)) == pytest.approx(5)
    assert border_gradient(ramp.transpose(1, 0, 2), square(12, 4, 8)) == pytest.approx(5)


def test_gradient_of_a_straight_step_is_half_its_height() -> None:
    region = np.zeros((10, 10), bool)
    region[:, 5:] = True
    image = np.where(region, 130, 50).astype(np.uint8)[..., None].repeat(3, axis=2)
    assert border_gradient(image, region) == pytest.approx(40)


def test_only_the_border_counts() -> None:
    image = np.full((20, 20, 3), 90, np.uint8)
    image[:3] = 255
    assert border_gradient(image, square(20, 9, 14)) == 0


def test_clipped_share_counts_pixels_that_got_there() -> None:
    before = np.array([[0, 50, 50], [10, 10, 10], [250, 9, 9], [5, 5, 5]], np.uint8)
    after = np.array([[0, 60, 60], [0, 10, 10], [255, 0, 9], [6, 6, 6]], np.uint8)
    assert clipped_share(before, after) == 0.5
    assert clipped_share(before[:0], after[:0]) == 0


def test_blend_changes_the_region_only() -> None:
    content = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    result = blend_inside(content, np.full((9, 9, 3), 300.0, np.float32), square(), 0)
    assert (result[square()] == 255).all()
    np.testing.assert_array_equal(result[~square()], content[~square()])


def test_feather_rises_from_the_border() -> None:
    region = np.zeros((3, 12), bool)
    region[:, 4:] = True
    result = blend_inside(np.zeros((3, 12, 3), np.uint8), np.full((3, 12, 3), 90.0, np.float32), region, 2)
    np.testing.assert_allclose(result[1, :, 0], [0] * 4 + [30, 60] + [90] * 6, atol=1)


def test_whole_picture_has_no_border_to_feather() -> None:
    result = blend_inside(np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 7.4, np.float32), np.ones((4, 4), bool), 5)
    assert (result == 7).all()
