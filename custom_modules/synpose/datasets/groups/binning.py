"""Edges between groups, and which group a value falls into. Pure arrays."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def variance_edges(values: np.ndarray, count: int = 10) -> np.ndarray:
    """Return edges of groups, evenly over [min + Var, max - Var), as LTSH has them for the camera's pitch (section 4).

    Values before the first edge and after the last belong to the first and the last group. A variance is a square, so
    the edges depend on the unit: for pitches in degrees the interval is empty, and only radians make sense.

    Args:
        values: ``(N,)``, rad.
        count: Number of groups.

    Returns:
        ``(count + 1,)`` edges, rising.

    Raises:
        ValueError: If the interval is empty.
    """
    values = np.asarray(values, np.float64)
    low, high = values.min() + values.var(), values.max() - values.var()
    if not low < high:
        raise ValueError(
            f'[min + Var, max - Var) = [{low:.4g}, {high:.4g}) is empty: are the values all alike, or in degrees '
            'instead of radians? Give edges of your own'
        )
    return np.linspace(low, high, count + 1)


def range_edges(values: np.ndarray, count: int = 10) -> np.ndarray:
    """Return edges ``(count + 1,)`` of groups, evenly from the least to the largest finite of the values ``(N,)``.

    Raises:
        ValueError: If the values are all alike.
    """
    finite = values[np.isfinite(values)]
    if not len(finite) or finite.min() == finite.max():
        raise ValueError('the values are all alike, so they make one group')
    return np.linspace(finite.min(), finite.max(), count + 1)


def check_edges(edges: Sequence[float]) -> np.ndarray:
    """Return edges as an array.

    Raises:
        ValueError: If there are fewer than three, or they do not rise.
    """
    array = np.asarray(edges, np.float64)
    if array.ndim != 1 or len(array) < 3 or not (np.diff(array) > 0).all():
        raise ValueError(f'edges must be three or more rising numbers, got {list(edges)}')
    return array


def bin_numbers(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return which group each value falls into: that of the last edge that is not above it.

    Args:
        values: ``(N,)``; what lies outside the edges falls into the first or the last group.
        edges: ``(G + 1,)``, rising.

    Returns:
        ``(N,)`` int32, in [0, G).
    """
    return np.searchsorted(edges[1:-1], values, side='right').astype(np.int32)


def bin_names(name: str, edges: np.ndarray) -> list[str]:
    """Return names of the groups between edges; the outer ones are open.

    Example:
        >>> bin_names('d', np.array([0, 64.0, 128]))
        ['d < 64', '64 <= d']
    """
    inner = [f'{edge:.4g}' for edge in edges[1:-1]]
    middle = [f'{low} <= {name} < {high}' for low, high in pairwise(inner)]
    return [f'{name} < {inner[0]}', *middle, f'{inner[-1]} <= {name}']
