"""Caps, beanies and headscarves as shells around the head."""

from dataclasses import dataclass

import numpy as np

from synpose.generation.people.clothing import Fitting
from synpose.generation.people.hair_volumes import fit_to_head
from synpose.generation.people.pieces import HEAD, Surface
from synpose.generation.shells import inflate, tube

HEADWEAR = ('cap', 'beanie', 'headscarf')
"""Kinds of headwear."""


@dataclass
class Worn:
    """Headwear on a head.

    Attributes:
        surfaces: Its surfaces with the number of their body part; None where the bones decide.
        pressed: How far each body vertex is under it ``(V,)``, m.
        hides_hair: No hair shows.
    """

    surfaces: list[tuple[Surface, int | None]]
    pressed: np.ndarray
    hides_hair: bool


def wear(fitting: Fitting, kind: str, margin: float) -> Worn:
    """Put headwear on.

    Args:
        fitting: The body.
        kind: One of :data:`HEADWEAR`.
        margin: Distance of the clothes from the body, m: a headscarf lies over them.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in HEADWEAR:
        raise ValueError(f'unknown headwear {kind!r}, expected one of {HEADWEAR}')
    regions, template = fitting.regions, fitting.model.template
    if kind == 'headscarf':
        return _headscarf(fitting, margin)
    height = (template[:, 2] - regions.eye[2]) / regions.head_height
    rim = np.interp(np.degrees(regions.azimuth), [0, 60, 90, 180], [0.30, 0.24, 0.17, -0.02])
    level = np.where(regions.is_head, (height - rim) * regions.head_height, -1.0)
    loose = 0.014 + (0.010 if kind == 'beanie' else 0.004) * np.clip(height, 0, 1)
    shell = inflate(fitting.body.vertices, fitting.smoothed(10), fitting.normals, loose)
    uv = np.stack([regions.azimuth, template[:, 2] * 3], axis=1)
    surfaces: list[tuple[Surface, int | None]] = [(fitting.patch(regions.head_faces, level, shell, uv), HEAD)]
    if kind == 'beanie':
        band = np.minimum(level, 0.04 - level)
        surfaces.append((fitting.patch(regions.head_faces, band, shell + 0.005 * fitting.normals, uv), HEAD))
    else:
        surfaces.append((_visor(fitting), HEAD))
    return Worn(surfaces, level, False)


def _visor(fitting: Fitting) -> Surface:
    regions = fitting.regions
    angles = np.radians(np.linspace(-62, 62, 20))
    middle = (regions.head_low + regions.head_high) / 2
    half = (regions.head_high - regions.head_low) / 2 + 0.016
    low = regions.eye[2] + 0.30 * regions.head_height
    rings = []
    for out, drop in ((-0.020, 0.010), (0.075, -0.014), (0.075, -0.018), (-0.020, -0.006)):
        reach = out * np.cos(angles * 1.4)
        x = (half[0] + 0.3 * reach) * np.sin(angles)
        y = middle[1] + half[1] * np.cos(angles) + reach
        rings.append(np.stack([x, y, low + drop - 0.02 * (1 - np.cos(angles))], axis=1))
    points = np.stack(rings)
    fitted = fit_to_head(fitting, points.reshape(-1, 3))
    uv = np.stack([np.tile(angles, 4), np.repeat(np.arange(4) * 0.1, 20)], axis=1)
    return Surface(fitted, tube(points, closed=False), uv, fitting.follow(fitted, {'head': 1.0}))


def _headscarf(fitting: Fitting, margin: float) -> Worn:
    regions, template = fitting.regions, fitting.model.template
    unit = regions.head_height
    # The oval of the face stays free: from the forehead to below the lips, as wide as the cheeks.
    x, z = template[:, 0] / (0.295 * unit), (template[:, 2] - regions.eye[2] + 0.12 * unit) / (0.47 * unit)
    oval = (np.hypot(x, z) - 1) * 0.25 * unit
    face = np.where(np.cos(regions.azimuth) > 0.1, oval, 1.0)
    throat = (template[:, 2] < regions.chin[2] + 0.025) & (template[:, 1] < regions.chin[1] - 0.02)
    face = np.where(throat | (template[:, 2] < regions.chin[2] - 0.01), 0.03, face)
    # Below, it ends in a round over shoulders and chest.
    neck = template - regions.neck
    level = np.minimum(face, 0.145 - np.hypot(np.hypot(neck[:, 0], neck[:, 1]), np.minimum(1.1 * neck[:, 2], 0)))
    # Wide at the shoulders, wider than any collar at the nape, close under the chin.
    below = np.clip((regions.chin[2] + 0.005 - template[:, 2]) / 0.06, 0, 1)
    nape = np.clip(2 * fitting.model.share('neck'), 0, 1) * np.clip(
        (regions.neck[1] + 0.04 - template[:, 1]) / 0.03, 0, 1
    )
    below = np.maximum(below, nape)
    loose = (0.012 + (0.008 + margin) * below) * np.clip(0.4 + level / 0.03, 0.5 + 0.5 * below, 1)
    folds = 0.004 * fitting.wrinkles * below
    shell = inflate(fitting.body.vertices, fitting.smoothed(14), fitting.normals, loose + folds)
    return Worn([(fitting.cloth(shell, level), None)], level, True)
