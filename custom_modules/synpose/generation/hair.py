"""Hair as volumes: a cap over the scalp, and tails, buns and curtains of long hair that follow head and neck."""

from typing import Any

import numpy as np

from synpose.generation.clothing import Fitting, Surface
from synpose.generation.shells import clip, inflate, tube

STYLES = ('cropped', 'short', 'full', 'bob', 'long', 'ponytail', 'bun')
"""Hair styles, from shortest to longest."""

_THICKNESS = {
    'cropped': 0.005,
    'short': 0.014,
    'full': 0.026,
    'bob': 0.018,
    'long': 0.016,
    'ponytail': 0.010,
    'bun': 0.010,
}


def build_hair(rng: np.random.Generator, fitting: Fitting, style: str) -> list[Surface]:
    """Build the surfaces of a hair style.

    Args:
        rng: Source of the variation in volume and length.
        fitting: The posed person.
        style: One of :data:`STYLES`.

    Raises:
        ValueError: If the style is unknown.
    """
    if style not in STYLES:
        raise ValueError(f'unknown hair style {style!r}, expected one of {STYLES}')
    surfaces = [_cap(rng, fitting, _THICKNESS[style] * rng.uniform(0.8, 1.25))]
    if style in ('bob', 'long'):
        surfaces.append(_curtain(rng, fitting, style))
    if style == 'ponytail':
        surfaces.append(_tail(rng, fitting))
    if style == 'bun':
        surfaces.append(_bun(rng, fitting))
    return surfaces


def _cap(rng: np.random.Generator, fitting: Fitting, thickness: float) -> Surface:
    regions, body = fitting.regions, fitting.body
    template = fitting.model.template
    lift = rng.uniform(-0.008, 0.012)
    level = regions.scalp - lift * (template[:, 1] > 0.03)
    rise = np.clip(level / 0.035, 0, 1)
    crown = 1 + 0.4 * np.clip((template[:, 2] - regions.eye[2]) / regions.head_height, 0, 1)
    strands = 1 + 0.25 * fitting.wrinkles
    offset = 0.0025 + thickness * rise * (2 - rise) * crown * strands
    shell = inflate(body.vertices, fitting.smoothed(6), fitting.normals, offset)
    patch = clip(regions.outer_faces, level)
    angle = np.abs(np.arctan2(template[:, 0], template[:, 1] - 0.04))
    uv = np.stack([angle * 1.5, template[:, 2] * 3], axis=1).astype(np.float32)
    return fitting.move_patch(patch, shell), patch.faces, patch.gather(uv)


def _attach(fitting: Fitting, points: np.ndarray, rigid: bool) -> np.ndarray:
    """Fit points drawn on the mean body's head to this person and pose them with head, neck and upper back."""
    from scipy.sparse import csr_matrix

    regions, model = fitting.regions, fitting.model
    head = fitting.body.vertices[regions.is_head]
    scale = (head.max(axis=0) - head.min(axis=0)) / (regions.head_high - regions.head_low)
    fitted = (points - regions.head_high * [0, 1, 1]) * scale + head.max(axis=0) * [0, 1, 1]
    weights: Any = np.zeros((len(points), len(model.labels)))
    # Hair below the chin drapes: it follows the neck, then the back.
    drape = np.zeros(len(points)) if rigid else np.clip((regions.chin[2] + 0.01 - points[:, 2]) / 0.12, 0, 1)
    weights[:, model.bone['head']] = 1 - drape
    weights[:, model.bone['neck01']] = drape * (1 - drape)
    weights[:, model.bone['spine01']] = drape * drape
    return fitting.move(fitted, csr_matrix(weights))


def _curtain(rng: np.random.Generator, fitting: Fitting, style: str) -> Surface:
    regions = fitting.regions
    middle = (regions.head_low + regions.head_high) / 2
    half = (regions.head_high - regions.head_low) / 2
    end = regions.chin[2] + (rng.uniform(-0.02, 0.03) if style == 'bob' else rng.uniform(-0.16, -0.06))
    opening = np.radians(rng.uniform(62, 80))
    angles = np.linspace(opening, 2 * np.pi - opening, 36)
    heights = np.linspace(end, regions.eye[2] + 0.42 * regions.head_height, 12)
    rings = []
    for height in heights:
        up = (height - regions.eye[2]) / (regions.head_high[2] - regions.eye[2])
        # The upper rim lies under the cap; below the ears the hair falls straight and comes in a little.
        width = np.sqrt(max(1 - max(up, 0) ** 2, 0.05)) + (0.02 if up < 0 else 0.0)
        down = np.clip((regions.eye[2] - height) / 0.15, 0, 1.5)
        wave = 0.004 * np.sin(9 * angles + 20 * height)
        radius = 1.0 + 0.10 * min(1.0, 1.2 - max(up, 0)) - 0.06 * down
        x = middle[0] + (half[0] * 0.93 * radius * width + 0.008 + wave) * np.sin(angles)
        y = middle[1] - 0.01 + (half[1] * 0.90 * radius * width + 0.006 + wave) * np.cos(angles) - 0.015 * down
        rings.append(np.stack([x, y, np.full(len(angles), height)], axis=1))
    points = np.stack(rings)
    flat = points.reshape(-1, 3)
    uv = np.stack([np.tile(angles * 1.5, len(heights)), flat[:, 2] * 2], axis=1).astype(np.float32)
    faces = tube(points, closed=False)
    return _attach(fitting, flat, rigid=False), faces, uv


def _lathe(path: np.ndarray, radii: np.ndarray, sides: int = 14) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points, faces and uv of a round body along a path ``(R, 3)`` with a radius at each point, m."""
    tangents = np.gradient(path, axis=0)
    across = np.cross(tangents, [1.0, 0, 0])
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.cos(angles)[:, None] * np.array([1.0, 0, 0]) + np.sin(angles)[:, None] * across[:, None]
    points = path[:, None] + radii[:, None, None] * ring
    uv = np.stack(np.meshgrid(angles, np.linspace(0, 1, len(path))), axis=-1).reshape(-1, 2)
    return points.reshape(-1, 3), tube(points), uv.astype(np.float32)


def _tail(rng: np.random.Generator, fitting: Fitting) -> Surface:
    regions = fitting.regions
    top = np.array([0, regions.head_low[1] + 0.012, regions.eye[2] + 0.25 * regions.head_height])
    length, t = rng.uniform(0.16, 0.30), np.linspace(0, 1, 12)
    path = top + np.stack([0 * t, -0.055 * np.sin(np.pi * np.minimum(t * 1.3, 1)) - 0.01 * t, -length * t], axis=1)
    radii = 0.026 * np.sin(np.pi * (0.12 + 0.86 * t)) ** 0.6
    points, faces, uv = _lathe(path[::-1], radii[::-1])
    return _attach(fitting, points, rigid=True), faces, uv


def _bun(rng: np.random.Generator, fitting: Fitting) -> Surface:
    regions = fitting.regions
    radius, t = rng.uniform(0.030, 0.042), np.linspace(-1, 1, 10)
    high = rng.uniform(0.05, 0.5) * regions.head_height
    center = np.array([0, regions.head_low[1] - 0.4 * radius + 0.2 * max(high - 0.05, 0), regions.eye[2] + high])
    path = center + np.stack([0 * t, -0.3 * radius * t, radius * t], axis=1)
    points, faces, uv = _lathe(path, radius * np.sqrt(np.clip(1 - t**2, 0.01, 1)))
    return _attach(fitting, points, rigid=True), faces, uv
