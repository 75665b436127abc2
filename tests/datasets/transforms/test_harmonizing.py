import cv2
import numpy as np
import pytest

from synpose.datasets.transforms.harmonizing import (
    CANDIDATES,
    Occluder,
    _draw_pixel,
    center_brightness,
    paste_occluders,
    place_occluder,
)
from synpose.datasets.transforms.person_regions import People, Region


def people_mask(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> np.ndarray:
    """Number elliptic people in boxes x, y, w, h of a mask of this width and height."""
    mask = np.zeros(size[::-1], np.int32)
    for number, (x, y, w, h) in enumerate(boxes, 1):
        cv2.ellipse(mask, (x + w // 2, y + h // 2), (w // 2, h // 2), 0, 0, 360, number, -1)
    return mask


def regions_of(mask: np.ndarray, people: str = 'each') -> list[Region]:
    return People(mask).regions(people)


MASK = people_mask((60, 40), (5, 5, 14, 20), (30, 10, 12, 24))


def test_brightness_is_that_of_equation_1() -> None:
    image = np.array([[[10, 20, 30], [50, 0, 51]], [[1, 2, 3], [4, 5, 6]]], np.uint8)
    mask = np.array([[1, 1], [0, 0]], np.int32)
    result, shifts = center_brightness(image, regions_of(mask))
    assert shifts == [round((1 + 2 + 3 + 4 + 5 + 6) / 6 - (10 + 20 + 30 + 50 + 0 + 51) / 6)]
    assert result.tolist() == [[[0, 0, 7], [27, 0, 28]], [[1, 2, 3], [4, 5, 6]]]


def test_others_are_no_background() -> None:
    image = np.full((40, 60, 3), 100, np.uint8)
    image[MASK == 1], image[MASK == 2] = 50, 200
    first, second = regions_of(MASK)
    result, shifts = center_brightness(image, [first], [second])
    assert shifts == [50]
    np.testing.assert_array_equal(result[MASK != 1], image[MASK != 1])
    assert (result[MASK == 1] == 100).all()


@pytest.mark.parametrize('people', ['each', 'all'])
@pytest.mark.parametrize('seed', range(5))
def test_means_agree_within_rounding_where_nothing_is_clipped(people: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(100, 150, (40, 60, 3), dtype=np.uint8)
    image[MASK == 1] += np.uint8(60)
    image[MASK == 2] -= np.uint8(50)
    given = image.copy()
    regions = regions_of(MASK, people)
    result, shifts = center_brightness(image, regions)
    np.testing.assert_array_equal(image, given)
    np.testing.assert_array_equal(result[MASK == 0], image[MASK == 0])
    wanted = image[MASK == 0].mean()
    for chosen, shift in zip([MASK == 1, MASK == 2] if people == 'each' else [MASK > 0], shifts, strict=True):
        assert abs(result[chosen].mean() - wanted) <= 0.5
        np.testing.assert_array_equal(result[chosen].astype(int) - image[chosen], shift)
        assert abs(shift) > 5 or people == 'all'


@pytest.mark.parametrize(
    ('person', 'background', 'expected'),
    [([200, 255, 100], 245, [255, 255, 160]), ([0, 90, 60], 10, [0, 50, 20])],
)
def test_clipped_to_the_range_of_a_byte(person: list, background: int, expected: list) -> None:
    image, mask = np.full((4, 4, 3), background, np.uint8), np.zeros((4, 4), np.uint8)
    mask[1, 2] = 1
    image[1, 2] = person
    result, shifts = center_brightness(image, regions_of(mask))
    assert result[1, 2].tolist() == expected
    assert shifts == [expected[2] - person[2]]


@pytest.mark.parametrize('mask', [np.zeros((40, 60), np.int32), np.ones((40, 60), np.int32)], ids=['nobody', 'full'])
def test_nothing_to_center(mask: np.ndarray) -> None:
    image = np.full((40, 60, 3), 7, np.uint8)
    assert center_brightness(image, regions_of(mask)) == (image, [])


def place(mask: np.ndarray, seed: int, sides: tuple[float, float] = (0.2, 0.5), person: int = 0) -> Occluder | None:
    integral = cv2.integral((mask == 0).view(np.uint8))
    return place_occluder(integral, regions_of(mask)[person], sides, np.random.default_rng(seed))


def test_places_of_occluders() -> None:
    sides, directions, filled = [], set(), set()
    for seed in range(300):
        found = place(MASK, seed)
        assert found is not None
        x, y, w, h, source_x, source_y = found
        assert x >= 0
        assert y >= 0
        assert x + w <= 60
        assert y + h <= 40
        # A corner is a pixel of the person, and the filling shows nobody, and lies on one side of the person.
        corners = {(i, j) for i in (x, x + w - 1) for j in (y, y + h - 1) if MASK[j, i] == 1}
        assert corners
        assert not MASK[found.source].any()
        assert MASK[found.source].shape == (h, w) == MASK[found.target].shape
        left, top, right, bottom = regions_of(MASK)[0].extent
        places = [source_y + h <= top, source_y >= bottom, source_x + w <= left, source_x >= right]
        assert any(places)
        filled.add(tuple(places))
        sides.append((w / (right - left), h / (bottom - top)))
        directions |= {(i == x, j == y) for i, j in corners if len(corners) == 1}
    widths, heights = np.transpose(sides)
    assert widths.max() < 0.51 + 0.5 / 14
    assert heights.max() < 0.51 + 0.5 / 20
    assert np.quantile(widths, 0.9) > 0.4
    assert np.quantile(heights, 0.1) < 0.3
    inside = (widths < 0.51) & (heights < 0.51)  # not cut by the picture's border
    assert abs(np.corrcoef(widths[inside], heights[inside])[0, 1]) < 0.3  # each side is drawn for itself
    assert len(directions) == 4
    assert {index for places in filled for index, free in enumerate(places) if free} == {0, 1, 2, 3}


def test_one_free_place_is_found() -> None:
    """Everything but a corner shows people; with as few places as candidates, each is tried."""
    mask = np.full((CANDIDATES, CANDIDATES), 2, np.int32)
    mask[4:8, 4:8] = 1
    assert place(mask, 0) is None
    mask[14:, 14:] = 0
    for seed in range(20):
        found = place(mask, seed, (0.5, 0.5))
        assert found is not None
        assert found[2:] == (2, 2, 14, 14)


@pytest.mark.parametrize('seed', range(10))
def test_rectangles_end_with_the_picture(seed: int) -> None:
    mask = np.zeros((4, 200), np.int32)
    mask[:, :30] = 1
    found = place(mask, seed, (1.0, 1.0))
    assert found is not None
    assert found.y >= 0
    assert found.y + found.height <= 4
    assert found.x >= 0


def test_fillings_come_from_the_picture_as_it_was() -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    first, second = Occluder(2, 3, 4, 5, 20, 10), Occluder(20, 10, 4, 5, 10, 0)
    result, covered = paste_occluders(image, [first, second])
    np.testing.assert_array_equal(result[3:8, 2:6], image[10:15, 20:24])
    np.testing.assert_array_equal(result[10:15, 20:24], image[0:5, 10:14])
    np.testing.assert_array_equal(result[~covered], image[~covered])
    assert covered.sum() == 40
    assert covered[first.target].all()
    assert covered[second.target].all()


@pytest.mark.parametrize('filled', [300, 60, 15])  # the last by the list of pixels, nearly half of the time
def test_pixels_are_drawn_alike(filled: int) -> None:
    rng = np.random.default_rng(0)
    pixels = np.zeros((20, 30), np.uint8)
    pixels.reshape(-1)[rng.permutation(600)[:filled]] = 1
    counts = np.zeros_like(pixels, int)
    for _ in range(20 * filled):
        counts[_draw_pixel(pixels, rng)] += 1
    assert not counts[pixels == 0].any()
    np.testing.assert_allclose(counts[pixels == 1], 20, atol=18)  # four standard deviations
