"""Cloth around a body in its rest pose: where it ends, and shells cut along those lines."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.people.pieces import Surface
from synpose.generation.people.regions import Regions
from synpose.generation.shells import averaging, clip, inflate, vertex_normals
from synpose.skeletons import JOINT_NAMES

_HEM_UNDERLAP = 0.02  # skin runs on under a hem by this much, m


def snug_hems(level: np.ndarray) -> np.ndarray:
    """Return an ease ``(V,)`` that keeps cloth close at its hems, so that no one looks in through collar and cuffs."""
    return 0.35 + 0.65 * np.clip(level / 0.04, 0, 1)


class Tailor:
    """Knows where clothes end on one body model: fields over its vertices ``(V,)``, positive inside, m."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        self.regions = Regions(model)
        self.average = averaging(self.regions.outer_faces, len(model.template))
        x, y, _ = model.template.T
        self.off_arms = self.regions.arm_share <= 0.3
        self.front = (y > self.regions.neck[1]) & self.off_arms
        self.x = np.abs(x)

    def neckline(self, collar: float, v_neck: float = 0.0) -> np.ndarray:
        """Return the depth below a neckline: a plane through the neck's root, lower in front, or open in a V."""
        r = self.regions
        _, y, z = self.model.template.T
        front = np.clip((y - r.neck[1]) / 0.1, -1, 1)
        opening = v_neck * np.maximum(0, 1 - self.x / 0.07) * (y > r.neck[1])
        return r.neck[2] - collar * (0.4 + 0.6 * np.maximum(front, 0)) - 0.035 * front - opening + 0.03 - z

    def top(self, sleeve: float, hem: float, collar: float, v_neck: float = 0.0) -> np.ndarray:
        """Return where a top is.

        Args:
            sleeve: Where the sleeves end on the arm (0 shoulder, 1 elbow, 2 wrist); -1 for none.
            hem: Height of its lower end above the pelvis, m.
            collar: Depth of the neckline below the neck's root, m.
            v_neck: Extra depth at the middle of the chest, m.
        """
        r = self.regions
        line = self.neckline(collar, v_neck)
        trunk = np.minimum(line, r.z - hem)
        if sleeve < 0:  # arm holes: a plane inside either shoulder
            shoulder = self.model.template_heads[self.model.bone['upperarm01.R']]
            return np.where(self.off_arms, np.minimum(trunk, shoulder[0] - 0.012 - self.x), -0.05)
        return np.where(self.off_arms, trunk, np.minimum((sleeve - r.arm) * 0.25, line))

    def opening(self, high: float, low: float) -> np.ndarray:
        """Return the distance from an open front, its half width ``high`` m at the neck and ``low`` at the waist."""
        width = np.interp(self.regions.z, [0.1, self.regions.neck[2]], [low, high])
        return np.where(self.front, self.x - width, 0.2)

    def stripe(self, center: float, half: float) -> np.ndarray:
        """Return the depth within upright bands at ``|x| = center`` m, ``half`` m to either side."""
        return np.where(self.off_arms, half - np.abs(self.x - center), -1.0)

    def trousers(self, leg: float, waist: float = 0.13) -> np.ndarray:
        """Return where trousers are that end at ``leg`` (0 hip, 1 knee, 2 ankle), m."""
        level = np.minimum(waist - self.regions.z, (leg - self.regions.leg) * 0.4)
        return np.where(self.off_arms, level, -1.0)

    def shoes(self, height: float) -> np.ndarray:
        """Return where shoes of a height above the floor (m) are."""
        r = self.regions
        return np.where(r.leg_share > 0.5, np.minimum(height - (r.z - r.z.min()), (r.leg - 1.2) * 0.4), -1.0)


class Fitting:
    """One body at the tailor's: every method returns surfaces or shells in the rest pose.

    Args:
        tailor: Knows the body model.
        body: The body.
        wrinkles: Smooth noise over the body's vertices ``(V,)`` in about [-1, 1]: where folds lie.
    """

    def __init__(self, tailor: Tailor, body: Body, wrinkles: np.ndarray) -> None:
        self.tailor, self.body = tailor, body
        self.model, self.regions = tailor.model, tailor.regions
        self.normals = vertex_normals(body.vertices, self.regions.outer_faces)
        self.wrinkles = wrinkles
        self._smoothed = [body.vertices]

    @cached_property
    def joints(self) -> dict[str, np.ndarray]:
        """The 59 joints at rest by name, each ``(3,)``, m."""
        return dict(zip(JOINT_NAMES, self.model.joints(self.body.vertices, self.body.heads)))

    @cached_property
    def _tree(self) -> tuple[Any, np.ndarray]:
        from scipy.spatial import cKDTree

        rows = np.unique(self.regions.outer_faces)
        return cKDTree(self.body.vertices[rows]), rows

    def smoothed(self, steps: int) -> np.ndarray:
        """Return the body's vertices ``(V, 3)`` after some steps of averaging, which wipe out its relief."""
        while len(self._smoothed) <= steps:
            self._smoothed.append(self.tailor.average @ self._smoothed[-1])
        return self._smoothed[steps]

    def height(self, z: float | np.ndarray) -> np.ndarray:
        """Return the height on this body of ``z`` m on the mean body (ankle, knee, hip and neck correspond)."""
        marks = [self.model.bone[name] for name in ('foot.R', 'lowerleg01.R', 'upperleg01.R', 'neck01')]
        return np.interp(z, self.model.template_heads[marks, 2], self.body.heads[marks, 2])

    def clear(self, points: np.ndarray, margin: float, settle: bool = False) -> np.ndarray:
        """Push points ``(N, 3)`` out of the body until they are ``margin`` m off its nearest vertex's plane.

        With ``settle`` they also come in from outside and lie on the body, ``margin`` m off its nearest vertex.
        """
        tree, rows = self._tree
        nearest = rows[tree.query(points)[1]]
        if settle:
            return self.body.vertices[nearest] + margin * self.normals[nearest]
        depth = ((points - self.body.vertices[nearest]) * self.normals[nearest]).sum(axis=1)
        return points + self.normals[nearest] * np.maximum(margin - depth, 0)[:, None]

    def nearest_weights(self, points: np.ndarray, neighbors: int = 8) -> Any:
        """Return skinning weights ``(N, B)`` for points: the mean of their nearest body vertices'."""
        from scipy.sparse import csr_matrix

        tree, rows = self._tree
        near = rows[tree.query(points, k=neighbors)[1]]
        pick = (np.full(near.size, 1 / neighbors), near.ravel(), np.arange(0, near.size + 1, neighbors))
        return csr_matrix(pick, shape=(len(points), len(self.body.vertices))) @ self.model.weights

    def follow(self, points: np.ndarray, shares: Mapping[str, float | np.ndarray]) -> Any:
        """Return skinning weights ``(N, B)`` that follow bones by given shares, one or ``(N,)`` each."""
        from scipy.sparse import csr_matrix

        weights = np.zeros((len(points), len(self.model.labels)))
        for bone, share in shares.items():
            weights[:, self.model.bone[bone]] += share
        return csr_matrix(weights)

    def shell(
        self, looseness: float | np.ndarray, steps: int, wrinkle: float = 0.0, ease: float | np.ndarray = 1.0
    ) -> np.ndarray:
        """Return a surface ``(V, 3)`` around the whole body.

        Args:
            looseness: Distance from the body, one or ``(V,)``, m.
            steps: How much of the body's relief the cloth smooths away.
            wrinkle: Depth of its folds, m.
            ease: How freely the cloth hangs, from 0 (on the skin) to 1, one or ``(V,)``.
        """
        ease = np.broadcast_to(ease, len(self.normals))
        body = self.body.vertices
        smooth = body + ease[:, None] * (self.smoothed(steps) - body)
        return inflate(body, smooth, self.normals, ease * (looseness + wrinkle * self.wrinkles))

    def cloth(self, shell: np.ndarray, level: np.ndarray) -> Surface:
        """Return the part of a shell ``(V, 3)`` where ``level`` ``(V,)`` is positive, textured as cloth."""
        cloth = self.regions.cloth
        return self._cut(cloth.faces, level[cloth.source], shell, cloth.uv, cloth.source)

    def patch(self, faces: np.ndarray, level: np.ndarray, shell: np.ndarray, uv: np.ndarray | None = None) -> Surface:
        """Return the part of some faces' shell where ``level`` is positive; ``uv`` ``(V, 2)`` if it has a texture."""
        return self._cut(faces, level, shell, uv, np.arange(len(shell)))

    def skin(self, covered: np.ndarray) -> Surface:
        """Return the skin that clothes leave bare; ``covered`` ``(V,)`` is positive under cloth, m."""
        return self.patch(self.regions.skin_faces, _HEM_UNDERLAP - covered, self.body.vertices)

    def _cut(
        self, faces: np.ndarray, level: np.ndarray, shell: np.ndarray, uv: np.ndarray | None, source: np.ndarray
    ) -> Surface:
        patch = clip(faces, level)
        matrix = patch.matrix(len(shell), source)
        return Surface(
            matrix @ shell, patch.faces, None if uv is None else patch.gather(uv), matrix @ self.model.weights
        )
