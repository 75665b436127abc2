"""What a room is made of: its materials, drawn from a style, and its luminous surfaces."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rooms import textures
from synpose.generation.rooms.room_plans import CEILINGS, CHAIRS, DESKS, SHADES, WALLS, RoomPlan
from synpose.generation.rooms.styles import BOARD_STYLES


@dataclass
class Light:
    """A luminous surface.

    Attributes:
        mesh: Its shape; a texture of the material shapes the radiance.
        radiance: Linear RGB ``(3,)``, relative units (exposure is set afterwards).
        weight: Share of the light samples, relative to the other lights.
    """

    mesh: Mesh
    radiance: np.ndarray
    weight: float = 1.0


def sample_material(rng: np.random.Generator, style: Mapping, texture_size: int = 256) -> Material:
    """Draw a surface from a style.

    Args:
        rng: Source of randomness.
        style: ``hue``, ``saturation``, ``value`` as (low, high) of the sRGB color; optionally ``textures`` (names of
            :data:`synpose.generation.rooms.textures.TEXTURES`) and ``roughness``.
        texture_size: Side of the texture, px.

    Raises:
        ValueError: If a texture's name is unknown.
    """
    color = textures.hsv(*(rng.uniform(*style[key]) for key in ('hue', 'saturation', 'value')))
    roughness = float(style.get('roughness', 1.0))
    names = style.get('textures', ())
    if not names:
        return Material(color, None, roughness)
    name = str(rng.choice(names))
    if name not in textures.TEXTURES:
        raise ValueError(f'unknown texture {name!r} in the style; known: {sorted(textures.TEXTURES)}')
    return Material(np.ones(3), textures.TEXTURES[name](rng, color, texture_size), roughness)


@dataclass
class Finishes:
    """What one room is made of: a material for each part, and the plan with every ``'any'`` decided.

    Attributes:
        plan: The room's description.
        style: What the materials are drawn from.
        parts: Materials by the style's part, e.g. ``parts['desk']``.
        papers: Sheets of writing.
        covers: Books, bags, bottles.
        desk: The plan's desk, not ``'any'``; so are the following.
        chair: The plan's chair.
        shades: The plan's shades.
        walls: The plan's walls.
        ceiling: The plan's ceiling.
        windows: Names of the walls with windows.
    """

    plan: RoomPlan
    style: Mapping
    parts: dict[str, Material]
    papers: list[Material]
    covers: list[Material]
    desk: str
    chair: str
    shades: str
    walls: str
    ceiling: str
    windows: list[str]

    @classmethod
    def sample(cls, rng: np.random.Generator, style: Mapping, plan: RoomPlan) -> 'Finishes':
        """Draw a room's materials."""
        wide = ('wall', 'floor', 'ceiling')
        parts = {
            name: sample_material(rng, part, 512 if name in wide else 256)
            for name, part in style.items()
            if name not in ('light', 'board', 'paper', 'cover')
        }

        def decide(value: str, choices: tuple[str, ...], *rare: str) -> str:
            drawn = str(rng.choice([choice for choice in choices if choice not in ('any', *rare)]))
            return drawn if value == 'any' else value

        side = str(rng.choice(['left', 'right']))
        return cls(
            plan=plan,
            style=style,
            parts=parts,
            papers=[sample_material(rng, style['paper'], 64) for _ in range(4)],
            covers=[sample_material(rng, style['cover']) for _ in range(8)],
            desk=decide(plan.desk, DESKS, 'none', 'bench', 'counter'),
            chair=decide(plan.chair, CHAIRS, 'stool', 'folding', 'office'),
            shades=decide(plan.shades, SHADES),
            walls=decide(plan.walls, WALLS),
            ceiling=decide(plan.ceiling, CEILINGS, 'beams'),
            windows=[side if name == 'any' else name for name in plan.windows],
        )

    def board(self, rng: np.random.Generator, kind: str) -> Material:
        """Draw a board's surface; ``kind`` is one of :data:`~synpose.generation.rooms.room_plans.BOARDS`."""
        return sample_material(rng, BOARD_STYLES.get(kind, self.style['board']), 512)
