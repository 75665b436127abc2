"""Things that lie on desks or stand beside them all day. Metres; in the sitter's frame."""

from collections.abc import Sequence

import numpy as np

from synpose.generation.primitives import Material, Mesh, Seat
from synpose.generation.shapes import box, moved, quad, rod, slab


def pick(rng: np.random.Generator, materials: Sequence[Material]) -> Material:
    """Draw one of some materials."""
    return materials[int(rng.integers(len(materials)))]


def desk_items(
    rng: np.random.Generator, seat: Seat, papers: Sequence[Material], covers: Sequence[Material]
) -> list[Mesh]:
    """Sheets, books, pencil cases and bottles on a desk and perhaps a bag beside it, in the sitter's frame.

    Things keep to the outer thirds and the far edge of the desk: the middle is where hands and heads go. A desk too
    small for them stays empty.
    """
    half, far, z = 0.5 * seat.desk_width, seat.desk_near + seat.desk_depth, seat.desk_height
    meshes: list[Mesh] = []
    if seat.desk_width < 0.5 or seat.desk_depth < 0.33:
        return meshes
    side = rng.choice([-1, 1])
    spot = np.array([side * (half - 0.17), far - 0.17, z])
    if rng.random() < 0.7:
        sheet = quad((-0.105, -0.148, 0.003), (0.21, 0, 0), (0, 0.297, 0), pick(rng, papers))
        reach = min(0.08, seat.desk_depth - 0.33)
        meshes += moved([sheet], spot - np.array([0, reach, 0]), rng.normal(0, 0.25))
    if rng.random() < 0.5:
        thick = rng.uniform(0.01, 0.04)
        book = [
            slab((-0.09, -0.12, 0.002), (0.09, 0.12, thick), pick(rng, covers), 0.003),
            box((-0.088, -0.122, 0.006), (0.088, 0.118, thick - 0.003), pick(rng, papers)),
        ]
        meshes += moved(book, spot * np.array([-1, 1, 1]), rng.normal(0, 0.3))
    if rng.random() < 0.3:
        case = slab((-0.1, -0.03, 0.001), (0.1, 0.03, 0.045), pick(rng, covers), 0.015)
        meshes += moved([case], (0, far - 0.07, z), rng.normal(0, 0.2))
    if rng.random() < 0.25:
        meshes += bottle((side * 0.18, far - 0.06, z), pick(rng, covers))
    return meshes


def bottle(spot: Sequence[float], material: Material) -> list[Mesh]:
    """A bottle standing on ``spot`` ``(3,)`` m."""
    x, y, z = spot
    body = rod((x, y, z + 0.001), (x, y, z + 0.15), 0.032, material, 16, closed=True)
    neck = rod((x, y, z + 0.15), (x, y, z + 0.185), (0.032, 0.014), material, 16)
    return [body, neck, rod((x, y, z + 0.185), (x, y, z + 0.215), 0.016, material, 12, closed=True)]


def bag(rng: np.random.Generator, side: float, material: Material) -> list[Mesh]:
    """A school bag on the floor at the ``side`` (-1 or 1) of a chair."""
    size = np.array([rng.uniform(0.12, 0.18), rng.uniform(0.26, 0.34), rng.uniform(0.34, 0.44)])
    body = slab(-0.5 * size * [1, 1, 0], size * [0.5, 0.5, 1], material, 0.05)
    body.vertices[:, 0] *= 1 - 0.8 * np.maximum(body.vertices[:, 2] - 0.1, 0)
    pocket = slab(
        (0.45 * size[0], -0.35 * size[1], 0.03), (0.75 * size[0], 0.35 * size[1], 0.5 * size[2]), material, 0.025
    )
    handle = rod((0, -0.04, size[2]), (0, 0.04, size[2]), 0.01, material)
    return moved([body, pocket, handle], (side * 0.34, -0.05, 0.0), rng.normal(0, 0.3))


def monitor(seat: Seat, frame: Material, picture: Material) -> list[Mesh]:
    """A screen with its foot and a keyboard before someone, its picture toward them."""
    y, z = seat.desk_near + seat.desk_depth - 0.14, seat.desk_height
    width, height = min(0.5, seat.desk_width - 0.1), 0.29
    low = z + 0.1
    return [
        slab((-0.1, y - 0.02, z + 0.001), (0.1, y + 0.11, z + 0.012), frame),
        slab((-0.025, y + 0.04, z + 0.01), (0.025, y + 0.06, low + 0.15), frame),
        slab((-0.5 * width, y, low), (0.5 * width, y + 0.035, low + height), frame, 0.008),
        quad((-0.48 * width, y - 0.001, low + 0.012), (0.96 * width, 0, 0), (0, 0, height - 0.024), picture),
        slab((-0.2, y - 0.2, z + 0.001), (0.2, y - 0.08, z + 0.014), frame, 0.004),
    ]
