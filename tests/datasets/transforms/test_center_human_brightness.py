import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

STENCIL = np.zeros((20, 30), np.int32)
STENCIL[2:10, 3:9] = 1
STENCIL[5:18, 15:25] = 3


@pytest.fixture
def image() -> np.ndarray:
    """Two people, one dark and one bright, before noise."""
    picture = np.random.default_rng(0).integers(90, 130, (20, 30, 3), dtype=np.uint8)
    picture[STENCIL == 1] -= np.uint8(40)
    picture[STENCIL == 3] += np.uint8(70)
    return picture


def run(picture: np.ndarray, pixels: np.ndarray = STENCIL, extra: dict | None = None, **options) -> dict:
    transform = TRANSFORMS.build({'type': 'CenterHumanBrightness', **options})
    return transform({'img': picture, options.get('mask', 'stencil'): pixels, **(extra or {})})


def gap(picture: np.ndarray, chosen: np.ndarray) -> float:
    return abs(picture[chosen].mean() - picture[STENCIL == 0].mean())


def test_each_person(image: np.ndarray) -> None:
    results = run(image)
    assert gap(image, STENCIL == 1) > 30
    assert gap(results['img'], STENCIL == 1) <= 0.5
    assert gap(results['img'], STENCIL == 3) <= 0.5
    np.testing.assert_array_equal(results['img'][STENCIL == 0], image[STENCIL == 0])
    np.testing.assert_allclose(results['brightness_shifts'], [40, -70], atol=3)
    assert results['brightness_centered'] is True
    assert results['stencil'] is STENCIL


@pytest.mark.parametrize(
    ('pixels', 'options'),
    [(STENCIL, {'people': 'all'}), (STENCIL > 0, {'mask': 'person_mask'})],
    ids=['stencil', 'person mask'],
)
def test_all_people_together(image: np.ndarray, pixels: np.ndarray, options: dict) -> None:
    results = run(image, pixels, **options)
    assert len(results['brightness_shifts']) == 1
    assert gap(results['img'], STENCIL > 0) <= 0.5
    assert gap(results['img'], STENCIL == 1) > 20


def test_only_the_people_of_the_sample(image: np.ndarray) -> None:
    results = run(image, extra={'stencil_id': np.array([3], np.int32)}, numbers='stencil_id')
    assert gap(results['img'], STENCIL == 3) <= 0.5
    np.testing.assert_array_equal(results['img'][STENCIL != 3], image[STENCIL != 3])


@pytest.mark.parametrize('value', [0, 1], ids=['nobody', 'no background'])
def test_nothing_to_do(image: np.ndarray, value: int) -> None:
    results = run(image, np.full_like(STENCIL, value))
    assert results['img'] is image
    assert results['brightness_centered'] is False
    assert results['brightness_shifts'].shape == (0,)


def test_bad_input(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"people must be of .*, but is 'some'"):
        TRANSFORMS.build({'type': 'CenterHumanBrightness', 'people': 'some'})
    with pytest.raises(ValueError, match='stencil: is 30x19 px, but the image is 30x20 px'):
        run(image, STENCIL[1:])
