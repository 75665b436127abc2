"""Keeps hands and forearms out of their owner's head, trunk and thighs."""

import numpy as np
from scipy.spatial import cKDTree

from synpose.generation.bodies.body_model import BodyModel
from synpose.generation.posing.stance import Stance

_NEAR = 0.06  # m: a point deeper than this below the skin is taken to be beside another part
_SKIN_STEP, _ARM_STEP = 3, 3  # every n-th vertex is enough to find a contact


class Flesh:
    """Finds where an arm is inside the rest of the body."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        own = model.share('head', 'neck', 'spine', 'root', 'pelvis', 'upperleg') > 0.9
        self._rows = np.flatnonzero(own)[::_SKIN_STEP]
        corners = model.template[model.faces]
        flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals = np.zeros_like(model.template)
        for k in range(3):
            np.add.at(normals, model.faces[:, k], flat)
        normals = normals[self._rows]
        self._normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        arm, right = model.share('wrist', 'finger', 'metacarpal', 'lowerarm') > 0.9, model.template[:, 0] > 0
        self.arm_rows = {
            'L': np.flatnonzero(arm & ~right)[::_ARM_STEP],
            'R': np.flatnonzero(arm & right)[::_ARM_STEP],
        }

    def surface(self, stance: Stance, rotations: np.ndarray, positions: np.ndarray) -> tuple[cKDTree, np.ndarray]:
        """Return the posed skin of head, trunk and thighs as a search tree, and its outward normals ``(N, 3)``."""
        body, rows = stance.body, self._rows
        skin = self.model.skin(body, rotations, positions, body.vertices[rows], rows)
        tips = self.model.skin(body, rotations, positions, body.vertices[rows] + 0.01 * self._normals, rows)
        return cKDTree(skin), (tips - skin) / 0.01

    def push(self, surface: tuple[cKDTree, np.ndarray], arm: np.ndarray) -> np.ndarray:
        """Return the shift ``(3,)``, m, that takes an arm's points ``(N, 3)`` out of the body, 0 if they are clear."""
        tree, normals = surface
        distance, nearest = tree.query(arm, distance_upper_bound=_NEAR)
        found = np.flatnonzero(np.isfinite(distance))
        if not len(found):
            return np.zeros(3)
        nearest = nearest[found]
        depth = -((arm[found] - tree.data[nearest]) * normals[nearest]).sum(axis=1)
        deepest = depth.max()
        if deepest <= 0:
            return np.zeros(3)
        weights = np.maximum(depth - 0.5 * deepest, 0.0)
        direction = weights @ normals[nearest]
        return deepest * direction / max(float(np.linalg.norm(direction)), 1e-9)
