import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmpose.registry import TRANSFORMS

IMAGE = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize(('prob', 'flip'), [(1, True), (0, False)])
def test_picture_and_stencil_are_mirrored_together(prob: float, flip: bool) -> None:
    transform = TRANSFORMS.build({'type': 'RandomImageFlip', 'prob': prob})
    found = transform({'img': IMAGE, 'stencil': IMAGE[..., 0].astype(np.int32)})
    np.testing.assert_array_equal(found['img'], IMAGE[:, ::-1] if flip else IMAGE)
    np.testing.assert_array_equal(found['stencil'], found['img'][..., 0])
    assert found['flip'] is flip
    assert transform({'img': IMAGE}).keys() == {'img', 'flip'}


def test_how_often() -> None:
    transform = TRANSFORMS.build({'type': 'RandomImageFlip', 'prob': 0.25})
    np.random.seed(0)  # noqa: NPY002
    assert abs(sum(transform({'img': IMAGE})['flip'] for _ in range(1000)) - 250) < 60
    with cache_random_params(transform):
        assert len({transform({'img': IMAGE})['flip'] for _ in range(50)}) == 1
    with pytest.raises(ValueError, match=r'prob must lie in'):
        TRANSFORMS.build({'type': 'RandomImageFlip', 'prob': 1.5})
