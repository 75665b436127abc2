import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmpose.registry import TRANSFORMS


def coordinates(width: int, height: int) -> dict:
    """A picture and a stencil that both say where each pixel was."""
    y, x = np.mgrid[:height, :width]
    return {'img': np.dstack([x, y, x]).astype(np.uint8), 'stencil': (1000 * y + x).astype(np.int32)}


def crop(size: tuple[int, int]) -> object:
    return TRANSFORMS.build({'type': 'RandomImageCrop', 'size': size})


def test_picture_and_stencil_are_cut_together() -> None:
    corners = set()
    for _ in range(200):
        found = crop((30, 20))(coordinates(33, 22))  # type: ignore[operator]
        left, top, width, height = found['crop']
        assert found['img'].shape == (20, 30, 3)
        assert found['img_shape'] == (height, width) == (20, 30)
        assert tuple(found['img'][0, 0]) == (left, top, left)
        x, y, _ = np.moveaxis(found['img'].astype(int), -1, 0)
        np.testing.assert_array_equal(found['stencil'], 1000 * y + x)
        corners.add((left, top))
    assert corners == {(left, top) for left in range(4) for top in range(3)}


def test_a_picture_without_a_stencil() -> None:
    found = crop((30, 20))({'img': coordinates(30, 20)['img']})  # type: ignore[operator]
    assert found['crop'] == (0, 0, 30, 20)
    assert 'stencil' not in found


@pytest.mark.parametrize('size', [(29, 20), (30, 19)])
def test_a_picture_that_is_too_small(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=rf'a.jpg: is {size[0]}x{size[1]} px, too small for a patch of 30x20 px'):
        crop((30, 20))({**coordinates(*size), 'img_path': 'a.jpg'})  # type: ignore[operator]


@pytest.mark.parametrize('size', [(0, 20), (30,), (30.5, 20)])
def test_wrong_size(size: tuple) -> None:
    with pytest.raises(ValueError, match=r'size must be a width and a height'):
        crop(size)


def test_random_parameters_can_be_shared() -> None:
    transform = crop((3, 2))
    with cache_random_params(transform):
        found = {transform(coordinates(90, 60))['crop'] for _ in range(5)}  # type: ignore[operator]
    assert len(found) == 1
