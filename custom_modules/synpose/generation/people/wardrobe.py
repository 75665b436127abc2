"""What people may wear and how it is drawn: tops, layers over them, what covers the legs, and what goes together."""

from dataclasses import dataclass, replace

import numpy as np

from synpose.generation.bodies.body_model import Body

Span = tuple[float, float]
_LONG, _SHORT = (1.78, 1.95), (0.38, 0.8)


@dataclass(frozen=True)
class Cut:
    """How a garment of the upper body may be cut; a range of numbers is drawn from evenly.

    Attributes:
        sleeve: Where the sleeves end on the arm (0 shoulder, 1 elbow, 2 wrist); below 0 for none.
        hem: Height of its lower end above the pelvis of the mean body, m.
        collar: Depth of the neckline below the neck's root, m.
        looseness: Distance from the body, m, for someone 1.65 m tall.
        steps: How much of the body's relief it smooths away.
        v_neck: Extra depth of the neckline at the middle, m.
        finish: ``''``, or what the neckline carries: ``'fold'`` (collar), ``'stand'``, ``'lapels'``, ``'hood'``.
        front: ``'closed'``, ``'buttons'``, ``'zip'`` or ``'open'``.
        flare: Extra width at the hem, m.
    """

    sleeve: Span
    hem: Span
    collar: Span
    looseness: float
    steps: int = 8
    v_neck: Span = (0.0, 0.0)
    finish: str = ''
    front: str = 'closed'
    flare: Span = (0.0, 0.012)


TOPS = {
    't-shirt': Cut(_SHORT, (-0.08, 0.02), (0.01, 0.05), 0.010),
    'v-neck': Cut(_SHORT, (-0.08, 0.02), (0.01, 0.03), 0.009, v_neck=(0.04, 0.09)),
    'tank top': Cut((-1, -1), (-0.06, 0.02), (0.05, 0.08), 0.008),
    'long sleeves': Cut(_LONG, (-0.07, 0.02), (0.01, 0.04), 0.009),
    'sweater': Cut(_LONG, (-0.06, 0.02), (0.0, 0.015), 0.017, 14),
    'turtleneck': Cut(_LONG, (-0.05, 0.02), (0.0, 0.01), 0.010, finish='stand'),
    'shirt': Cut(_LONG, (-0.10, 0.0), (0.0, 0.01), 0.012, finish='fold', front='buttons'),
    'polo': Cut(_SHORT, (-0.07, 0.01), (0.0, 0.01), 0.010, finish='fold', v_neck=(0.0, 0.05)),
    'hoodie': Cut(_LONG, (-0.08, 0.0), (0.0, 0.015), 0.020, 14, finish='hood'),
    'blouse': Cut((0.9, 1.9), (-0.10, 0.0), (0.0, 0.02), 0.014, 12, finish='fold', flare=(0.01, 0.03)),
    'dress': Cut(_SHORT, (-0.46, -0.26), (0.02, 0.06), 0.009, flare=(0.025, 0.06)),
    'long dress': Cut(_LONG, (-0.68, -0.40), (0.0, 0.03), 0.011, flare=(0.03, 0.08)),
}
"""Tops by name."""
LAYERS = {
    'jacket': Cut(_LONG, (-0.10, 0.0), (-0.01, 0.01), 0.026, 16, finish='stand', front='zip'),
    'open jacket': Cut(_LONG, (-0.10, 0.0), (-0.01, 0.01), 0.026, 16, finish='stand', front='open'),
    'coat': Cut(_LONG, (-0.48, -0.28), (0.0, 0.01), 0.028, 16, finish='lapels', front='open', flare=(0.02, 0.06)),
    'blazer': Cut(_LONG, (-0.14, -0.08), (0.0, 0.01), 0.023, 14, finish='lapels', front='open'),
    'cardigan': Cut(_LONG, (-0.14, -0.02), (0.0, 0.02), 0.021, 12, front='open'),
    'zip hoodie': Cut(_LONG, (-0.08, 0.0), (0.0, 0.015), 0.024, 14, finish='hood', front='open'),
    'vest': Cut((-1, -1), (-0.02, 0.03), (0.02, 0.03), 0.019, 12, v_neck=(0.12, 0.17)),
}
"""Layers worn over tops, by name."""
BOTTOMS = {
    'trousers': (0.012, 0.018),
    'wide trousers': (0.026, 0.036),
    'slim trousers': (0.006, 0.009),
    'leggings': (0.003, 0.004),
    'shorts': (0.014, 0.026),
    'skirt': (0.010, 0.014),
    'pleated skirt': (0.010, 0.014),
    'long skirt': (0.010, 0.014),
}
"""What covers the legs: its distance from the body, m."""
SKIRTS = {'skirt': (-0.34, -0.20), 'pleated skirt': (-0.36, -0.24), 'long skirt': (-0.70, -0.50)}
"""Heights of skirts' hems on the mean body, m."""
DRESSES = ('dress', 'long dress')
"""Tops that need nothing below."""

_TOP_ODDS = {'female': (14, 8, 6, 14, 13, 6, 9, 3, 10, 8, 6, 3), 'male': (24, 6, 2, 14, 13, 4, 17, 8, 12, 0, 0, 0)}
_LAYER_ODDS = (5, 6, 3, 5, 8, 7, 3)
_BOTTOM_ODDS = {'female': (32, 14, 20, 9, 6, 8, 6, 5), 'male': (56, 12, 18, 0, 14, 0, 0, 0)}


@dataclass(frozen=True)
class Garment:
    """A drawn garment of the upper body: a name of :data:`TOPS` or :data:`LAYERS` and the numbers of its cut."""

    name: str
    sleeve: float
    hem: float
    collar: float
    v_neck: float
    looseness: float
    steps: int
    finish: str
    front: str
    flare: float
    opening: float


@dataclass(frozen=True)
class Clothes:
    """What someone wears.

    Attributes:
        top: The top.
        layer: What is worn over it, if anything.
        bottom: One of :data:`BOTTOMS`, or ``'dress'``.
        leg: Where the trousers end on the leg (0 hip, 1 knee, 2 ankle).
        leg_looseness: Distance of trousers or skirt from the body, m.
        skirt: Height of a skirt's hem on the mean body, m.
        tucked: The top's hem is inside the trousers or skirt.
        tights: Cloth covers the legs under a skirt.
        boots: Height of the shoes, m.
        tie: With a tie.
        uniform: They are a school uniform.
    """

    top: Garment
    layer: Garment | None
    bottom: str
    leg: float
    leg_looseness: float
    skirt: float
    tucked: bool
    tights: bool
    boots: float
    tie: bool
    uniform: bool


def _choice(rng: np.random.Generator, names: dict, odds: tuple[int, ...]) -> str:
    return str(rng.choice(list(names), p=np.array(odds) / sum(odds)))


def _tailored(rng: np.random.Generator, name: str, catalog: dict[str, Cut], scale: float) -> Garment:
    cut = catalog[name]
    opening = rng.uniform(0.02, 0.05) if cut.front == 'open' else 0.0
    spans = (cut.sleeve, cut.hem, cut.collar, cut.v_neck, cut.flare)
    sleeve, hem, collar, v_neck, flare = (float(rng.uniform(*span)) for span in spans)
    loose = cut.looseness * scale
    return Garment(name, sleeve, hem, collar, v_neck, loose, cut.steps, cut.finish, cut.front, flare, opening)


def sample_clothes(rng: np.random.Generator, body: Body) -> Clothes:
    """Draw what someone wears; pupils (under 19) wear a school uniform at times."""
    scale, female = body.stature / 1.65, body.sex == 'female'
    uniform = body.years < 19 and rng.random() < 0.15
    top = _choice(rng, TOPS, _TOP_ODDS[body.sex])
    bottom = _choice(rng, BOTTOMS, _BOTTOM_ODDS[body.sex])
    layer = _choice(rng, LAYERS, _LAYER_ODDS) if rng.random() < 0.3 else None
    if uniform:
        top, layer = 'shirt', str(rng.choice(['blazer', 'vest', 'cardigan', ''], p=[0.4, 0.2, 0.2, 0.2])) or None
        bottom = 'pleated skirt' if female and rng.random() < 0.6 else 'trousers'
    dress = top in DRESSES
    if layer is not None and (top == 'hoodie' or (dress and layer == 'vest')):
        layer = 'open jacket'
    inner = _tailored(rng, top, TOPS, scale)
    outer = _tailored(rng, layer, LAYERS, scale) if layer else None
    tucked = not dress and (uniform or layer == 'vest' or bottom in SKIRTS or rng.random() < 0.12)
    if outer is not None and not dress and outer.hem > inner.hem:
        inner = replace(inner, hem=outer.hem)  # no top hangs out below the layer over it
    if outer is not None and inner.sleeve > outer.sleeve >= 0:
        inner = replace(inner, sleeve=outer.sleeve - 0.1)
    return Clothes(
        top=inner,
        layer=outer,
        bottom='dress' if dress else bottom,
        leg=float(rng.uniform(0.7, 1.0)) if bottom == 'shorts' else 1.93,
        leg_looseness=float(rng.uniform(*BOTTOMS[bottom])) * scale,
        skirt=float(rng.uniform(*SKIRTS.get(bottom, (0, 0)))),
        tucked=tucked,
        tights=(dress or bottom in SKIRTS) and rng.random() < 0.45,
        boots=float(rng.choice([0.085, 0.16], p=[0.85, 0.15])),
        tie=top == 'shirt' and rng.random() < (0.7 if uniform else 0.12 * (not female)),
        uniform=uniform,
    )
