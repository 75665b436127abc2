"""How many joints are found, measured by the size of the torso."""

from collections.abc import Sequence

import numpy as np


def detected_joints(distances: np.ndarray, torsos: np.ndarray, ratios: Sequence[float]) -> list[float]:
    """Return the percentage of detected joints (PDJ) at several ratios, as fractions.

    A joint is detected if it is nearer to the true one than the ratio of the person's torso size (Sapp & Taskar,
    "MODEC" (2013); Etheve & Remy, section 4.2).

    Args:
        distances: ``(N, J)`` px; nan for joints that are not labeled.
        torsos: ``(N,)`` px; people whose torso is nan or 0 do not count, since nothing can be nearer.
        ratios: R ratios.

    Returns:
        Of each ratio the fraction in [0, 1] of all labeled joints; nan if there is none.
    """
    relative = distances[torsos > 0] / torsos[torsos > 0, None]
    relative = relative[np.isfinite(relative)]
    return [float(np.mean(relative < ratio)) if relative.size else float('nan') for ratio in ratios]


def root_mean_squared_error(errors: np.ndarray) -> float:
    """Return the root of the mean squared coordinate error.

    Args:
        errors: ``(..., 2)`` px, of x and of y; nan for joints that are not labeled.

    Returns:
        px; x and y count as two errors, so a joint 5 px off adds 12.5 px^2. nan if no joint is labeled.
    """
    squares = np.square(errors[np.isfinite(errors)])
    return float(np.sqrt(squares.mean())) if squares.size else float('nan')
