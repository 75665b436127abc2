"""Color transfer by the linear optimal-transport map between two pictures' colors. Pure arrays.

Source: F. Pitié and A. Kokaram, "The linear Monge-Kantorovitch linear colour mapping for example-based colour
transfer", CVMP 2007. The map between the Gaussians that have the two pictures' moments is the one of M. Knott and
C. Smith, "On the optimal mapping of distributions", 1984, as POT computes it.
"""

from typing import NamedTuple

import numpy as np


class LinearMap(NamedTuple):
    """The map ``x -> A x + b`` of colors.

    Attributes:
        matrix: A, ``(3, 3)``, symmetric and not negative.
        offset: b, ``(3,)``.
    """

    matrix: np.ndarray
    offset: np.ndarray

    def __call__(self, colors: np.ndarray) -> np.ndarray:
        """Map colors ``(..., 3)``."""
        return colors @ self.matrix.T + self.offset


def moments(colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean ``(3,)`` and covariance ``(3, 3)`` (of the population) of colors ``(N, 3)``, float64.

    Raises:
        ValueError: If there is no color.
    """
    if not len(colors):
        raise ValueError('colors: there is none to measure')
    colors = np.asarray(colors, dtype=np.float64)
    centered = colors - colors.mean(axis=0)
    return colors.mean(axis=0), centered.T @ centered / len(colors)


def transport_map(
    content: tuple[np.ndarray, np.ndarray],
    style: tuple[np.ndarray, np.ndarray],
    ridge: float = 0.0,
    max_gain: float = np.inf,
) -> LinearMap:
    """Return the linear map that moves one Gaussian onto another at the least mean squared change.

    ``A = Cc^(-1/2) (Cc^(1/2) Cs Cc^(1/2))^(1/2) Cc^(-1/2)`` and ``b = ms - A mc``.

    Args:
        content: Mean ``(3,)`` and covariance ``(3, 3)`` of the colors to change.
        style: Mean and covariance they shall have.
        ridge: Added to both variances, in squared levels. A picture of one color, or without color, has a
            singular covariance: A does not exist without a ridge if that is the content's.
        max_gain: Along no axis A stretches contrast by more, or shrinks it by more than its inverse. Beyond, noise and
            the steps of 8-bit colors show, or people become flat; the means are matched nevertheless.

    Raises:
        ImportError: If POT is missing.
        ValueError: If the content's covariance is singular and there is no ridge, or ``max_gain`` is below 1.
    """
    try:
        from ot.gaussian import bures_wasserstein_mapping
    except ImportError as error:
        raise ImportError("color transfer needs POT: pip install 'synpose[adapt]'") from error
    if not max_gain >= 1:
        raise ValueError(f'max_gain must be at least 1, but is {max_gain}')
    (content_mean, content_cov), (style_mean, style_cov) = content, style
    bump = ridge * np.eye(len(content_mean))
    if np.linalg.matrix_rank(content_cov + bump, hermitian=True) < len(content_mean):
        raise ValueError('the covariance of the content is singular: give a ridge')
    matrix, _ = bures_wasserstein_mapping(content_mean, style_mean, content_cov + bump, style_cov + bump)
    gains, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    matrix = (axes * np.clip(gains, 1 / max_gain, max_gain)) @ axes.T
    return LinearMap(matrix, style_mean - matrix @ content_mean)


def transfer_colors(
    content: np.ndarray, style: np.ndarray, ridge: float = 1.0, max_gain: float = 2.0, knee: float = 16.0
) -> np.ndarray:
    """Give pixels the mean and covariance that other pixels' colors have.

    Args:
        content: ``(N, 3)`` uint8, N > 0; the channels' order is that of the style.
        style: ``(M, 3)`` uint8, M > 0.
        ridge: See :func:`transport_map`; in squared levels.
        max_gain: See :func:`transport_map`.
        knee: See :func:`roll_off`.

    Returns:
        Levels ``(N, 3)`` float64, not rounded; within 0 to 255 unless the knee is 0.
    """
    change = transport_map(moments(content), moments(style), ridge, max_gain)
    return roll_off(content, change(content), knee)


def roll_off(before: np.ndarray, after: np.ndarray, knee: float) -> np.ndarray:
    """Bring levels that left the scale back into it without making them equal.

    A level v below the knee k becomes ``k exp(v / k - 1)``, which is positive and as steep as v at the knee; but what
    was darker before stays as dark as it was, so that no change is no change. The upper end is its mirror image.

    Args:
        before: Levels of 0 to 255, ``(...)``.
        after: What they became, ``(...)``, beyond the scale too.
        knee: Levels at each end that are compressed; 0 to leave all as it is.

    Returns:
        Levels ``(...)`` float64.
    """
    result = np.asarray(after, dtype=np.float64)
    if knee <= 0:
        return result
    for _ in range(2):  # the lower end, then, turned around, the upper one
        lifted = np.where(result < knee, knee * np.exp(np.minimum(result, knee) / knee - 1), result)
        result, before = 255 - np.minimum(lifted, np.maximum(result, before)), 255.0 - before
    return result
