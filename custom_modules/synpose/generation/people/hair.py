"""Hair as volumes: a cap over the scalp, and tails, buns, braids and curtains of long hair."""

from dataclasses import dataclass

import numpy as np

from synpose.generation.bodies.kinematics import normalized
from synpose.generation.people.clothing import Fitting
from synpose.generation.people.hair_volumes import braid, bun, curtain, tail
from synpose.generation.people.pieces import Surface
from synpose.generation.shells import clip, plane_waves


@dataclass(frozen=True)
class HairStyle:
    """A hair style.

    Attributes:
        top: Thickness over the crown, m.
        side: Thickness at sides and back, m.
        front: How far the hairline comes down over the forehead (+) or recedes (-), m.
        curls: Depth of curls, as a share of the thickness.
        length: Range of a curtain's lower end below (+) the chin, m; None for no curtain.
        wave: Depth of the curtain's waves, m.
        extras: Volumes: ``'tail'``, ``'high tail'``, ``'tails'``, ``'bun'``, ``'top bun'``, ``'braid'``, ``'braids'``.
        female: Odds among women; ``male`` among men.
        oldest: Only for people at least this old, years.
    """

    top: float
    side: float
    front: float = 0.0
    curls: float = 0.25
    length: tuple[float, float] | None = None
    wave: float = 0.004
    extras: tuple[str, ...] = ()
    female: float = 0.0
    male: float = 0.0
    oldest: float = 0.0


STYLES = {
    'shaved': HairStyle(0.0015, 0.001, curls=0.1, female=0.2, male=5),
    'cropped': HairStyle(0.006, 0.004, female=2, male=16),
    'short': HairStyle(0.020, 0.009, female=5, male=26),
    'full': HairStyle(0.034, 0.018, 0.006, 0.3, female=4, male=17),
    'undercut': HairStyle(0.036, 0.002, 0.0, 0.3, female=1, male=11),
    'fringe': HairStyle(0.022, 0.018, 0.032, 0.2, female=3, male=9),
    'curly': HairStyle(0.040, 0.026, 0.008, 0.5, female=6, male=8),
    'afro': HairStyle(0.075, 0.062, 0.004, 0.2, female=5, male=3),
    'balding': HairStyle(0.010, 0.009, male=14, oldest=40),
    'bob': HairStyle(0.020, 0.016, 0.004, length=(-0.03, 0.02), female=10, male=1),
    'bob with fringe': HairStyle(0.020, 0.016, 0.034, length=(-0.03, 0.02), female=7),
    'long': HairStyle(0.016, 0.012, length=(0.06, 0.16), female=14, male=2),
    'very long': HairStyle(0.016, 0.012, 0.004, length=(0.18, 0.26), female=7),
    'wavy': HairStyle(0.022, 0.018, 0.004, 0.35, (0.05, 0.15), 0.012, female=10, male=1),
    'ponytail': HairStyle(0.012, 0.009, extras=('tail',), female=10, male=1),
    'high ponytail': HairStyle(0.011, 0.008, extras=('high tail',), female=6),
    'two tails': HairStyle(0.013, 0.010, 0.01, extras=('tails',), female=3),
    'bun': HairStyle(0.012, 0.008, extras=('bun',), female=7, male=1),
    'top bun': HairStyle(0.012, 0.006, extras=('top bun',), female=4, male=2),
    'braid': HairStyle(0.013, 0.010, extras=('braid',), female=5),
    'two braids': HairStyle(0.013, 0.010, 0.006, extras=('braids',), female=4),
}
"""Hair styles by name."""


def sample_style(rng: np.random.Generator, sex: str, years: float) -> str:
    """Draw a hair style by sex and age."""
    odds = np.array([getattr(style, sex) * (years >= style.oldest) for style in STYLES.values()])
    return str(rng.choice(list(STYLES), p=odds / odds.sum()))


def build_hair(
    rng: np.random.Generator, fitting: Fitting, style: str, pressed: np.ndarray | None = None
) -> list[Surface]:
    """Build the surfaces of a hair style in the rest pose.

    Args:
        rng: Source of the variation in volume and length.
        fitting: The body.
        style: One of :data:`STYLES`.
        pressed: How far each vertex is under headwear ``(V,)``, m; the hair lies flat there.

    Raises:
        ValueError: If the style is unknown.
    """
    if style not in STYLES:
        raise ValueError(f'unknown hair style {style!r}, expected one of {tuple(STYLES)}')
    chosen = STYLES[style]
    surfaces = [_cap(rng, fitting, chosen, style == 'balding', pressed)]
    if chosen.length is not None:
        length, crown = rng.uniform(*chosen.length), 0.42 if pressed is None else 0.02
        surfaces.append(curtain(rng, fitting, length, chosen.wave, chosen.side, crown))
    for extra in chosen.extras:
        if pressed is not None and extra.startswith(('top', 'high')):  # nothing stands up under a hat
            continue
        if extra.endswith('tail'):
            surfaces.append(tail(rng, fitting, high=extra.startswith('high')))
        elif extra == 'tails':
            surfaces += [tail(rng, fitting, side=side) for side in (-1, 1)]
        elif extra.endswith('bun'):
            surfaces.append(bun(rng, fitting, top=extra.startswith('top')))
        else:
            sides = (-1, 1) if extra == 'braids' else (0,)
            surfaces += [braid(rng, fitting, side) for side in sides]
    return surfaces


def _cap(
    rng: np.random.Generator, fitting: Fitting, style: HairStyle, balding: bool, pressed: np.ndarray | None
) -> Surface:
    regions, body, scalp = fitting.regions, fitting.body, fitting.regions.scalp_mesh
    template = scalp.spread @ fitting.model.template
    azimuth, hairline = scalp.spread @ regions.azimuth, scalp.spread @ regions.scalp
    up = (template[:, 2] - regions.eye[2]) / (regions.head_high[2] - regions.eye[2])
    ahead = np.cos(azimuth) > 0.3
    ragged = plane_waves(rng, template, (0.02, 0.05))
    level = hairline + ahead * (style.front + rng.uniform(-0.006, 0.006)) + 0.004 * ragged
    if style.front > 0.02:  # a fringe ends above the eyes
        level = np.where(ahead, np.minimum(level, template[:, 2] - regions.eye[2] - 0.016 - 0.003 * ragged), level)
    if balding:
        level = np.minimum(level, (0.45 - up) * 0.1 + 0.02 * (np.cos(azimuth) < -0.6))
    rise = np.clip(level / 0.03, 0, 1)
    crown = np.clip((up - 0.15) / 0.5, 0, 1)
    thickness = (style.side + (style.top - style.side) * crown) * rng.uniform(0.85, 1.2)
    locks = 0.6 * plane_waves(rng, template, (0.04, 0.08)) + 0.5 * plane_waves(rng, template, (0.016, 0.03))
    offset = 0.0015 + np.maximum(thickness * (1 + style.curls * locks), 0.0) * rise * (2 - rise)
    if pressed is not None:
        offset = np.minimum(offset, np.where(scalp.spread @ pressed > -0.01, 0.004, 0.012))
    normals = normalized(scalp.spread @ fitting.normals)
    shell = scalp.spread @ body.vertices + np.maximum(offset, 0.001)[:, None] * normals
    smooth = scalp.spread @ fitting.smoothed(2 if style.top < 0.01 else 6)
    shell += np.maximum(((smooth - shell) * normals).sum(axis=1), 0)[:, None] * normals
    uv = np.stack([azimuth * 1.5, template[:, 2] * 3], axis=1)
    patch = clip(scalp.faces, level)
    matrix = patch.matrix(len(shell), np.arange(len(shell)))
    return Surface(matrix @ shell, patch.faces, patch.gather(uv), matrix @ scalp.weights)
