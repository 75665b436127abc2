import numpy as np
import pytest

from synpose.datasets.transforms.person_regions import (
    person_boxes,
    person_regions,
    read_mask,
    sample_regions,
    visible_extents,
)

IMAGE = np.zeros((5, 6, 3), np.uint8)
MASK = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 7, 7, 0, 0, 0],
        [0, 0, 7, 2, 0, 0],
        [0, 0, 0, 2, 2, 0],
        [0, 0, 0, 0, 0, 2],
    ],
    np.int32,
)


@pytest.mark.parametrize('dtype', [np.int32, np.uint16, np.uint8])
@pytest.mark.parametrize('numbers', [None, [7], [2, 7, 99], []])
def test_a_region_for_each_person(dtype: type, numbers: list | None) -> None:
    mask = MASK.astype(dtype)
    boxes = person_boxes(mask)
    assert list(boxes) == [2, 7]
    regions = person_regions(mask, boxes, 'each', numbers)
    chosen = [number for number in (2, 7) if numbers is None or number in numbers]
    assert len(regions) == len(chosen)
    for region, number in zip(regions, chosen):
        drawn = np.zeros(mask.shape, bool)
        drawn[region.box] = region.pixels
        np.testing.assert_array_equal(drawn, mask == number)
        y, x = np.nonzero(mask == number)
        assert region.extent == (x.min(), y.min(), x.max() + 1, y.max() + 1)


@pytest.mark.parametrize(('numbers', 'count'), [(None, 7), ([2], 4), ([2, 7], 7)])
def test_one_region_of_all(numbers: list | None, count: int) -> None:
    (region,) = person_regions(MASK, person_boxes(MASK), 'all', numbers)
    drawn = np.zeros(MASK.shape, bool)
    drawn[region.box] = region.pixels
    np.testing.assert_array_equal(drawn, np.isin(MASK, numbers or [2, 7]))
    assert drawn.sum() == count


def test_bool_mask_is_one_person() -> None:
    mask = MASK > 0
    for people in ('each', 'all'):
        (region,) = person_regions(mask, person_boxes(mask), people)
        np.testing.assert_array_equal(region.pixels, mask[1:, 1:])


@pytest.mark.parametrize('people', ['each', 'all'])
def test_nobody(people: str) -> None:
    empty = np.zeros((3, 4), np.int32)
    assert person_regions(empty, person_boxes(empty), people) == []


def test_what_is_left_of_people() -> None:
    left = MASK.copy()
    left[:2] = 0
    left[4] = 0
    boxes = person_boxes(MASK)
    assert visible_extents(left, boxes, [7, 2]) == {7: ([2, 2, 1, 1], 1), 2: ([3, 2, 2, 2], 3)}
    assert visible_extents(np.zeros_like(left), boxes, [7, 2]) == {}


@pytest.mark.parametrize(
    ('image', 'mask', 'text'),
    [
        (IMAGE, None, 'person: missing; a step before must load it'),
        (IMAGE, MASK[:-1], 'person: is 6x4 px, but the image is 6x5 px'),
        (IMAGE, MASK.astype(float), r'person: must be \(H, W\) bool or integers, but is \(5, 6\) float64'),
        (IMAGE, IMAGE, r'person: must be \(H, W\) bool or integers, but is \(5, 6, 3\) uint8'),
        (IMAGE[..., 0], MASK, r'img: must be \(H, W, 3\) uint8, but is \(5, 6\) uint8'),
        (IMAGE.astype(np.float32), MASK, r'img: must be \(H, W, 3\) uint8, but is \(5, 6, 3\) float32'),
    ],
)
def test_mask_that_does_not_fit(image: np.ndarray, mask: np.ndarray | None, text: str) -> None:
    with pytest.raises(ValueError, match=f'a.png: image 3: {text}'):
        read_mask({'img': image, 'person': mask, 'img_path': 'a.png', 'img_id': 3}, 'person')


def test_missing_numbers() -> None:
    with pytest.raises(ValueError, match=r'a.png: image 3: stencil_id: missing'):
        sample_regions(
            {'img': IMAGE, 'stencil': MASK, 'img_path': 'a.png', 'img_id': 3}, 'stencil', 'each', 'stencil_id'
        )
