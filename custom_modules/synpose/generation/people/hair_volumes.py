"""Hair that leaves the scalp: curtains, tails, buns and braids, drawn on the mean head and fitted to a body's."""

import numpy as np

from synpose.generation.people.clothing import Fitting
from synpose.generation.people.pieces import Surface
from synpose.generation.shells import lathe, tube


def fit_to_head(fitting: Fitting, points: np.ndarray) -> np.ndarray:
    """Move points ``(N, 3)`` drawn around the mean body's head to where they are on this body's."""
    regions = fitting.regions
    head = fitting.body.vertices[regions.is_head]
    high = head.max(axis=0) * [0, 1, 1]
    scale = (head.max(axis=0) - head.min(axis=0)) / (regions.head_high - regions.head_low)
    return (points - regions.head_high * [0, 1, 1]) * scale + high


def _hanging(fitting: Fitting, shape: tuple[np.ndarray, np.ndarray, np.ndarray], rigid: bool, off: float) -> Surface:
    """Fit hair to the head, keep it ``off`` m away from neck and back, and let it follow them unless ``rigid``."""
    points, faces, uv = shape
    drop = np.clip((fitting.regions.chin[2] + 0.01 - points[:, 2]) / 0.12, 0, 1) * (not rigid)
    fitted = fit_to_head(fitting, points)
    low = drop > 0
    fitted[low] = fitting.clear(fitted[low], off)
    shares = {'head': 1 - drop, 'neck01': drop * (1 - drop), 'spine01': drop * drop}
    return Surface(fitted, faces, uv, fitting.follow(fitted, shares))


def curtain(
    rng: np.random.Generator, fitting: Fitting, length: float, wave: float, thickness: float, crown: float
) -> Surface:
    """Return hair that falls around the back of the head.

    Args:
        rng: Source of its opening and waves.
        fitting: The body.
        length: How far below the chin it reaches, m.
        wave: Depth of its waves, m.
        thickness: Of the hair above it, m.
        crown: Where it starts above the eyes, in head heights.
    """
    regions = fitting.regions
    middle = (regions.head_low + regions.head_high) / 2
    half = (regions.head_high - regions.head_low) / 2
    opening = np.radians(rng.uniform(66, 82))
    angles = np.linspace(opening, 2 * np.pi - opening, 44)
    back = np.clip(-np.cos(angles), 0, 1)
    phase = rng.uniform(0, 2 * np.pi, 2)
    rings = []
    for step in np.linspace(0, 1, 16):
        # The ends are uneven, and longest behind: at the sides they end at the shoulders.
        reach = min(length, 0.02) + max(length - 0.02, 0) * (0.15 + 0.85 * back**0.7)
        end = regions.chin[2] - reach + 0.006 * np.sin(23 * angles + phase[0])
        height = end + step * (regions.eye[2] + crown * regions.head_height - end)
        up = np.clip((height - regions.eye[2]) / (regions.head_high[2] - regions.eye[2]), 0, 1)
        # The upper rim lies under the cap; below the ears the hair falls straight and comes in a little.
        width = np.sqrt(np.maximum(1 - up**2, 0.05)) + 0.02 * (up == 0)
        down = np.clip((regions.eye[2] - height) / 0.15, 0, 1.5)
        waves = wave * np.sin(9 * angles + phase[1] + 45 * height) * np.clip(down + 0.3, 0, 1)
        waves = waves + 0.0025 * np.sin(31 * angles + 6 * height)
        radius = 1.0 + 0.10 * np.minimum(1.0, 1.2 - up) - 0.06 * down
        x = middle[0] + (half[0] * 0.93 * radius * width + 0.4 * thickness + waves) * np.sin(angles)
        y = middle[1] - 0.01 + (half[1] * 0.90 * radius * width + 0.4 * thickness + waves) * np.cos(angles)
        rings.append(np.stack([x, y - 0.015 * down, height], axis=1))
    points = np.stack(rings)
    flat = points.reshape(-1, 3)
    uv = np.stack([np.tile(angles * 1.5, len(rings)), flat[:, 2] * 2], axis=1)
    return _hanging(fitting, (flat, tube(points, closed=False)[:, ::-1], uv), rigid=False, off=0.032)


def tail(rng: np.random.Generator, fitting: Fitting, side: int = 0, high: bool = False) -> Surface:
    """Return a ponytail: at the back, high on the crown, or (``side`` -1 left, 1 right) above an ear."""
    regions = fitting.regions
    lift = 0.55 if high else 0.25 if side == 0 else 0.05
    length, t = rng.uniform(0.16, 0.30), np.linspace(0, 1, 14)
    out = 0.055 * np.sin(np.pi * np.minimum(t * 1.3, 1)) + 0.015 * t
    if side:
        top = np.array([side * (regions.head_high[0] - 0.01), 0.02, regions.eye[2] + lift * regions.head_height])
        swing = np.stack([side * 0.8 * out, -0.2 * out, -length * t], axis=1)
    else:
        behind = regions.head_low[1] + (0.03 if high else 0.012)
        top = np.array([0, behind, regions.eye[2] + lift * regions.head_height])
        rise = 0.04 * np.sin(np.pi * t) * high
        swing = np.stack([0 * t, -out * (1.3 if high else 1.0), rise - length * t], axis=1)
    radii = (0.021 if side else 0.027) * np.sin(np.pi * (0.12 + 0.86 * t)) ** 0.6 * (1 + 0.08 * np.sin(17 * t))
    shape = lathe((top + swing)[::-1], radii[::-1], 14)
    return _hanging(fitting, shape, rigid=True, off=0.0)


def braid(rng: np.random.Generator, fitting: Fitting, side: int) -> Surface:
    """Return a braid down the back (``side`` 0) or from behind an ear over the shoulder."""
    regions = fitting.regions
    length, t = rng.uniform(0.18, 0.30), np.linspace(0, 1, 40)
    start = np.array([0.062 * side, regions.head_low[1] + (0.04 if side else 0.02), regions.chin[2] + 0.045])
    ahead = (0.055 * np.sin(np.pi * np.minimum(t * 1.2, 1)) if side else -0.02 * t) * np.ones_like(t)
    path = start + np.stack([0.025 * side * np.sin(np.pi * t), ahead, -length * t], axis=1)
    bumps = 0.017 * (1 - 0.45 * t) * (0.82 + 0.18 * np.abs(np.sin(11 * np.pi * t))) * np.clip((1.02 - t) * 8, 0.2, 1)
    path[:, 0] += 0.004 * np.sin(11 * np.pi * t)
    return _hanging(fitting, lathe(path[::-1], bumps[::-1], 10), rigid=False, off=0.034)


def bun(rng: np.random.Generator, fitting: Fitting, top: bool) -> Surface:
    """Return a knot of hair at the back of the head or on top of it."""
    regions = fitting.regions
    radius, t = rng.uniform(0.030, 0.042), np.linspace(-1, 1, 12)
    if top:
        center = np.array([0, regions.head_low[1] + 0.075, regions.head_high[2] + 0.55 * radius])
    else:
        high = rng.uniform(0.0, 0.4) * regions.head_height
        center = np.array([0, regions.head_low[1] - 0.4 * radius + 0.2 * max(high - 0.05, 0), regions.eye[2] + high])
    path = center + np.stack([0 * t, -0.3 * radius * t, radius * t], axis=1)
    swirl = 1 + 0.05 * np.sin(9 * t)
    return _hanging(fitting, lathe(path, radius * swirl * np.sqrt(np.clip(1 - t**2, 0.01, 1)), 16), rigid=True, off=0.0)
