import numpy as np
import pytest

from synpose.datasets.depth_bins import depth_bins


@pytest.mark.parametrize('pelvis', [0.7, 3.0, 7.25])
@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_bins_of_the_definition(pelvis: float, dtype: type) -> None:
    # A margin of 1e-5 m keeps single precision out of it, but for the pelvis itself.
    offsets = np.array([0.001, 0.0451, 0.08999, 0.4049, 0.5, 5.0, -0.0001, -0.0451, -0.36001, -0.5, -0.6])
    found = depth_bins((pelvis + offsets).astype(dtype), pelvis)
    assert found.tolist() == [11, 12, 12, 19, 19, 19, 10, 9, 2, 1, 1]
    assert found.dtype == np.uint8
    assert depth_bins(np.array([pelvis], dtype), float(np.array(pelvis, dtype))).tolist() == [10]


def test_what_shows_nobody_is_background() -> None:
    assert depth_bins(np.array([[0.0, 2.0], [2.0, 0.0]]), 2.0).tolist() == [[0, 10], [10, 0]]
