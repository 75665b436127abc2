"""Surfaces around a body: clipping, smoothing, normals and texture coordinates of triangle meshes. Pure arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.bodies.kinematics import normalized


@dataclass
class Patch:
    """Part of a triangle mesh, cut along a level line.

    Its vertices are ``kept`` vertices of the mesh followed by points on cut edges, so that anything known at the
    mesh's vertices is known here: see :meth:`gather`.

    Attributes:
        faces: ``(F, 3)`` indices into the patch's vertices.
        kept: Mesh vertices ``(N,)``.
        edges: Ends of the cut edges, mesh vertices ``(E, 2)``.
        mix: Weight of each cut edge's second end ``(E,)``.
    """

    faces: np.ndarray
    kept: np.ndarray
    edges: np.ndarray
    mix: np.ndarray

    def gather(self, values: np.ndarray) -> np.ndarray:
        """Return values ``(N + E, ...)`` of the patch's vertices from the mesh's ``(V, ...)``."""
        mix = self.mix.reshape(-1, *[1] * (values.ndim - 1))
        cut = (1 - mix) * values[self.edges[:, 0]] + mix * values[self.edges[:, 1]]
        return np.concatenate([values[self.kept], cut])

    def matrix(self, size: int, source: np.ndarray) -> Any:
        """Return the sparse matrix ``(N + E, size)`` that :meth:`gather` applies to values of ``source`` vertices."""
        from scipy.sparse import csr_matrix

        N, E = len(self.kept), len(self.edges)
        data = np.concatenate([np.ones(N), np.stack([1 - self.mix, self.mix], axis=1).ravel()])
        columns = source[np.concatenate([self.kept, self.edges.ravel()])]
        rows = np.concatenate([np.arange(N), N + 2 * np.arange(E + 1)])
        return csr_matrix((data, columns, rows), shape=(N + E, size))


def clip(faces: np.ndarray, level: np.ndarray) -> Patch:
    """Keep the part of a mesh where a field is positive, cutting triangles along its zero line.

    Args:
        faces: ``(F, 3)``.
        level: The field at the vertices ``(V,)``; linear within a triangle.
    """
    inside = level > 0
    count = inside[faces].sum(axis=1)
    parts = [faces[count == 3]]
    edges = np.zeros((0, 2), dtype=faces.dtype)
    for wanted in (1, 2):
        cut = faces[count == wanted]
        # Rotate each triangle so that its odd vertex (the only one inside, or outside) comes first.
        odd = np.argmax(inside[cut] == (wanted == 1), axis=1)
        a, b, c = (cut[np.arange(len(cut)), (odd + k) % 3] for k in range(3))
        first, base = len(level) + len(edges), np.arange(len(cut))
        ab, ac = first + base, first + len(cut) + base
        edges = np.concatenate([edges, np.stack([a, b], axis=1), np.stack([a, c], axis=1)])
        if wanted == 1:
            parts.append(np.stack([a, ab, ac], axis=1))
        else:
            parts += [np.stack([ab, b, c], axis=1), np.stack([ab, c, ac], axis=1)]
    # Two triangles share each cut edge: store it once, whichever way round it was met.
    ordered = np.sort(edges, axis=1)
    _, chosen, place = np.unique(ordered[:, 0] * len(level) + ordered[:, 1], return_index=True, return_inverse=True)
    edges = ordered[chosen]
    kept_faces = np.concatenate(parts)
    cut_corner = kept_faces >= len(level)
    used = np.zeros(len(level), dtype=bool)
    used[kept_faces[~cut_corner]] = True
    kept = np.flatnonzero(used)
    renumbered = np.cumsum(used) - 1
    result = np.empty_like(kept_faces)
    result[~cut_corner] = renumbered[kept_faces[~cut_corner]]
    result[cut_corner] = len(kept) + place.ravel()[kept_faces[cut_corner] - len(level)]
    start, end = level[edges[:, 0]], level[edges[:, 1]]
    return Patch(result.astype(np.int32), kept, edges, start / (start - end))


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return area-weighted unit normals ``(V, 3)`` of a mesh with counter-clockwise faces."""
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    summed = [
        sum(np.bincount(faces[:, k], weights=normals[:, axis], minlength=len(vertices)) for k in range(3))
        for axis in range(3)
    ]
    return normalized(np.stack(summed, axis=1))


def averaging(faces: np.ndarray, size: int) -> Any:
    """Return the sparse matrix ``(V, V)`` that moves every vertex halfway to its neighbors' mean."""
    from scipy.sparse import csr_matrix, identity

    pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    adjacency = csr_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    adjacency.data[:] = 1
    degrees = np.maximum(np.asarray(adjacency.sum(axis=1)).ravel(), 1)
    means = adjacency.multiply(1 / degrees[:, None])
    return (0.5 * (identity(size) + means)).tocsr()


def inflate(vertices: np.ndarray, smoothed: np.ndarray, normals: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Wrap a body: take the smoothed surface, but stay at least ``offset`` (``(V,)``, m) outside the body itself."""
    missing = offset - ((smoothed - vertices) * normals).sum(axis=1)
    return smoothed + normals * np.maximum(missing, 0)[:, None]


def split_seams(faces: np.ndarray, corner_uv: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give vertices with several texture coordinates (at seams) one copy for each.

    Args:
        faces: ``(F, 3)``.
        corner_uv: Texture coordinates of every triangle's corners ``(F, 3, 2)``.

    Returns:
        Faces ``(F, 3)`` into the copies, the vertex each copy comes from ``(N,)``, and the copies' ``uv`` ``(N, 2)``.
    """
    keys = np.concatenate([faces.reshape(-1, 1), np.round(corner_uv.reshape(-1, 2) * 4096)], axis=1).astype(np.int64)
    _, chosen, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return (
        place.reshape(-1, 3).astype(np.int32),
        faces.ravel()[chosen],
        corner_uv.reshape(-1, 2)[chosen].astype(np.float32),
    )


def tube(rings: np.ndarray, closed: bool = True) -> np.ndarray:
    """Return the faces ``(F, 3)`` that join consecutive rings of points ``(R, S, 3)``, flattened to ``(R * S, 3)``.

    Rings run counter-clockwise seen from the last ring's side, which makes the faces point outward.
    """
    R, S = rings.shape[:2]
    around = np.arange(S if closed else S - 1)
    after = (around + 1) % S
    steps = (np.arange(R - 1) * S)[:, None]
    a, b, c, d = (steps + around, steps + after, steps + S + after, steps + S + around)
    quads = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)
    return quads.astype(np.int32)


def lathe(
    path: np.ndarray,
    radii: np.ndarray,
    sides: int = 12,
    hint: tuple[float, float, float] = (1.0, 0.0, 0.0),
    closed: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a round body along a path, its cross-sections carried along without twist.

    Args:
        path: ``(R, 3)``, m.
        radii: Radius at each point ``(R,)``, or two half axes ``(R, 2)``: along ``hint`` and across it, m.
        sides: Points around.
        hint: Direction of the first half axis at the path's start.
        closed: Join the path's end to its start.

    Returns:
        Points ``(R * sides, 3)`` (one more ring when closed), faces ``(F, 3)`` and texture coordinates.
    """
    if closed:
        path, radii = np.concatenate([path, path[:1]]), np.concatenate([radii, radii[:1]])
        tangents = np.gradient(np.concatenate([path[-2:-1], path, path[1:2]]), axis=0)[1:-1]
    else:
        tangents = np.gradient(path, axis=0)
    tangents = normalized(tangents)
    first = np.empty_like(path)
    along = np.asarray(hint, dtype=float)
    for i, tangent in enumerate(tangents):
        along = first[i] = normalized(along - tangent * (along @ tangent))
    second = np.cross(tangents, first)
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    half = np.broadcast_to(radii[:, None] if radii.ndim == 1 else radii, (len(path), 2))
    rings = path[:, None] + (
        half[:, 0, None, None] * np.cos(angles)[:, None] * first[:, None]
        + half[:, 1, None, None] * np.sin(angles)[:, None] * second[:, None]
    )
    uv = np.stack(np.meshgrid(angles, np.linspace(0, 1, len(path))), axis=-1).reshape(-1, 2)
    return rings.reshape(-1, 3), tube(rings), uv.astype(np.float32)


def rounded_box(
    center: np.ndarray, size: tuple[float, float, float], power: float = 4.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return points and faces of a superellipsoid: a soft box of a size (m) about a center ``(3,)``.

    Args:
        center: ``(3,)``, m.
        size: Lengths along x, y and z, m.
        power: 2 gives an ellipsoid, higher values sharper corners.
    """
    up, around = np.linspace(-np.pi / 2, np.pi / 2, 9), np.linspace(0, 2 * np.pi, 16, endpoint=False)

    def root(values: np.ndarray) -> np.ndarray:
        return np.sign(values) * np.abs(values) ** (2 / power)

    x, y = (root(np.cos(up))[:, None] * root(wave(around)) for wave in (np.cos, np.sin))
    z = np.broadcast_to(root(np.sin(up))[:, None], x.shape)
    rings = center + 0.5 * np.asarray(size) * np.stack([x, y, z], axis=-1)
    return rings.reshape(-1, 3), tube(rings)


def midpoints(faces: np.ndarray, size: int) -> tuple[np.ndarray, Any]:
    """Cut every triangle into four.

    Args:
        faces: ``(F, 3)``.
        size: Number of the mesh's vertices V.

    Returns:
        Faces ``(4 F, 3)`` into the N vertices used and the middles of their edges, and the sparse matrix ``(N, V)``
        that gives values there from those at the mesh's vertices.
    """
    from scipy.sparse import csr_matrix

    used, local = np.unique(faces, return_inverse=True)
    local = local.reshape(-1, 3)
    pairs = np.sort(local[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    edges, place = np.unique(pairs, axis=0, return_inverse=True)
    a, b, c = local.T
    ab, bc, ca = (len(used) + place.reshape(-1, 3)).T
    fine = np.concatenate([np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    N, E = len(used), len(edges)
    columns = np.concatenate([used, used[edges].ravel()])
    rows = np.concatenate([np.arange(N), N + 2 * np.arange(E + 1)])
    data = np.concatenate([np.ones(N), np.full(2 * E, 0.5)])
    return fine.astype(np.int32), csr_matrix((data, columns, rows), shape=(N + E, size))


def plane_waves(rng: np.random.Generator, points: np.ndarray, lengths: tuple[float, float]) -> np.ndarray:
    """Return smooth noise in about [-1, 1] at points ``(N, 3)``: a sum of eight random waves of ``lengths`` m."""
    directions = normalized(rng.normal(size=(8, 3))) * (2 * np.pi / rng.uniform(*lengths, 8))[:, None]
    return np.sin(points @ directions.T + rng.uniform(0, 2 * np.pi, 8)).sum(axis=1) / 4
