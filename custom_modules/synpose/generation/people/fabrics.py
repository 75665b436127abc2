"""Small procedural textures of cloth and hair, linear RGB reflectance ``(H, W, 3)``; they tile."""

import numpy as np

PATTERNS = ('plain', 'stripes', 'checks', 'print')
"""Patterns of cloth."""


def fabric(
    rng: np.random.Generator, pattern: str, color: np.ndarray, accent: np.ndarray, size: int = 128
) -> np.ndarray:
    """Draw one tile of cloth (about 0.32 m wide).

    Args:
        rng: Source of the pattern's scale and of the weave's noise.
        pattern: One of :data:`PATTERNS`.
        color: Ground color ``(3,)``.
        accent: Color of the pattern ``(3,)``.
        size: Pixels along either side.

    Raises:
        ValueError: If the pattern is unknown.
    """
    if pattern not in PATTERNS:
        raise ValueError(f'unknown pattern {pattern!r}, expected one of {PATTERNS}')
    y, x = np.mgrid[0:size, 0:size] / size
    if pattern == 'stripes':
        amount = _bands(y, int(rng.integers(3, 11)), rng.uniform(0.25, 0.55))
    elif pattern == 'checks':
        count, width = int(rng.integers(3, 8)), rng.uniform(0.25, 0.5)
        amount = 0.5 * (_bands(x, count, width) + _bands(y, count, width))
    elif pattern == 'print':
        amount = _dots(rng, x, y)
    else:
        amount = np.zeros((size, size))
    cloth = color * (1 - amount[..., None]) + accent * amount[..., None]
    weave = 1 + rng.normal(0, 0.05, (size, size, 1)) + 0.04 * np.sin(2 * np.pi * size / 4 * (x + y))[..., None]
    return np.clip(cloth * weave, 0.004, 0.95).astype(np.float32)


def _bands(t: np.ndarray, count: int, width: float) -> np.ndarray:
    return ((t * count) % 1 < width).astype(float)


def _dots(rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return random round spots that tile: 1 inside, 0 outside."""
    amount = np.zeros_like(x)
    for center in rng.random((int(rng.integers(8, 30)), 2)):
        dx, dy = (np.abs(t - c) for t, c in zip((x, y), center))
        distance = np.hypot(np.minimum(dx, 1 - dx), np.minimum(dy, 1 - dy))
        amount = np.maximum(amount, distance < rng.uniform(0.02, 0.07))
    return amount


def hair_texture(rng: np.random.Generator, color: np.ndarray, size: int = 64) -> np.ndarray:
    """Draw hair: strands that run along v with slightly different shades."""
    strands = rng.normal(0, 0.22, (1, size, 1)) + rng.normal(0, 0.10, (size, size, 1))
    return np.clip(color * np.clip(1 + strands, 0.4, 1.7), 0.002, 0.9).astype(np.float32)
