import numpy as np
import pytest
from mmpose.registry import TRANSFORMS


def test_channels_are_multiplied() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    np.random.seed(0)  # noqa: NPY002
    factors = np.random.uniform(0.6, 1.4, 3)  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    found = TRANSFORMS.build({'type': 'RandomChannelScale'})({'img': picture.copy()})['img']
    assert len(set(factors)) == 3
    np.testing.assert_array_equal(found, np.clip(np.round(picture * factors), 0, 255).astype(np.uint8))
    assert found.dtype == np.uint8


def test_range_and_bad_input() -> None:
    transform = TRANSFORMS.build({'type': 'RandomChannelScale', 'factors': (0.5, 0.5)})
    assert transform({'img': np.full((2, 2, 3), 100, np.uint8)})['img'].ravel().tolist() == [50] * 12
    for factors in ((1.4, 0.6), (0, 1), (1,)):
        with pytest.raises(ValueError, match='factors must be two positive numbers'):
            TRANSFORMS.build({'type': 'RandomChannelScale', 'factors': factors})
