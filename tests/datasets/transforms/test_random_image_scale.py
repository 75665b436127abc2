from typing import Any

import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmpose.registry import TRANSFORMS


def scale(**kwargs: Any) -> Any:
    return TRANSFORMS.build({'type': 'RandomImageScale', **kwargs})


def corner(width: int = 60, height: int = 40) -> dict[str, np.ndarray]:
    """White with stencil 300 in the lower right: x >= 20, y >= 10 (of 60x40 px)."""
    stencil = np.zeros((height, width), np.int32)
    stencil[height // 4 :, width // 3 :] = 300
    return {'img': np.repeat((stencil[..., None] > 0) * 255, 3, axis=2).astype(np.uint8), 'stencil': stencil}


@pytest.mark.parametrize('factor', [0.5, 0.73, 1, 1.4, 3])
def test_picture_and_stencil_are_scaled_together(factor: float) -> None:
    found = scale(factor=(factor, factor))(corner())
    size = round(40 * factor), round(60 * factor)
    assert found['img'].shape == (*size, 3)
    assert found['stencil'].shape == found['img_shape'] == size
    assert found['stencil'].dtype == np.int32
    assert set(np.unique(found['stencil'])) == {0, 300}  # ids are never mixed
    y, x = np.nonzero(found['stencil'])
    np.testing.assert_allclose((x.min(), y.min()), (20 * factor, 10 * factor), atol=1)
    bright = found['img'][..., 0] > 127
    assert np.mean(bright != (found['stencil'] > 0)) <= (size[0] + size[1]) / (size[0] * size[1])  # a pixel at an edge


def test_random_factor() -> None:
    np.random.seed(0)  # noqa: NPY002
    widths = [scale(factor=(0.5, 2))(corner())['img'].shape[1] for _ in range(100)]
    assert 30 <= min(widths) < 35
    assert 115 < max(widths) <= 120


@pytest.mark.parametrize('size', [(60, 40), (41, 67), (300, 200)])
def test_shorter_side(size: tuple[int, int]) -> None:
    np.random.seed(0)  # noqa: NPY002
    shapes = [scale(short_side=(50, 52))(corner(*size))['img'].shape for _ in range(30)]
    assert {min(height, width) for height, width, _ in shapes} == {50, 51, 52}
    ratio = max(size) / min(size)
    assert all(abs(max(shape) - ratio * min(shape[:2])) <= 1 for shape in shapes)


def test_random_parameters_can_be_shared() -> None:
    transform = scale(factor=(0.5, 2))
    with cache_random_params(transform):
        assert len({transform(corner())['img'].shape for _ in range(5)}) == 1


@pytest.mark.parametrize(
    'options',
    [{}, {'factor': (1, 2), 'short_side': (5, 6)}, {'factor': (2, 1)}, {'factor': (0, 1)}, {'short_side': (1, 2, 3)}],
)
def test_wrong_arguments(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r'factor or short_side'):
        scale(**options)
