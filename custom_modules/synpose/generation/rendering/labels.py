"""Surfaces as numbers: what a renderer's label pass shows, and the reflectance that belongs to it. Pure arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.skeletons import BODY_PARTS

_PARTS = 16  # labels a surface takes: one for each body part, rounded up
_ATLAS_WIDTH = 4096  # texels
assert len(BODY_PARTS) <= _PARTS


def label_vertices(mesh: Mesh, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Label a mesh so that every triangle shows one body part: at a border it is the part of two corners of three.

    Args:
        mesh: Its ``parts`` and ``uv`` may be None.
        number: Surface number, >= 1.

    Returns:
        Vertices ``(V', 3)`` float32 (those of triangles on borders are doubled), faces ``(F, 3)`` int32 and labels
        ``(V', 3)`` float32: 16 times the surface number plus the part, u and v.
    """
    vertices, faces, uv = mesh.vertices, mesh.faces, mesh.uv
    parts = np.zeros(len(vertices), np.uint8) if mesh.parts is None else mesh.parts
    uv = np.zeros((len(vertices), 2), np.float32) if uv is None else uv
    corners = parts[faces]
    border = (corners != corners[:, :1]).any(1)
    if border.any():
        split = faces[border]
        faces = faces.copy()
        faces[border] = len(vertices) + np.arange(split.size).reshape(-1, 3)
        vertices, uv = (
            np.concatenate([vertices, vertices[split].reshape(-1, 3)]),
            np.concatenate([uv, uv[split.ravel()]]),
        )
        # The middle one of three sorted values is the one that occurs twice, where one does.
        parts = np.concatenate([parts, np.repeat(np.sort(corners[border], 1)[:, 1], 3)])
    labels = np.column_stack([_PARTS * number + parts.astype(np.float32), uv])
    return vertices, faces, labels.astype(np.float32)


@dataclass
class Seen:
    """What the rays of one pass met.

    Attributes:
        surface: Surface numbers ``(H, W)`` int32; 0 on lights and where nothing was hit.
        part: Body parts ``(H, W)`` uint8.
        uv: Texture coordinates ``(H, W, 2)`` float32.
        luminous: Whether a light was hit ``(H, W)`` bool.
    """

    surface: np.ndarray
    part: np.ndarray
    uv: np.ndarray
    luminous: np.ndarray


def read_labels(shining: np.ndarray) -> Seen:
    """Read labels back from an image of them.

    Args:
        shining: Labels of surfaces, radiance in (0, 1] of lights, 0 where nothing was hit ``(H, W, 3)``.
    """
    code = np.rint(shining[..., 0]).astype(np.int32)
    surface = code // _PARTS
    part = np.where(surface > 0, code % _PARTS, 0).astype(np.uint8)
    return Seen(surface, part, shining[..., 1:], (surface == 0) & (shining[..., 0] > 0))


class Palette:
    """Reflectances of numbered surfaces: their colors, and all their textures in one image.

    Args:
        materials: Of the surfaces 1, 2, ...
    """

    def __init__(self, materials: Sequence[Material]) -> None:
        textures = {id(m.texture): m.texture for m in materials if m.texture is not None}
        self._atlas, corners = _pack(list(textures.values()))
        place = dict(zip(textures, corners, strict=True))
        self._colors = np.zeros((len(materials) + 1, 3), np.float32)
        self._frames = np.zeros((len(materials) + 1, 4), np.float32)  # x, y, width, height; (0, 0) is white
        for number, material in enumerate(materials, 1):
            self._colors[number] = material.color
            if material.texture is not None:
                x, y = place[id(material.texture)]
                self._frames[number] = x - 0.5, y - 0.5, material.texture.shape[1], material.texture.shape[0]

    def reflectance(self, surface: np.ndarray, uv: np.ndarray) -> np.ndarray:
        """Look up reflectances, textures bilinearly.

        Args:
            surface: Surface numbers ``(H, W)``; 0 is black.
            uv: Texture coordinates ``(H, W, 2)``; row 0 of a texture is at v = 0, and it repeats.

        Returns:
            Linear RGB ``(H, W, 3)`` float32 in [0, 1].
        """
        frame = np.take(self._frames, surface, axis=0)
        place = frame[..., :2] + (uv - np.floor(uv)) * frame[..., 2:]
        texel = cv2.remap(self._atlas, place[..., 0], place[..., 1], cv2.INTER_LINEAR)
        return np.clip(texel * np.take(self._colors, surface, axis=0), 0, 1)


def _pack(textures: Sequence[np.ndarray]) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Lay textures on shelves, framed by one texel of their repetition; texel (0, 0) is white.

    Returns:
        The atlas ``(H, W, 3)`` float32 and (x, y) of each texture's first texel.
    """
    width = max([_ATLAS_WIDTH, *(texture.shape[1] + 3 for texture in textures)])
    corners = [(0, 0)] * len(textures)
    x, y, shelf = 1, 0, 1
    for i in sorted(range(len(textures)), key=lambda i: -textures[i].shape[0]):
        height = textures[i].shape[0] + 2
        if x + textures[i].shape[1] + 2 > width:
            x, y, shelf = 0, y + shelf, 0
        corners[i] = (x + 1, y + 1)
        x, shelf = x + textures[i].shape[1] + 2, max(shelf, height)
    atlas = np.ones((y + shelf, width, 3), np.float32)
    for (left, top), texture in zip(corners, textures, strict=True):
        framed = np.pad(texture, ((1, 1), (1, 1), (0, 0)), mode='wrap')
        atlas[top - 1 : top - 1 + framed.shape[0], left - 1 : left - 1 + framed.shape[1]] = framed
    return atlas, corners
