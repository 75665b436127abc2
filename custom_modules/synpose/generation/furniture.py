"""Meshes of classroom furniture, from boxes, rods and quads. Metres; z up; see :mod:`synpose.generation.primitives`."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from synpose.generation.primitives import Material, Mesh, Seat
from synpose.generation.shells import tube

_BOX_FACES = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))
"""Corner numbers (bit 0: x, bit 1: y, bit 2: z) of the six sides, counter-clockwise seen from outside."""


def quad(origin: ArrayLike, u: ArrayLike, v: ArrayLike, material: Material, tile: float | None = None) -> Mesh:
    """Return a parallelogram facing along ``u x v``.

    Args:
        origin: ``(3,)`` m, the corner with texture coordinate (0, 0).
        u: ``(3,)`` m, the edge along the texture's columns.
        v: ``(3,)`` m, the edge along the texture's rows.
        material: The surface.
        tile: Side in metres of one repetition of the texture; None stretches it once over the quad.
    """
    o, across, up = (np.asarray(a, dtype=np.float32) for a in (origin, u, v))
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    if tile is not None:
        uv *= np.array([np.linalg.norm(across), np.linalg.norm(up)]) / tile
    return Mesh(
        np.stack([o, o + across, o + across + up, o + up]), np.array([[0, 1, 2], [0, 2, 3]], np.int32), material, uv
    )


def box(low: ArrayLike, high: ArrayLike, material: Material, tile: float = 0.6) -> Mesh:
    """Return an axis-aligned box between two corners ``(3,)`` m; its texture repeats every ``tile`` metres."""
    bounds = np.array([low, high], dtype=np.float32)
    corners = np.array([[bounds[i >> axis & 1, axis] for axis in range(3)] for i in range(8)])
    sides = []
    for corner in _BOX_FACES:
        a, b, _, d = corners[list(corner)]
        # Grain runs along a board's longer edge.
        u, v = (b - a, d - a) if np.linalg.norm(b - a) >= np.linalg.norm(d - a) else (d - a, b - a)
        side = quad(a, u, v, material, tile)
        side.vertices = corners[list(corner)]
        side.uv = np.stack([(side.vertices - a) @ (w / max(np.linalg.norm(w), 1e-9)) / tile for w in (u, v)], -1)
        sides.append(side)
    return merge(sides)[0]


def rod(
    start: ArrayLike, end: ArrayLike, radius: ArrayLike, material: Material, sides: int = 8, closed: bool = False
) -> Mesh:
    """Return a round bar between two points ``(3,)`` m.

    Args:
        start: ``(3,)`` m.
        end: ``(3,)`` m.
        radius: In m; two numbers if it differs between start and end.
        material: The surface.
        sides: Faces around.
        closed: Add the end caps.
    """
    a, b = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    axis = (b - a) / np.linalg.norm(b - a)
    helper = np.array([1.0, 0, 0]) if abs(axis[0]) < 0.9 else np.array([0, 1.0, 0])
    side = np.cross(axis, helper)
    side /= np.linalg.norm(side)
    up = np.cross(axis, side)
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up
    first, last = np.broadcast_to(np.asarray(radius, dtype=float), 2)
    rings = np.stack([a + first * ring, b + last * ring])
    if closed:
        rings = np.stack([a + 0 * ring, *rings, b + 0 * ring])
    return Mesh(rings.reshape(-1, 3).astype(np.float32), tube(rings), material)


def merge(meshes: Iterable[Mesh]) -> list[Mesh]:
    """Join meshes that share a material object (and having uv), in order of first appearance."""
    groups: dict[tuple, list[Mesh]] = {}
    for mesh in meshes:
        groups.setdefault((id(mesh.material), mesh.uv is None), []).append(mesh)
    merged = []
    for group in groups.values():
        starts = np.cumsum([0] + [len(m.vertices) for m in group[:-1]])
        vertices = np.concatenate([m.vertices for m in group]).astype(np.float32)
        faces = np.concatenate([m.faces + start for m, start in zip(group, starts)]).astype(np.int32)
        uv = None if group[0].uv is None else np.concatenate([m.uv for m in group]).astype(np.float32)
        merged.append(Mesh(vertices, faces, group[0].material, uv))
    return merged


def moved(meshes: Iterable[Mesh], position: ArrayLike, heading: float = 0.0) -> list[Mesh]:
    """Rotate meshes about z by ``heading`` rad, then shift them by ``position`` ``(3,)`` m."""
    c, s = np.cos(heading), np.sin(heading)
    turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return [mesh.moved(mesh.vertices @ turn + np.asarray(position)) for mesh in meshes]


def desk(seat: Seat, top: Material, frame: Material, panel: bool) -> list[Mesh]:
    """A pupil's desk in the sitter's frame.

    Args:
        seat: The measures.
        top: Material of the table top.
        frame: Material of the legs.
        panel: Side panels and a front board instead of four legs.
    """
    x, near, far, z = 0.5 * seat.desk_width, seat.desk_near, seat.desk_near + seat.desk_depth, seat.desk_height
    meshes = [box((-x, near, z - 0.028), (x, far, z), top)]
    if panel:
        meshes += [
            box((sx - 0.012, near + 0.05, 0), (sx + 0.012, far - 0.05, z - 0.028), top) for sx in (-x + 0.03, x - 0.03)
        ]
        meshes.append(box((-x + 0.03, far - 0.09, 0.35), (x - 0.03, far - 0.07, z - 0.028), top))
        return meshes
    for sx in (-x + 0.045, x - 0.045):
        for sy in (near + 0.045, far - 0.045):
            meshes.append(rod((sx, sy, 0), (sx, sy, z - 0.028), 0.016, frame))
        meshes.append(rod((sx, near + 0.045, 0.12), (sx, far - 0.045, 0.12), 0.011, frame))
    meshes.append(rod((-x + 0.045, far - 0.045, z - 0.06), (x - 0.045, far - 0.045, z - 0.06), 0.011, frame))
    # A shelf for books under the top, behind the sitter's knees.
    meshes.append(box((-x + 0.07, far - 0.26, z - 0.14), (x - 0.07, far - 0.07, z - 0.13), frame))
    return meshes


def chair(seat: Seat, shell: Material, frame: Material) -> list[Mesh]:
    """A chair with seat and back of one material on a metal frame, in the sitter's frame."""
    x, y, z = 0.2, 0.5 * seat.seat_depth, seat.seat_height
    meshes = [box((-x, -y, z - 0.025), (x, y, z), shell)]
    lean = 0.07  # the back leans away from the sitter
    back_y = -y - 0.015
    back = box((-x, back_y - 0.018, z + 0.17), (x, back_y, z + 0.40), shell)
    back.vertices[:, 1] -= lean * (back.vertices[:, 2] - z) / 0.4
    meshes.append(back)
    for sx in (-x + 0.02, x - 0.02):
        meshes.append(rod((sx, back_y, z - 0.02), (sx, back_y - lean, z + 0.38), 0.012, frame))
        meshes.append(rod((sx, -y + 0.03, z - 0.02), (sx * 1.08, -y - 0.03, 0), 0.012, frame))
        meshes.append(rod((sx, y - 0.03, z - 0.02), (sx * 1.08, y + 0.02, 0), 0.012, frame))
    return meshes


def desk_items(
    rng: np.random.Generator, seat: Seat, papers: Sequence[Material], covers: Sequence[Material]
) -> list[Mesh]:
    """Sheets, books, pencil cases and bottles on a desk and perhaps a bag beside it, in the sitter's frame.

    Things keep to the outer thirds and the far edge of the desk: the middle is where hands and heads go.
    """

    def pick(materials: Sequence[Material]) -> Material:
        return materials[int(rng.integers(len(materials)))]

    half, far, z = 0.5 * seat.desk_width, seat.desk_near + seat.desk_depth, seat.desk_height
    meshes: list[Mesh] = []
    side = rng.choice([-1, 1])
    spot = np.array([side * (half - 0.17), far - 0.17, z])
    if rng.random() < 0.7:
        sheet = quad((-0.105, -0.148, 0.003), (0.21, 0, 0), (0, 0.297, 0), pick(papers))
        meshes += moved([sheet], spot - np.array([0, 0.08, 0]), rng.normal(0, 0.25))
    if rng.random() < 0.5:
        thick = rng.uniform(0.01, 0.04)
        book = [
            box((-0.09, -0.12, 0.004), (0.09, 0.12, thick), pick(covers)),
            box((-0.088, -0.122, 0.006), (0.088, 0.118, thick - 0.003), pick(papers)),
        ]
        meshes += moved(book, spot * np.array([-1, 1, 1]), rng.normal(0, 0.3))
    if rng.random() < 0.3:
        meshes += moved(
            [box((-0.1, -0.03, 0), (0.1, 0.03, 0.045), pick(covers))], (0, far - 0.07, z), rng.normal(0, 0.2)
        )
    if rng.random() < 0.25:
        meshes.append(rod((side * 0.18, far - 0.06, z), (side * 0.18, far - 0.06, z + 0.2), 0.03, pick(covers)))
    if rng.random() < 0.4:
        bag = box((-0.08, -0.17, 0), (0.08, 0.17, 0.36), pick(covers))
        bag.vertices[:, 0] *= 1 - 0.9 * np.maximum(bag.vertices[:, 2] - 0.1, 0)
        meshes += moved([bag], (side * (half + 0.02), seat.desk_near - 0.05, 0), rng.normal(0, 0.3))
    return meshes


def framed(origin: ArrayLike, u: ArrayLike, v: ArrayLike, width: float, frame: Material) -> list[Mesh]:
    """Four bars of ``width`` m around the parallelogram of :func:`quad`, standing out along ``u x v``."""
    o, across, up = (np.asarray(a, dtype=float) for a in (origin, u, v))
    out = np.cross(across, up)
    out *= 0.5 * width / np.linalg.norm(out)
    bars = []
    for a, b in ((o, o + across), (o + up, o + across + up), (o, o + up), (o + across, o + across + up)):
        grow = width * (b - a) / np.linalg.norm(b - a)
        bars.append(rod(a - 0.5 * grow + 0.5 * out, b + 0.5 * grow + 0.5 * out, 0.6 * width, frame, sides=4))
    return bars


def shelf(
    width: float, height: float, body: Material, covers: Sequence[Material], rng: np.random.Generator
) -> list[Mesh]:
    """A bookcase ``width`` x ``height`` m, .32 m deep, standing at y = 0 with its open side toward -y."""
    boards = max(int(height / 0.38), 1)
    meshes = [box((-0.5 * width, -0.02, 0), (0.5 * width, 0, height), body)]
    meshes += [box((sx - 0.012, -0.32, 0), (sx + 0.012, -0.02, height), body) for sx in (-0.5 * width, 0.5 * width)]
    for level in np.linspace(0.04, height, boards + 1):
        meshes.append(box((-0.5 * width, -0.32, level - 0.02), (0.5 * width, -0.02, level), body))
        x = -0.5 * width + 0.03
        while level < height - 0.1 and x < 0.5 * width - 0.15:
            thick, tall = rng.uniform(0.03, 0.14), rng.uniform(0.18, 0.3)
            if rng.random() < 0.8:
                material = covers[int(rng.integers(len(covers)))]
                meshes.append(box((x, -0.26, level), (x + thick, -0.05, level + tall), material))
            x += thick + 0.004
    return meshes
