"""Meshes of things that people hold or have on their desks. Metres.

Flat things lie on z = 0 about the origin, their face up, their top edge toward +y. Upright things stand on the origin.
"""

from collections.abc import Callable

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.shapes import merge, rod, slab
from synpose.generation.shells import lathe, rounded_box

LAPTOP_HEIGHT = 0.012
"""Height of a laptop's keyboard above the desk, m."""

_SCREEN = (0.02, 0.025, 0.03)
_PAPER = (0.7, 0.7, 0.7)


def plain(color: np.ndarray | tuple[float, float, float], roughness: float = 1.0) -> Material:
    """Return a material of one color: linear RGB ``(3,)`` in [0, 1]."""
    return Material(np.asarray(color, dtype=np.float32), None, roughness)


def _any_color(rng: np.random.Generator) -> np.ndarray:
    return np.array([0.05, 0.05, 0.06]) if rng.random() < 0.5 else rng.uniform(0.03, 0.6, 3)


def _plate(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], material: Material) -> Mesh:
    low, high = np.array([x, y, z]).T
    mesh = slab(low, high, material, 0.003)
    mesh.uv = None  # of one color
    return mesh


def _turned(heights: list[float], radii: list[float], material: Material, sides: int = 20) -> Mesh:
    """Return an upright body of revolution, closed at its ends."""
    path = np.column_stack([np.zeros((len(heights) + 2, 2)), [heights[0] - 1e-4, *heights, heights[-1] + 1e-4]])
    vertices, faces, _ = lathe(path, np.array([0.0, *radii, 0.0]), sides)
    return Mesh(vertices.astype(np.float32), faces, material)


def pen(rng: np.random.Generator) -> list[Mesh]:
    """A pen of 14 cm along z, its point at the origin."""
    body, grip = plain(_any_color(rng), 0.4), plain((0.03, 0.03, 0.03))
    return [
        _turned([0.0, 0.013, 0.04], [0.0008, 0.0042, 0.0046], grip, 12),
        _turned([0.04, 0.132, 0.14], [0.0046, 0.0046, 0.003], body, 12),
    ]


def phone(rng: np.random.Generator) -> list[Mesh]:
    """A phone, its screen up."""
    body, black = plain(_any_color(rng), 0.3), plain((0.01, 0.01, 0.012), 0.2)
    camera = _plate((0.008, 0.03), (0.042, 0.067), (-0.0015, 0.001), black)
    screen = _plate((-0.033, 0.033), (-0.07, 0.07), (0.0078, 0.0088), plain(_lit(rng), 0.2))
    return [_plate((-0.036, 0.036), (-0.074, 0.074), (0, 0.008), body), screen, camera]


def _lit(rng: np.random.Generator) -> np.ndarray:
    """Return the color of a screen: dark, or lit in some tint."""
    return np.array(_SCREEN) if rng.random() < 0.4 else rng.uniform(0.2, 0.8) * rng.uniform(0.7, 1.0, 3)


def tablet(rng: np.random.Generator) -> list[Mesh]:
    """A tablet computer, its screen up."""
    frame, screen = plain(_any_color(rng), 0.3), plain(_lit(rng), 0.2)
    return [
        _plate((-0.12, 0.12), (-0.085, 0.085), (0, 0.008), frame),
        _plate((-0.11, 0.11), (-0.075, 0.075), (0.0075, 0.009), screen),
    ]


def laptop(rng: np.random.Generator) -> list[Mesh]:
    """An open laptop: base with keys and touchpad, the lid at its far edge with the screen toward -y."""
    shell, dark = plain(np.full(3, rng.uniform(0.03, 0.5)), 0.5), plain((0.02, 0.02, 0.022))
    z = LAPTOP_HEIGHT
    base = [_plate((-0.155, 0.155), (-0.11, 0.11), (0, z - 0.002), shell)]
    base += [_plate((-0.14, 0.14), (y, y + 0.017), (z - 0.003, z), dark) for y in (-0.012, 0.009, 0.03, 0.051, 0.072)]
    base.append(_plate((-0.05, 0.05), (-0.095, -0.03), (z - 0.003, z - 0.001), plain(shell.color * 0.75)))
    lid = [
        _plate((-0.155, 0.155), (0.11, 0.116), (0, 0.21), shell),
        _plate((-0.145, 0.145), (0.108, 0.111), (0.022, 0.2), plain(_lit(rng), 0.2)),
    ]
    for mesh in lid:
        mesh.vertices[:, 1] += 0.3 * mesh.vertices[:, 2]  # open by about 107 degrees: the screen faces the sitter
    return merge(base + lid)


def sheet(rng: np.random.Generator) -> list[Mesh]:
    """A sheet of A4 paper."""
    return [_plate((-0.105, 0.105), (-0.148, 0.148), (0, 0.002), plain(np.full(3, rng.uniform(0.65, 0.8))))]


def note(rng: np.random.Generator) -> list[Mesh]:
    """A small sheet of colored paper."""
    return [_plate((-0.052, 0.052), (-0.074, 0.074), (0, 0.002), plain(rng.uniform(0.5, 0.85, 3)))]


def tissue(rng: np.random.Generator) -> list[Mesh]:
    """A crumpled handkerchief."""
    vertices, faces = rounded_box(np.zeros(3), (0.09, 0.075, 0.05), 3.0)
    crumpled = vertices * rng.uniform(0.8, 1.15, (len(vertices), 1))
    crumpled[:16], crumpled[-16:] = crumpled[0], crumpled[-1]  # the poles are rings of one point
    return [Mesh((crumpled + np.array([0, 0, 0.03])).astype(np.float32), faces, plain((0.78, 0.78, 0.8)))]


def open_book(rng: np.random.Generator, width: float = 0.15, rise: float = 0.12) -> list[Mesh]:
    """An open book: two covers that rise from its fold to both sides, each with its pages.

    Args:
        rng: Source of its color.
        width: Of one half, m.
        rise: Slope of the halves, rad.
    """
    cover, paper = plain(_any_color(rng)), plain(_PAPER)
    halves = []
    for sign in (-1, 1):
        x0, x1 = sorted((0.0, sign * width))
        inner = sorted((0.0, sign * (width - 0.006)))
        parts = [_plate((x0, x1), (-0.105, 0.105), (0, 0.003), cover)]
        parts.append(_plate((inner[0], inner[1]), (-0.1, 0.1), (0.003, 0.011), paper))
        for part in parts:
            part.vertices[:, 2] += np.abs(part.vertices[:, 0]) * np.tan(rise)
        halves += parts
    return merge(halves)


def book(rng: np.random.Generator) -> list[Mesh]:
    """An open book that lies flat."""
    return open_book(rng, rng.uniform(0.13, 0.16), 0.0)


def closed_book(rng: np.random.Generator) -> list[Mesh]:
    """A closed book, its spine to the left."""
    thick, cover = rng.uniform(0.012, 0.035), plain(_any_color(rng), 0.6)
    covers = [_plate((-0.085, 0.085), (-0.12, 0.12), z, cover) for z in ((0, 0.003), (thick - 0.003, thick))]
    spine = _plate((-0.087, -0.083), (-0.12, 0.12), (0, thick), cover)
    pages = _plate((-0.084, 0.081), (-0.116, 0.116), (0.0025, thick - 0.0025), plain(_PAPER))
    return merge([*covers, spine, pages])


def notebook(rng: np.random.Generator) -> list[Mesh]:
    """An open exercise book with ruled pages and a wire spine."""
    cover, paper, ink, wire = (
        plain(_any_color(rng)),
        plain((0.75, 0.75, 0.72)),
        plain((0.3, 0.35, 0.55)),
        plain((0.3,) * 3),
    )
    meshes = [_plate((-0.15, 0.15), (-0.105, 0.105), (0, 0.002), cover)]
    meshes += [_plate(x, (-0.1, 0.1), (0.0015, 0.006), paper) for x in ((-0.146, -0.004), (0.004, 0.146))]
    written = int(rng.integers(2, 9))
    for line in range(written):
        y = 0.08 - 0.018 * line
        meshes.append(_plate((-0.135, -0.02 - rng.uniform(0, 0.04)), (y, y + 0.003), (0.0055, 0.0066), ink))
    meshes.append(rod((0, -0.1, 0.006), (0, 0.1, 0.006), 0.006, wire, 8, closed=True))
    return merge(meshes)


def bottle(rng: np.random.Generator) -> list[Mesh]:
    """A drinking bottle with a waist, a shoulder and a cap."""
    size = rng.uniform(0.92, 1.1)
    heights = size * np.array([0.0, 0.004, 0.06, 0.085, 0.11, 0.15, 0.172, 0.19])
    radii = size * np.array([0.029, 0.032, 0.032, 0.027, 0.032, 0.031, 0.022, 0.0125])
    body, cap = plain(rng.uniform(0.1, 0.8, 3), 0.2), plain(_any_color(rng))
    return [
        _turned(heights.tolist(), radii.tolist(), body),
        _turned((size * np.array([0.188, 0.19, 0.208, 0.212])).tolist(), [0.0150 * size] * 3 + [0.012 * size], cap),
    ]


def cup(rng: np.random.Generator) -> list[Mesh]:
    """A cup with its drink."""
    size = rng.uniform(0.9, 1.15)
    clay, drink = plain(_any_color(rng), 0.4), plain((0.06, 0.03, 0.015), 0.2)
    return [
        _turned((size * np.array([0.0, 0.1])).tolist(), (size * np.array([0.029, 0.036])).tolist(), clay),
        _turned([0.0995 * size, 0.1005 * size], [0.0325 * size] * 2, drink),
    ]


def apple(rng: np.random.Generator) -> list[Mesh]:
    """An apple with its stalk."""
    r = rng.uniform(0.033, 0.04)
    skin = plain(np.array([0.45, 0.03, 0.02]) if rng.random() < 0.5 else np.array([0.25, 0.4, 0.04]), 0.5)
    heights, radii = (
        r * np.array([0.05, 0.0, 0.5, 1.1, 1.6, 1.75, 1.6]),
        r * np.array([0.1, 0.5, 0.9, 1.0, 0.8, 0.4, 0.08]),
    )
    fruit = _turned(heights.tolist(), radii.tolist(), skin)
    return [fruit, rod((0, 0, 1.5 * r), (0.003, 0, 2.1 * r), 0.0025, plain((0.1, 0.06, 0.03)), 6, closed=True)]


def sandwich(rng: np.random.Generator) -> list[Mesh]:
    """Two slices of bread with something between."""
    bread, filling = plain((0.6, 0.42, 0.22)), plain(rng.uniform(0.1, 0.6, 3) * [1, 1, 0.4])
    return [
        *merge([_plate((-0.055, 0.055), (-0.05, 0.05), z, bread) for z in ((0, 0.014), (0.024, 0.038))]),
        _plate((-0.058, 0.057), (-0.053, 0.052), (0.014, 0.024), filling),
    ]


def eraser(rng: np.random.Generator) -> list[Mesh]:
    """An eraser in its sleeve."""
    sleeve = _plate((-0.0125, 0.0125), (-0.028, 0.012), (0, 0.013), plain(rng.uniform(0.05, 0.6, 3)))
    return [sleeve, _plate((-0.0115, 0.0115), (0.0, 0.028), (0.0005, 0.0125), plain((0.8, 0.8, 0.78)))]


def calculator(rng: np.random.Generator) -> list[Mesh]:
    """A pocket calculator with display and keys."""
    body, keys = plain(_any_color(rng)), plain((0.35, 0.35, 0.36))
    pads = [
        _plate((x, x + 0.011), (y, y + 0.009), (0.0115, 0.014), keys)
        for x in (-0.034, -0.017, 0.0, 0.018)
        for y in (-0.065, -0.048, -0.031, -0.014, 0.003)
    ]
    display = _plate((-0.034, 0.034), (0.035, 0.062), (0.0115, 0.013), plain((0.2, 0.25, 0.18), 0.3))
    return [_plate((-0.04, 0.04), (-0.075, 0.075), (0, 0.012), body), display, *merge(pads)]


THINGS: dict[str, Callable[[np.random.Generator], list[Mesh]]] = {
    build.__name__: build
    for build in (
        *(pen, phone, tablet, laptop, sheet, note, tissue, book, closed_book, notebook, bottle, cup, apple, sandwich),
        *(eraser, calculator),
    )
}
"""Builders of things by name."""
