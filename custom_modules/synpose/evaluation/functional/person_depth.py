"""The error of a person's depth, as it is and up to scale and translation."""

import numpy as np


def depth_rmse(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the root mean squared error.

    Args:
        predicted: ``(P,)`` depths of one image, of any unit.
        true: ``(P,)`` true depths, of the same unit.

    Returns:
        The error in that unit; nan if P is 0.
    """
    if not true.size:
        return float('nan')
    return float(np.sqrt(np.mean((predicted.astype(float) - true.astype(float)) ** 2)))


def fitted_depth_rmse(predicted: np.ndarray, true: np.ndarray) -> float:
    """Return the root mean squared error of ``a * predicted + b`` with the a and b that make it least.

    Scale and translation of depth cannot be told from one picture (Eigen et al., 2014). Constant predictions fit by
    the mean of the true depths.

    Args:
        predicted: ``(P,)`` depths of one image.
        true: ``(P,)`` true depths.

    Returns:
        The error in the unit of ``true``, at most :func:`depth_rmse`; nan if P is 0.
    """
    if not true.size:
        return float('nan')
    predicted, true = predicted.astype(float), true.astype(float)
    offsets = predicted - predicted.mean()
    spread = np.sum(offsets**2)
    scale = np.sum(offsets * (true - true.mean())) / spread if spread > 0 else 0.0
    return depth_rmse(scale * offsets + true.mean(), true)
