"""What people look like: skin, hair and clothes drawn at random, then built as meshes with materials."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synpose.generation.bodies import Body
from synpose.generation.clothing import Cut, Fitting, Surface, Tailor, snug_hems
from synpose.generation.fabrics import fabric, hair_texture
from synpose.generation.hair import STYLES, build_hair
from synpose.generation.posing import Pose
from synpose.generation.primitives import Material, Mesh

# Linear RGB reflectances from the lightest to the darkest skin.
_SKIN = np.array([[0.72, 0.47, 0.37], [0.60, 0.36, 0.25], [0.42, 0.23, 0.14], [0.24, 0.12, 0.07], [0.10, 0.05, 0.03]])
_HAIR = {
    'black': (0.012, 0.010, 0.009),
    'dark brown': (0.035, 0.020, 0.012),
    'brown': (0.09, 0.048, 0.024),
    'blond': (0.36, 0.24, 0.11),
    'red': (0.20, 0.055, 0.018),
    'gray': (0.28, 0.27, 0.26),
}
_HAIR_ODDS = np.array([0.38, 0.28, 0.18, 0.12, 0.04])
_IRIS = ((0.05, 0.025, 0.012), (0.09, 0.05, 0.02), (0.06, 0.10, 0.05), (0.07, 0.12, 0.20))
_TROUSERS = (
    (0.03, 0.045, 0.10),
    (0.07, 0.11, 0.22),
    (0.02, 0.02, 0.022),
    (0.16, 0.13, 0.09),
    (0.07, 0.07, 0.075),
    (0.10, 0.04, 0.03),
    (0.30, 0.26, 0.20),
    (0.05, 0.07, 0.04),
)
_SHOES = ((0.55, 0.55, 0.53), (0.02, 0.02, 0.02), (0.10, 0.05, 0.025), (0.05, 0.07, 0.16), (0.25, 0.03, 0.03))


@dataclass
class Look:
    """Someone's appearance as drawn.

    Attributes:
        skin: Linear RGB reflectance ``(3,)``.
        hair_style: One of :data:`~synpose.generation.hair.STYLES`.
        hair_name: Name of the hair's color.
        hair: Linear RGB ``(3,)``.
        iris: Linear RGB ``(3,)``.
        top: ``'t-shirt'``, ``'long sleeves'``, ``'sweater'`` or ``'shirt'``.
        bottom: ``'trousers'``, ``'shorts'`` or ``'skirt'``.
        pattern: Pattern of the top, one of :data:`~synpose.generation.fabrics.PATTERNS`.
        cut: Where the clothes end and how wide they are.
        colors: Linear RGB ``(3,)`` of ``'top'``, ``'accent'``, ``'bottom'`` and ``'shoes'``.
    """

    skin: np.ndarray
    hair_style: str
    hair_name: str
    hair: np.ndarray
    iris: np.ndarray
    top: str
    bottom: str
    pattern: str
    cut: Cut
    colors: dict[str, np.ndarray]

    def record(self) -> dict[str, Any]:
        """Return what is worth keeping with an annotation, as plain values."""
        colors = {'skin': self.skin, 'hair': self.hair, **self.colors}
        return {
            'top': self.top,
            'bottom': self.bottom,
            'pattern': self.pattern,
            'hair_style': self.hair_style,
            'hair_color': self.hair_name,
            'colors': {name: [round(float(c), 3) for c in color] for name, color in colors.items()},
        }


def sample_look(rng: np.random.Generator, body: Body) -> Look:
    """Draw skin (darker and lighter ranges follow the face's ancestry), hair and an outfit for a body."""
    p = body.phenotypes
    races = np.array([p['caucasian'], p['asian'], p['african']])
    tone = float(np.clip(races @ [0.12, 0.32, 0.80] / races.sum() + rng.normal(0, 0.08), 0, 1))
    skin = np.array([np.interp(tone * 4, range(5), _SKIN[:, c]) for c in range(3)]) * rng.uniform(0.92, 1.06, 3)
    odds = _HAIR_ODDS * np.where(np.arange(5) >= 2, max(0.0, 1 - 1.6 * tone), 1)
    names = list(_HAIR)
    hair_name = 'gray' if body.years > 45 and rng.random() < 0.5 else names[rng.choice(5, p=odds / odds.sum())]
    hair = np.array(_HAIR[hair_name]) * rng.uniform(0.75, 1.3)
    style_odds = (
        [0.02, 0.06, 0.08, 0.2, 0.3, 0.22, 0.12] if body.sex == 'female' else [0.2, 0.42, 0.28, 0.04, 0.03, 0.01, 0.02]
    )
    female = body.sex == 'female'
    bottom = str(rng.choice(['trousers', 'shorts', 'skirt'], p=[0.7, 0.1, 0.2] if female else [0.85, 0.15, 0.0]))
    top = str(rng.choice(['t-shirt', 'long sleeves', 'sweater', 'shirt'], p=[0.35, 0.25, 0.25, 0.15]))
    long_sleeves = top != 't-shirt'
    scale = body.stature / 1.65
    cut = Cut(
        sleeve=rng.uniform(1.78, 1.95) if long_sleeves else rng.uniform(0.38, 0.8),
        hem=rng.uniform(-0.06, 0.05),
        collar=rng.uniform(0.0, 0.015) if top in ('sweater', 'shirt') else rng.uniform(0.01, 0.05),
        v_neck=rng.uniform(0.04, 0.09) if rng.random() < 0.25 else 0.0,
        leg=1.93 if bottom == 'trousers' else rng.uniform(0.75, 0.95),
        looseness=scale * {'t-shirt': 0.010, 'long sleeves': 0.009, 'sweater': 0.016, 'shirt': 0.012}[top],
        leg_looseness=scale * rng.choice([0.009, 0.018, 0.028], p=[0.25, 0.45, 0.3]),
        skirt=rng.uniform(0.7, 1.0) if bottom == 'skirt' else 0.0,
    )
    pattern = str(rng.choice(['plain', 'stripes', 'checks', 'print'], p=[0.5, 0.2, 0.18, 0.12]))
    colors = {
        'top': _cloth_color(rng),
        'accent': _cloth_color(rng),
        'bottom': np.array(_TROUSERS[rng.integers(len(_TROUSERS))]) * rng.uniform(0.7, 1.4),
        'shoes': np.array(_SHOES[rng.integers(len(_SHOES))]) * rng.uniform(0.8, 1.2),
    }
    return Look(
        skin=skin,
        hair_style=str(rng.choice(STYLES, p=style_odds)),
        hair_name=hair_name,
        hair=hair,
        iris=np.array(_IRIS[0 if tone > 0.4 else rng.integers(4)]),
        top=top,
        bottom=bottom,
        pattern=pattern,
        cut=cut,
        colors=colors,
    )


def _cloth_color(rng: np.random.Generator) -> np.ndarray:
    """Draw a dyed fabric's reflectance: any hue, mostly muted, sometimes white or near black."""
    if rng.random() < 0.3:
        return np.full(3, rng.choice([0.025, 0.15, 0.35, 0.72])) * rng.uniform(0.85, 1.15, 3)
    hue, saturation, value = rng.random(), rng.uniform(0.25, 0.9), rng.uniform(0.25, 0.85)
    weights = np.clip(np.abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return (value * (1 - saturation * (1 - weights))) ** 2.2


def dress(
    rng: np.random.Generator, tailor: Tailor, body: Body, pose: Pose, look: Look
) -> tuple[list[Mesh], np.ndarray]:
    """Build the surfaces of a posed person.

    Args:
        rng: Source of wrinkles, weaves and strands.
        tailor: Knows the body model's parts.
        body: The person's body.
        pose: Its pose.
        look: What it looks like.

    Returns:
        The meshes, and the bare body's posed vertices ``(V, 3)``, m.
    """
    fitting = Fitting(tailor, body, pose, _wrinkles(rng, tailor.model.template))
    cut, regions = look.cut, tailor.regions
    shirt, trousers = tailor.shirt_level(cut), tailor.trousers_level(cut)
    shoes = tailor.shoe_level(0.085)
    meshes = []

    def add(surface: Surface, color: np.ndarray, texture: np.ndarray | None = None, roughness: float = 1.0) -> None:
        vertices, faces, uv = surface
        if len(faces):
            material = Material(np.clip(color, 0, 1).astype(np.float32), texture, roughness)
            meshes.append(Mesh(vertices.astype(np.float32), faces, material, uv))

    covered = np.maximum(np.maximum(shirt, trousers if not cut.skirt else -1.0), shoes)
    add(fitting.skin(covered), look.skin)
    steps = 14 if look.top == 'sweater' else 8
    weave = fabric(rng, look.pattern, look.colors['top'], look.colors['accent'])
    # The shirt hangs freely over the trousers, and these lie close under it.
    open_hem = snug_hems(tailor.shirt_level(replace(cut, hem=-1.0)))
    add(fitting.garment(shirt, cut.looseness, steps, 0.35 * cut.looseness, open_hem), np.ones(3), weave)
    if cut.skirt:
        texture = fabric(rng, str(rng.choice(['plain', 'checks'])), look.colors['bottom'], look.colors['accent'])
        add(fitting.skirt(cut.skirt, 0.012), np.ones(3), texture)
    else:
        denim = fabric(rng, 'plain', look.colors['bottom'], look.colors['bottom'])
        wide = 0.006 + (cut.leg_looseness - 0.006) * np.clip(regions.leg / 0.5, 0, 1)
        under = np.minimum(snug_hems(trousers), np.clip(-shirt / 0.05, 0.05, 1))
        add(fitting.garment(trousers, wide, 10, 0.3 * cut.leg_looseness, under), np.ones(3), denim)
    add(fitting.garment(shoes, 0.009, 12), look.colors['shoes'])
    add(fitting.garment(np.minimum(shoes, tailor.shoe_level(0.022)), 0.012, 12), np.full(3, 0.4))
    strands = hair_texture(rng, look.hair)
    for surface in build_hair(rng, fitting, look.hair_style):
        add(surface, np.ones(3), strands)
    add(fitting.patch(regions.eye_faces, -regions.iris, 0.0), np.array([0.62, 0.60, 0.58]))
    add(fitting.patch(regions.eye_faces, regions.iris, 0.0), look.iris)
    add(fitting.patch(regions.outer_faces, regions.brow, 0.0015), 0.6 * look.hair + 0.25 * look.skin)
    add(fitting.patch(regions.outer_faces, regions.lips, 0.0006), look.skin * [0.82, 0.55, 0.55])
    return meshes, fitting.vertices


def _wrinkles(rng: np.random.Generator, template: np.ndarray) -> np.ndarray:
    """Return smooth noise in about [-1, 1] over the mean body ``(V,)``: a sum of random plane waves."""
    directions = rng.normal(size=(8, 3)) * [1.0, 1.0, 1.6]
    waves = 2 * np.pi / rng.uniform(0.07, 0.25, 8)
    directions *= (waves / np.linalg.norm(directions, axis=1))[:, None]
    return np.sin(template @ directions.T + rng.uniform(0, 2 * np.pi, 8)).sum(axis=1) / 4
