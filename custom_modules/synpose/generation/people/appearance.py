"""What people look like: skin, hair, clothes and accessories drawn at random."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synpose.generation.bodies.body_model import Body
from synpose.generation.people.accessories import BAGS, GLASSES, MASKS
from synpose.generation.people.fabrics import PATTERNS
from synpose.generation.people.hair import sample_style
from synpose.generation.people.wardrobe import Clothes, sample_clothes

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

_UNIFORMS = ((0.02, 0.03, 0.09), (0.05, 0.015, 0.02), (0.02, 0.05, 0.035), (0.03, 0.03, 0.035))
_FRAMES = ((0.015, 0.015, 0.016), (0.06, 0.03, 0.015), (0.35, 0.34, 0.33), (0.25, 0.03, 0.03), (0.03, 0.05, 0.15))
_SURGICAL = ((0.45, 0.65, 0.72), (0.75, 0.76, 0.77), (0.03, 0.03, 0.032))


@dataclass
class Look:
    """Someone's appearance as drawn.

    Attributes:
        skin: Linear RGB reflectance ``(3,)``.
        hair_style: One of :data:`~synpose.generation.people.hair.STYLES`.
        hair_name: Name of the hair's color.
        hair: Linear RGB ``(3,)``.
        iris: Linear RGB ``(3,)``.
        clothes: Top, layer, trousers or skirt, shoes.
        pattern: Pattern of the top, one of :data:`~synpose.generation.people.fabrics.PATTERNS`.
        headwear: One of :data:`~synpose.generation.people.headwear.HEADWEAR`, or None.
        glasses: One of :data:`~synpose.generation.people.accessories.GLASSES`, or None.
        mask: One of :data:`~synpose.generation.people.accessories.MASKS`, or None.
        bag: One of :data:`~synpose.generation.people.accessories.BAGS`, or None.
        headphones: Wears headphones.
        scarf: Wears a scarf.
        colors: Linear RGB ``(3,)`` by name: ``'top'``, ``'accent'``, ``'layer'``, ``'bottom'``, ``'shoes'``, ...
    """

    skin: np.ndarray
    hair_style: str
    hair_name: str
    hair: np.ndarray
    iris: np.ndarray
    clothes: Clothes
    pattern: str
    headwear: str | None
    glasses: str | None
    mask: str | None
    bag: str | None
    headphones: bool
    scarf: bool
    colors: dict[str, np.ndarray]

    def record(self) -> dict[str, Any]:
        """Return what is worth keeping with an annotation, as plain values."""
        colors = {'skin': self.skin, 'hair': self.hair, **self.colors}
        layer = self.clothes.layer
        return {
            'top': self.clothes.top.name,
            'layer': layer.name if layer else None,
            'bottom': self.clothes.bottom,
            'uniform': self.clothes.uniform,
            'pattern': self.pattern,
            'hair_style': self.hair_style,
            'hair_color': self.hair_name,
            'headwear': self.headwear,
            'glasses': self.glasses,
            'mask': self.mask,
            'headphones': self.headphones,
            'scarf': self.scarf,
            'bag': self.bag,
            'colors': {name: [round(float(c), 3) for c in color] for name, color in colors.items()},
        }


def sample_look(rng: np.random.Generator, body: Body) -> Look:
    """Draw skin (darker and lighter ranges follow the face's ancestry), hair, clothes and accessories for a body."""
    p = body.phenotypes
    races = np.array([p['caucasian'], p['asian'], p['african']])
    tone = float(np.clip(races @ [0.12, 0.32, 0.80] / races.sum() + rng.normal(0, 0.08), 0, 1))
    skin = np.array([np.interp(tone * 4, range(5), _SKIN[:, c]) for c in range(3)]) * rng.uniform(0.92, 1.06, 3)
    odds = _HAIR_ODDS * np.where(np.arange(5) >= 2, max(0.0, 1 - 1.6 * tone), 1)
    names = list(_HAIR)
    hair_name = 'gray' if body.years > 45 and rng.random() < 0.5 else names[rng.choice(5, p=odds / odds.sum())]
    female = body.sex == 'female'
    clothes = sample_clothes(rng, body)
    pattern = 'plain' if clothes.uniform else str(rng.choice(PATTERNS, p=[0.5, 0.2, 0.18, 0.12]))
    headwear = str(rng.choice(['cap', 'beanie', 'headscarf'], p=[0.35, 0.3, 0.35] if female else [0.6, 0.4, 0.0]))
    headwear_worn = rng.random() < (0.14 if female else 0.10)
    if headwear_worn and headwear == 'headscarf':  # it would not lie over a collar
        bare = [garment and replace(garment, finish='') for garment in (clothes.top, clothes.layer)]
        clothes = replace(clothes, top=bare[0] or clothes.top, layer=bare[1], tie=False)
    return Look(
        skin=skin,
        hair_style=sample_style(rng, body.sex, body.years),
        hair_name=hair_name,
        hair=np.array(_HAIR[hair_name]) * rng.uniform(0.75, 1.3),
        iris=np.array(_IRIS[0 if tone > 0.4 else rng.integers(4)]),
        clothes=clothes,
        pattern=pattern,
        headwear=headwear if headwear_worn else None,
        glasses=_maybe(rng, list(GLASSES), 0.26 if body.years < 40 else 0.45),
        mask=_maybe(rng, list(MASKS), 0.09),
        bag=_maybe(rng, list(BAGS), 0.6),
        headphones=not headwear_worn and rng.random() < 0.05,
        scarf=headwear != 'headscarf' and clothes.top.finish != 'hood' and rng.random() < 0.06,
        colors=_sample_colors(rng, clothes),
    )


def _maybe(rng: np.random.Generator, names: list[str], odds: float) -> str | None:
    """Draw one of some names with a probability, else None."""
    return str(rng.choice(names)) if rng.random() < odds else None


def _pick(rng: np.random.Generator, colors: tuple[tuple[float, float, float], ...], spread: float) -> np.ndarray:
    return np.array(colors[rng.integers(len(colors))]) * rng.uniform(1 - spread, 1 + spread)


def _sample_colors(rng: np.random.Generator, clothes: Clothes) -> dict[str, np.ndarray]:
    colors = {
        'top': _cloth_color(rng),
        'accent': _cloth_color(rng),
        'layer': _pick(rng, _TROUSERS, 0.4) if rng.random() < 0.5 else _cloth_color(rng),
        'bottom': _pick(rng, _TROUSERS, 0.35),
        'shoes': _pick(rng, _SHOES, 0.2),
        'headwear': _cloth_color(rng),
        'scarf': _cloth_color(rng),
        'glasses': _pick(rng, _FRAMES, 0.2),
        'mask': _pick(rng, _SURGICAL, 0.1),
        'bag': _cloth_color(rng),
    }
    uniform = _pick(rng, _UNIFORMS, 0.2)
    if clothes.uniform:
        colors |= {'top': np.full(3, 0.72), 'layer': uniform, 'accent': 2.5 * uniform}
        colors['bottom'] = np.full(3, 0.09) if rng.random() < 0.5 else uniform
    if clothes.bottom == 'leggings' or (clothes.tights and rng.random() < 0.7):
        colors['bottom'] = colors['bottom'] * 0.6
    return {name: np.clip(color, 0.004, 0.9) for name, color in colors.items()}


def _cloth_color(rng: np.random.Generator) -> np.ndarray:
    """Draw a dyed fabric's reflectance: any hue, mostly muted, sometimes white or near black."""
    if rng.random() < 0.3:
        return np.full(3, rng.choice([0.025, 0.15, 0.35, 0.72])) * rng.uniform(0.85, 1.15, 3)
    hue, saturation, value = rng.random(), rng.uniform(0.25, 0.9), rng.uniform(0.25, 0.85)
    weights = np.clip(np.abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return (value * (1 - saturation * (1 - weights))) ** 2.2
