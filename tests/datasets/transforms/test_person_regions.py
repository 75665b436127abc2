import numpy as np
import pytest

from synpose.datasets.transforms.person_regions import (
    People,
    chosen_numbers,
    read_mask,
    sample_people,
    visible_extent,
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
    people = People(mask)
    assert list(people.boxes) == [2, 7]
    regions = people.regions('each', numbers)
    chosen = [number for number in (2, 7) if numbers is None or number in numbers]
    assert len(regions) == len(chosen)
    for region, number in zip(regions, chosen):
        drawn = np.zeros(mask.shape, bool)
        drawn[region.box] = region.pixels
        np.testing.assert_array_equal(drawn, mask == number)
        y, x = np.nonzero(mask == number)
        assert region.extent == (x.min(), y.min(), x.max() + 1, y.max() + 1)


@pytest.mark.parametrize('number', [-1, 65536])
def test_numbers_no_stencil_has(number: int) -> None:
    mask = MASK * number
    with pytest.raises(ValueError, match=r'a.png: image 3: person: people are numbered .* not 1 to 65535'):
        sample_people({'img': IMAGE, 'person': mask, 'img_path': 'a.png', 'img_id': 3}, 'person')


@pytest.mark.parametrize(('numbers', 'count'), [(None, 7), ([2], 4), ([2, 7], 7)])
def test_one_region_of_all(numbers: list | None, count: int) -> None:
    (region,) = People(MASK).regions('all', numbers)
    drawn = np.zeros(MASK.shape, bool)
    drawn[region.box] = region.pixels
    np.testing.assert_array_equal(drawn, np.isin(MASK, numbers or [2, 7]))
    assert drawn.sum() == count


@pytest.mark.parametrize('people', ['each', 'all'])
def test_nobody(people: str) -> None:
    assert People(np.zeros((3, 4), np.int32)).regions(people) == []


@pytest.mark.parametrize('numbers', [None, {2}, {2, 7}, set()])
@pytest.mark.parametrize('boxes', [[], [[2, 1, 4, 3], [3, 0.5, 8, 1.5]]])
def test_what_is_neither_changed_nor_background(numbers: set | None, boxes: list) -> None:
    people = People(MASK, np.reshape(boxes, (-1, 4)))
    drawn = np.zeros(MASK.shape, int)
    for region in people.others(numbers):
        drawn[region.box] += region.pixels
    boxed = np.zeros(MASK.shape, bool)
    if boxes:
        boxed[1:4, 2:5] = boxed[0:3, 3:] = True
    stay = np.zeros_like(boxed) if numbers is None else np.isin(MASK, sorted({2, 7} - numbers))
    np.testing.assert_array_equal(drawn, stay | (boxed & (MASK == 0)))
    np.testing.assert_array_equal(people.background(), (MASK == 0) & ~boxed)


def test_what_is_left_of_people() -> None:
    covered = np.zeros(MASK.shape, bool)
    covered[:2] = covered[4] = True
    people = People(MASK)
    assert visible_extent(people.region(7), covered) == ([2, 2, 1, 1], 1)
    assert visible_extent(people.region(2), covered) == ([3, 2, 2, 2], 3)
    for value in (True, False):
        assert visible_extent(people.region(2), np.full(MASK.shape, value)) is None


def test_people_are_found_once_for_each_mask() -> None:
    results = {'img': IMAGE, 'stencil': MASK}
    people = sample_people(results, 'stencil')
    assert sample_people(results, 'stencil') is people
    results['stencil'] = np.where(MASK == 7, 0, MASK)
    assert list(sample_people(results, 'stencil').boxes) == [2]
    results['person_mask'] = MASK > 0
    assert list(sample_people(results, 'person_mask').boxes) == [1]


def test_people_without_outline_are_known_by_box() -> None:
    boxes = np.array([[1, 1, 3, 3], [0, 3, 2, 5]], np.float32)
    results = {'img': IMAGE, 'stencil': MASK, 'bbox': boxes, 'stencil_id': np.array([7, 0])}
    free = sample_people(results, 'stencil').background()
    assert sample_people({'img': IMAGE, 'stencil': MASK, 'bbox': boxes}, 'stencil').background().sum() == 23
    assert not free[3:, :3].any()
    assert free.sum() == (MASK == 0).sum() - 6


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


def test_bool_mask_is_one_person() -> None:
    mask = read_mask({'img': IMAGE, 'person': MASK > 0}, 'person')
    for people in ('each', 'all'):
        (region,) = People(mask).regions(people)
        np.testing.assert_array_equal(region.pixels, MASK[1:, 1:] > 0)


def test_chosen_numbers() -> None:
    results = {'img_path': 'a.png', 'img_id': 3, 'stencil_id': np.array([[5], [2]])}
    assert chosen_numbers(results, None) is None
    assert chosen_numbers(results, 'stencil_id') == {2, 5}
    with pytest.raises(ValueError, match=r'a.png: image 3: synthetic_id: missing'):
        chosen_numbers(results, 'synthetic_id')
