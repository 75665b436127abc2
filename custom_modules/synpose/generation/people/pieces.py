"""Surfaces in the rest pose that follow the bones, and a person's whole outfit of them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.posing.poser import Pose
from synpose.generation.primitives import Material, Mesh
from synpose.skeletons import BODY_PARTS

HEAD, TORSO = BODY_PARTS.index('head'), BODY_PARTS.index('torso')
# SURREAL counts neck and collar bones to the torso (https://arxiv.org/abs/1701.01370).
_LIMBS = {
    'upperarm': 'upper_arm',
    'lowerarm': 'lower_arm',
    'wrist': 'hand',
    'finger': 'hand',
    'metacarpal': 'hand',
    'upperleg': 'upper_leg',
    'lowerleg': 'lower_leg',
    'foot': 'foot',
    'toe': 'foot',
}


class Surface(NamedTuple):
    """Part of what someone wears or is.

    Attributes:
        points: Rest pose ``(N, 3)``, m.
        faces: ``(F, 3)``.
        uv: Texture coordinates ``(N, 2)`` or None.
        weights: Sparse skinning weights ``(N, B)``.
    """

    points: np.ndarray
    faces: np.ndarray
    uv: np.ndarray | None
    weights: Any


@dataclass
class Piece:
    """A surface with its material.

    Attributes:
        surface: The surface.
        material: Its material; pieces that share one become one mesh.
        part: Number of its body part; None reads it off the bones, 0 makes it no part of the body (a bag).
    """

    surface: Surface
    material: Material
    part: int | None = None


def bone_parts(labels: list[str]) -> np.ndarray:
    """Return the body part's number of every bone ``(B,)`` by its name."""
    parts = np.full(len(labels), TORSO)
    for i, label in enumerate(labels):
        side = 'left' if label.endswith('.L') else 'right'
        limb = next((part for prefix, part in _LIMBS.items() if label.startswith(prefix)), None)
        if limb is not None:
            parts[i] = BODY_PARTS.index(f'{side}_{limb}')
        elif label.startswith(('head', 'eye')):
            parts[i] = HEAD
    return parts


def dominant_parts(weights: Any, parts: np.ndarray) -> np.ndarray:
    """Return the part ``(N,)`` uint8 with most of the weights ``(N, B)``, given the bones' parts ``(B,)``."""
    return np.argmax(weights @ np.eye(len(BODY_PARTS))[parts], axis=1).astype(np.uint8)


class Outfit:
    """Everything someone's surface is made of, posed at one stroke.

    Args:
        model: The body model whose bones the pieces follow.
        pieces: Surfaces and materials; empty ones are left out.
    """

    def __init__(self, model: BodyModel, pieces: list[Piece]) -> None:
        from scipy.sparse import csr_matrix, vstack

        self.model = model
        bones = bone_parts(model.labels)
        groups: dict[tuple[int, bool, bool], list[Piece]] = {}
        for piece in pieces:
            if len(piece.surface.faces):
                key = (id(piece.material), piece.surface.uv is None, piece.part == 0)
                groups.setdefault(key, []).append(piece)
        ordered = [piece for group in groups.values() for piece in group]
        surfaces = [piece.surface for piece in ordered]
        empty = csr_matrix((0, len(model.labels)))
        self._points = np.concatenate([np.zeros((0, 3)), *(s.points for s in surfaces)]).astype(np.float32)
        self._weights = vstack([empty, *(s.weights for s in surfaces)], format='csr').astype(np.float32)
        self._meshes: list[Mesh] = []
        start = 0
        for group in groups.values():
            starts = np.cumsum([0, *(len(piece.surface.points) for piece in group)])
            rows = slice(start, start + starts[-1])
            faces = np.concatenate([piece.surface.faces + first for piece, first in zip(group, starts)])
            known = [piece.surface.uv for piece in group if piece.surface.uv is not None]
            uv = np.concatenate(known).astype(np.float32) if known else None
            parts = None
            if group[0].part != 0:
                parts = dominant_parts(self._weights[rows], bones)
                for piece, first in zip(group, starts):
                    if piece.part is not None:
                        parts[first : first + len(piece.surface.points)] = piece.part
            self._meshes.append(Mesh(self._points[rows], faces.astype(np.int32), group[0].material, uv, parts))
            start += starts[-1]

    def posed(self, body: Body, pose: Pose) -> list[Mesh]:
        """Return the meshes of a pose of the body the outfit was made for, in the person's frame."""
        moved = self.model.skin(body, pose.rotations, pose.positions, self._points, weights=self._weights)
        starts = np.cumsum([0, *(len(mesh.vertices) for mesh in self._meshes)])
        return [mesh.moved(moved[a:b]) for mesh, a, b in zip(self._meshes, starts[:-1], starts[1:])]
