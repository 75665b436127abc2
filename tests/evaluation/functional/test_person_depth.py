import numpy as np
import pytest

from synpose.evaluation.functional import depth_rmse, fitted_depth_rmse

TRUE = np.random.default_rng(0).integers(1, 20, 500)


def test_affine_depth_has_an_error_but_none_after_the_fit() -> None:
    for scale, shift in ((0.5, 3.0), (-2.0, 7.0), (1.0, 4.0)):
        predicted = scale * TRUE + shift
        assert depth_rmse(predicted, TRUE) > 1
        assert fitted_depth_rmse(predicted, TRUE) == pytest.approx(0, abs=1e-12)


def test_fit_is_that_of_least_squares() -> None:
    predicted = TRUE + np.random.default_rng(1).normal(0, 4, TRUE.shape)
    design = np.column_stack([predicted, np.ones(len(predicted))])
    residual = np.linalg.lstsq(design, TRUE.astype(float), rcond=None)[1][0]
    assert fitted_depth_rmse(predicted, TRUE) == pytest.approx(np.sqrt(residual / len(TRUE)))
    assert fitted_depth_rmse(predicted, TRUE) < depth_rmse(predicted, TRUE)


def test_by_hand() -> None:
    assert depth_rmse(np.array([10, 0]), np.array([10, 8])) == pytest.approx(np.sqrt(32))
    assert fitted_depth_rmse(np.array([5, 5, 5]), np.array([8, 10, 12])) == pytest.approx(np.sqrt(8 / 3))
    # Bins are uint8: 3 - 5 must not become 254.
    assert depth_rmse(np.array([3], np.uint8), np.array([5], np.uint8)) == 2


def test_nothing_to_measure() -> None:
    assert np.isnan(depth_rmse(np.zeros(0), np.zeros(0)))
    assert np.isnan(fitted_depth_rmse(np.zeros(0), np.zeros(0)))
