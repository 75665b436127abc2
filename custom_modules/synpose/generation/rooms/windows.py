"""Windows with their shades, and doors, in a wall's frame: y = 0 is the wall, the room is at y < 0. Metres."""

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rooms.walls import Wall
from synpose.generation.shapes import box, merge, prism, quad, rod, slab


def window(width: float, height: float, frame: Material, sill: Material, bars: int) -> list[Mesh]:
    """Frame, sash bars and sill of a window whose glass spans ``width`` x ``height`` m from z = 0.

    Args:
        width: m.
        height: m.
        frame: Material of the bars.
        sill: Material of the board below.
        bars: Upright bars.
    """
    x, wide = 0.5 * width, 0.07
    meshes = [
        slab((-x - wide, -0.07, -wide), (-x, 0, height + wide), frame, 0.008),
        slab((x, -0.07, -wide), (x + wide, 0, height + wide), frame, 0.008),
        slab((-x - wide, -0.07, height), (x + wide, 0, height + wide), frame, 0.008),
        slab((-x - wide, -0.07, -wide), (x + wide, 0, 0), frame, 0.008),
        slab((-x - 0.1, -0.17, -0.06 - 0.03), (x + 0.1, 0, -0.06), sill, 0.01),
    ]
    for at in np.linspace(-x, x, bars + 2)[1:-1].tolist():
        meshes.append(slab((at - 0.025, -0.055, 0), (at + 0.025, 0, height), frame, 0.006))
        meshes.append(rod((at, -0.08, 0.5 * height), (at, -0.08, 0.5 * height + 0.11), 0.009, frame, 6))
    return meshes


def glass(width: float, height: float, view: Material) -> Mesh:
    """The luminous pane, facing the room."""
    return quad((-0.5 * width, -0.012, 0), (width, 0, 0), (0, 0, height), view)


def curtains(width: float, low: float, high: float, cloth: Material, rail: Material, closed: float) -> list[Mesh]:
    """Two wavy curtains beside a window and their rail.

    Args:
        width: Of the window, m.
        low: Their lower edge above the window's, m (negative: they hang below it).
        high: Their upper edge above the window's lower, m.
        cloth: Their material.
        rail: Material of the rail.
        closed: Part of the window they cover, in [0, 1].
    """
    x = 0.5 * width + 0.18
    meshes = [rod((-x, -0.13, high), (x, -0.13, high), 0.014, rail, closed=True)]
    span = 0.22 + 0.5 * closed * width
    t = np.linspace(0, 1, 33)
    for side in (-1, 1):
        xs = side * (x - span * t)
        y = -0.13 + 0.03 * np.sin(2 * np.pi * t * span / 0.11)
        outline = np.concatenate([np.stack([xs, y - 0.002], -1), np.stack([xs, y + 0.002], -1)[::-1]])
        meshes.append(prism(outline[::-side], low, high, cloth))
    return meshes


def roller(width: float, height: float, drop: float, cloth: Material) -> list[Mesh]:
    """A roller shade let down by ``drop`` m."""
    x = 0.5 * width + 0.03
    return [
        rod((-x, -0.11, height + 0.05), (x, -0.11, height + 0.05), 0.03, cloth, 12, closed=True),
        slab((-x, -0.092, height - drop), (x, -0.088, height + 0.05), cloth, 0.001),
        rod((-x, -0.09, height - drop), (x, -0.09, height - drop), 0.01, cloth, 8, closed=True),
    ]


def slats(width: float, height: float, drop: float, metal: Material, tilt: float) -> list[Mesh]:
    """A slatted blind let down by ``drop`` m, its slats tilted by ``tilt`` rad."""
    x = 0.5 * width
    meshes = [slab((-x, -0.12, height - 0.01), (x, -0.07, height + 0.04), metal, 0.004)]
    dy, dz = 0.022 * np.cos(tilt), 0.022 * np.sin(tilt)
    for z in np.arange(height - 0.04, height - drop, -0.042).tolist():
        strip = quad((-x, -0.095 - dy, z - dz), (2 * x, 0, 0), (0, 2 * dy, 2 * dz), metal)
        back = quad((x, -0.095 - dy, z - dz - 0.001), (-2 * x, 0, 0), (0, 2 * dy, 2 * dz), metal)
        meshes += [strip, back]
    cords = [rod((sx, -0.095, height - drop), (sx, -0.095, height), 0.003, metal, 4) for sx in (-0.7 * x, 0.7 * x)]
    return merge([*meshes, *cords])


def shade(
    rng: np.random.Generator, kind: str, width: float, height: float, cloth: Material, metal: Material
) -> list[Mesh]:
    """Shade a window: ``kind`` is ``'curtains'``, ``'roller'``, ``'slats'`` or ``'none'``."""
    if kind == 'curtains':
        return curtains(width, rng.uniform(-0.5, -0.15), height + 0.16, cloth, metal, rng.choice([0.0, 0.15, 0.5]))
    if kind == 'roller':
        return roller(width, height, height * rng.choice([0.06, 0.25, 0.5, 0.75]), cloth)
    if kind == 'slats':
        return slats(width, height, height * rng.choice([0.2, 0.55, 0.97]), metal, rng.uniform(-0.7, 0.7))
    return []


def door(leaf: Material, frame: Material, metal: Material, glazed: bool) -> list[Mesh]:
    """A door .92 x 2.05 m in its frame."""
    x = 0.46
    meshes = [slab((-x, -0.035, 0.005), (x, -0.002, 2.05), leaf, 0.006, 1.0)]
    for sx in (-x - 0.035, x + 0.035):
        meshes.append(slab((sx - 0.04, -0.055, 0), (sx + 0.04, 0, 2.13), frame, 0.008))
    meshes.append(slab((-x - 0.075, -0.055, 2.05), (x + 0.075, 0, 2.13), frame, 0.008))
    meshes.append(rod((-x + 0.08, -0.03, 1.05), (-x + 0.08, -0.09, 1.05), 0.011, metal, 8))
    meshes.append(rod((-x + 0.07, -0.09, 1.05), (-x + 0.2, -0.09, 1.05), 0.011, metal, 8, closed=True))
    if glazed:
        pane = Material(np.array([0.25, 0.3, 0.33]), roughness=0.1)
        meshes.append(box((x - 0.34, -0.038, 1.15), (x - 0.14, -0.036, 1.85), pane))
    return meshes


def fit_windows(
    rng: np.random.Generator, wall: Wall, pane: float, gap: float
) -> list[tuple[float, float, float, float]]:
    """Find room for windows along a wall.

    Args:
        rng: Source of the first window's place.
        wall: The wall; the windows are marked as taken.
        pane: Width of a window, m.
        gap: Wall between windows, m.

    Returns:
        (x, sill's z, width, height) m of each; fewer where the floor rises too near to the ceiling.
    """
    fitted = []
    start = -0.5 * wall.length + 0.45 + 0.5 * pane + rng.uniform(0, 0.3)
    for x in np.arange(start, 0.5 * wall.length - 0.5 * pane - 0.4, pane + gap).tolist():
        low = wall.ground(x, pane) + 0.95
        high = min(low + 1.4, wall.height - 0.3)
        if high - low > 0.6 and wall.is_free(x, pane, low, high, 0.15):
            wall.take(x, pane + 0.36, low - 0.5, high + 0.2)
            fitted.append((x, low, pane, high - low))
    return fitted
