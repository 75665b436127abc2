"""Whether bodies reach into each other or into furniture: exact triangle tests behind cheap box tests.

Metres. Boxes are the common broad phase (C. Ericson, Real-Time Collision Detection, 2005, chapters 4 and 6); triangles
are tested by FCL (Pan, Chitta, Manocha, ICRA 2012).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Solid:
    """A box that people must not reach into.

    Attributes:
        name: What it is, e.g. ``'desk'``.
        center: ``(3,)`` m, world.
        heading: Rotation about z, rad.
        half: ``(3,)`` m, half of its sides.
        place: Index of the place it belongs to, whose sitter touches it; None for none.
    """

    name: str
    center: np.ndarray
    heading: float
    half: np.ndarray
    place: int | None = None

    def depths(self, points: np.ndarray) -> np.ndarray:
        """How deep points ``(V, 3)`` m are inside, ``(V,)`` m: the way out to the nearest side, below 0 outside."""
        c, s = np.cos(self.heading), np.sin(self.heading)
        offset = np.asarray(points, dtype=float) - self.center
        x, y = c * offset[:, 0] + s * offset[:, 1], c * offset[:, 1] - s * offset[:, 0]
        return np.min([self.half[0] - np.abs(x), self.half[1] - np.abs(y), self.half[2] - np.abs(offset[:, 2])], axis=0)

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Whether points ``(V, 3)`` m are inside, ``(V,)`` bool."""
        return self.depths(points) > 0

    def bounds(self) -> np.ndarray:
        """Return the lowest and highest corner ``(2, 3)`` m of the box around it along the axes."""
        c, s = abs(np.cos(self.heading)), abs(np.sin(self.heading))
        reach = np.array([c * self.half[0] + s * self.half[1], s * self.half[0] + c * self.half[1], self.half[2]])
        return np.array([self.center - reach, self.center + reach])


def bounds(points: np.ndarray) -> np.ndarray:
    """Return the lowest and highest corner ``(2, 3)`` of points ``(V, 3)``."""
    return np.array([points.min(axis=0), points.max(axis=0)])


def overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray | None:
    """Return the common part ``(2, 3)`` of two boxes ``(2, 3)``, None if there is none."""
    low, high = np.maximum(first[0], second[0]), np.minimum(first[1], second[1])
    return np.array([low, high]) if (low < high).all() else None


def faces_near(vertices: np.ndarray, faces: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Return the triangles ``(F', 3)`` of a mesh ``(V, 3)``, ``(F, 3)`` whose own boxes touch a box ``(2, 3)``."""
    # A triangle misses the box if all its corners lie beyond one side: one bit for each side (Cohen and Sutherland).
    beyond = np.concatenate([vertices < box[0], vertices > box[1]], axis=1)
    code = np.packbits(beyond, axis=1)[:, 0]
    misses = code[faces[:, 0]] & code[faces[:, 1]] & code[faces[:, 2]]
    return faces[misses == 0]


def bodies_intersect(vertices_a: np.ndarray, faces_a: np.ndarray, vertices_b: np.ndarray, faces_b: np.ndarray) -> bool:
    """Whether two triangle surfaces cross.

    Only triangles near the common part of their boxes are handed to FCL, so that neighbors who hardly touch cost
    little. A surface wholly inside the other does not cross it.

    Args:
        vertices_a: ``(V, 3)`` m.
        faces_a: ``(F, 3)`` indices.
        vertices_b: ``(W, 3)`` m.
        faces_b: ``(G, 3)`` indices.

    Raises:
        ImportError: If python-fcl is not installed.
    """
    common = overlap(bounds(vertices_a), bounds(vertices_b))
    if common is None:
        return False
    near_a, near_b = faces_near(vertices_a, faces_a, common), faces_near(vertices_b, faces_b, common)
    if not len(near_a) or not len(near_b):
        return False
    import fcl

    return bool(fcl.collide(_surface(vertices_a, near_a), _surface(vertices_b, near_b)))


def _surface(vertices: np.ndarray, faces: np.ndarray) -> Any:
    import fcl

    used, renumbered = np.unique(faces, return_inverse=True)
    model = fcl.BVHModel()
    model.beginModel(len(used), len(faces))
    model.addSubModel(vertices[used].astype(np.float64), renumbered.reshape(faces.shape).astype(np.int64))
    model.endModel()
    return fcl.CollisionObject(model, fcl.Transform())
