"""Surfaces around a body: clipping, smoothing, normals and texture coordinates of triangle meshes. Pure arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.kinematics import normalized


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
