"""Meshes of simple shapes that furniture and rooms are made of. Metres; z up."""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import ConvexHull

from synpose.generation.primitives import Material, Mesh
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


_SLAB_BITS = np.repeat([[corner >> k & 1 for k in range(3)] for corner in range(8)], 3, axis=0)
"""Which end (0 low, 1 high) of x, y and z each of a slab's 24 vertices is at: three for each corner."""
_SLAB_AXES = np.tile(np.arange(3), 8)
"""Axis of the face that each of these vertices lies on."""


@cache
def _slab_faces() -> np.ndarray:
    """Triangles of a box with flattened edges."""
    points = (2 * _SLAB_BITS - 1) * np.where(_SLAB_AXES[:, None] == np.arange(3), 1.0, 0.9)
    hull = ConvexHull(points)
    inward = (
        np.einsum(
            'ij,ij->i',
            np.cross(*(points[hull.simplices[:, i]] - points[hull.simplices[:, 0]] for i in (1, 2))),
            hull.equations[:, :3],
        )
        < 0
    )
    return np.where(inward[:, None], hull.simplices[:, ::-1], hull.simplices).astype(np.int32)


def slab(low: ArrayLike, high: ArrayLike, material: Material, bevel: float = 0.005, tile: float = 0.6) -> Mesh:
    """Return a box ``(3,)`` to ``(3,)`` m like :func:`box` whose edges are cut off ``bevel`` m wide."""
    a, b = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    bevel = min(bevel, 0.3 * float((b - a).min()))
    inset = np.where(_SLAB_AXES[:, None] == np.arange(3), 0.0, bevel)
    vertices = np.where(_SLAB_BITS == 1, b - inset, a + inset)
    along = int(np.argmax((b - a)[:2]))  # grain runs along the longer edge
    first = np.where(along == _SLAB_AXES, 1 - along, along)
    second = 3 - _SLAB_AXES - first
    rows = np.arange(len(vertices))
    uv = np.stack([vertices[rows, axes] - a[axes] for axes in (first, second)], axis=-1) / tile
    return Mesh(vertices.astype(np.float32), _slab_faces(), material, uv.astype(np.float32))


def bent(mesh_width: float, height: float, thick: float, sag: float, material: Material, steps: int = 6) -> Mesh:
    """Return an upright curved panel around (0, 0, 0 to height), hollow toward +y by ``sag`` m at its middle.

    Args:
        mesh_width: Along x, m.
        height: Along z, m.
        thick: Of the panel, m.
        sag: How far the middle lies behind (-y) the ends, m.
        material: The surface.
        steps: Flat parts across.
    """
    x = np.linspace(-0.5, 0.5, steps + 1)
    y = -sag * (1 - (2 * x) ** 2)
    outline = np.concatenate(
        [np.stack([x * mesh_width, y + 0.5 * thick], -1), np.stack([x * mesh_width, y - 0.5 * thick], -1)[::-1]]
    )
    return prism(outline[::-1], 0.0, height, material)


def prism(outline: ArrayLike, low: float, high: float, material: Material, tile: float | None = None) -> Mesh:
    """Return an upright prism over a polygon.

    Args:
        outline: ``(K, 2)`` m, counterclockwise; its cover is cut by triangles between opposite ends of the list, so a
            long shape should list one side and then the other.
        low: Height of its floor, m.
        high: Height of its cover, m.
        material: The surface.
        tile: Side of one repetition of the texture, m; None for no texture.
    """
    xy = np.asarray(outline, dtype=float)
    count = len(xy)
    vertices = np.concatenate([np.column_stack([xy, np.full(count, z)]) for z in (low, high)] * 2)
    i = np.arange(count)
    j = (i + 1) % count
    sides = np.concatenate([np.stack([i, j, j + count], -1), np.stack([i, j + count, i + count], -1)])
    cap = [(k, count - 1 - k, k + 1) for k in range(count // 2)]
    cap += [(k + 1, count - 1 - k, count - 2 - k) for k in range((count - 2) // 2)]
    cover = np.array([c for c in cap if len(set(c)) == 3])
    # Of each zigzag triangle keep the winding that looks up.
    a, b, c = (xy[cover[:, k]] for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    cover = np.where((area < 0)[:, None], cover[:, ::-1], cover)
    faces = np.concatenate([sides, cover[:, ::-1] + 2 * count, cover + 3 * count]).astype(np.int32)
    uv = None
    if tile is not None:
        around = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(xy, axis=0), axis=1))])
        wall = [np.stack([around, np.full(count, z)], -1) for z in (low, high)]
        uv = (np.concatenate([*wall, xy, xy]) / tile).astype(np.float32)
    return Mesh(vertices.astype(np.float32), faces, material, uv)


def ellipse(width: float, depth: float, power: float = 2.0, steps: int = 32) -> np.ndarray:
    """Return the outline ``(steps, 2)`` m of a superellipse around the origin, counterclockwise.

    Args:
        width: Along x, m.
        depth: Along y, m.
        power: 2 is an ellipse; higher values approach a rectangle.
        steps: Number of points.
    """
    angle = 2 * np.pi * (np.arange(steps) + 0.5) / steps
    points = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return np.sign(points) * np.abs(points) ** (2 / power) * 0.5 * np.array([width, depth])


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
    other = np.array([1.0, 0, 0]) if abs(axis[0]) < 0.9 else np.array([0, 1.0, 0])
    side = np.cross(axis, other)
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
