"""Plain containers the stages of the generator hand to each other. World frame: metres, z up, the floor at z = 0."""

from dataclasses import dataclass, field, replace

import numpy as np

from synpose.skeletons import BODY_PARTS

__all__ = ['BODY_PARTS', 'Material', 'Mesh', 'Person', 'Seat']


@dataclass
class Material:
    """A diffuse surface.

    Attributes:
        color: Linear RGB reflectance in [0, 1], ``(3,)``; multiplies the texture where there is one.
        texture: Optional linear RGB reflectance image ``(H, W, 3)`` float32 in [0, 1], looked up by the mesh's ``uv``.
        roughness: 1 is fully diffuse; lower values add a glossy coat (boards, tables, screens).
    """

    color: np.ndarray
    texture: np.ndarray | None = None
    roughness: float = 1.0


@dataclass
class Mesh:
    """Triangles of one material.

    Attributes:
        vertices: ``(V, 3)`` float32, metres.
        faces: ``(F, 3)`` int32 vertex indices, counter-clockwise seen from outside.
        material: The surface.
        uv: Optional texture coordinates ``(V, 2)`` float32; the texture repeats outside [0, 1].
        parts: Optional body part of each vertex ``(V,)`` uint8, a number of :data:`~synpose.skeletons.BODY_PARTS`;
            None on anything that is not part of a body (furniture, things held).
    """

    vertices: np.ndarray
    faces: np.ndarray
    material: Material
    uv: np.ndarray | None = None
    parts: np.ndarray | None = None

    def moved(self, vertices: np.ndarray) -> 'Mesh':
        """Return the same surface with its vertices ``(V, 3)`` elsewhere."""
        return replace(self, vertices=vertices.astype(np.float32))


@dataclass
class Seat:
    """Where a person sits: the furniture's measures in the person's own frame.

    The frame's origin is on the floor below the middle of the chair's seat, x to the person's right, y ahead
    (toward the desk), z up.

    Attributes:
        seat_height: Height of the seat's top face, m.
        seat_depth: Depth of the seat's top face along y, m (from ``-seat_depth / 2`` to ``seat_depth / 2``).
        desk_height: Height of the desk's top face, m.
        desk_near: y of the desk's edge nearest to the person, m.
        desk_depth: Depth of the desk's top along y, m.
        desk_width: Width of the desk's top along x, m.
    """

    seat_height: float = 0.45
    seat_depth: float = 0.42
    desk_height: float = 0.74
    desk_near: float = 0.20
    desk_depth: float = 0.55
    desk_width: float = 0.90


@dataclass
class Person:
    """A posed, clothed person in its own frame (see :class:`Seat`; a standing person stands on the origin).

    Attributes:
        meshes: Surfaces (skin, hair, shirt, trousers or skirt, shoes, things held).
        joints: ``(59, 3)`` float32, metres, in the order of :data:`synpose.skeletons.JOINT_NAMES`.
        behavior: Name of the behavior the movement belongs to, e.g. ``'writing'``.
        attributes: Shape, clothing and things as sampled, of JSON types; written with the annotation.
        skin: The bare body's posed vertices ``(V, 3)`` float32, m, in the body model's order; what contacts are
            tested with.
        wholebody: COCO-WholeBody's points of feet, face and hands ``(116, 3)`` float32, m, in the order of
            :data:`synpose.skeletons.WHOLEBODY133_NAMES` from the 18th on; NaN where the body model lacks one.
    """

    meshes: list[Mesh]
    joints: np.ndarray
    behavior: str
    attributes: dict = field(default_factory=dict)
    skin: np.ndarray | None = None
    wholebody: np.ndarray | None = None

    def surface(self) -> tuple[np.ndarray, np.ndarray]:
        """Return vertices ``(V, 3)``, m, and faces ``(F, 3)`` of everything the person is, wears and holds."""
        starts = np.cumsum([0, *(len(mesh.vertices) for mesh in self.meshes[:-1])])
        faces = [mesh.faces + start for mesh, start in zip(self.meshes, starts)]
        return np.concatenate([mesh.vertices for mesh in self.meshes]), np.concatenate(faces)

    def placed(self, position: np.ndarray, heading: float) -> 'Person':
        """Return the person moved into the room.

        Args:
            position: ``(3,)`` metres, where the person's origin goes.
            heading: Rotation about z in radians; 0 leaves the person facing +y.
        """
        c, s = np.cos(heading), np.sin(heading)
        rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])

        def move(points: np.ndarray) -> np.ndarray:
            return (points @ rotation.T + position).astype(np.float32)

        return replace(
            self,
            meshes=[mesh.moved(move(mesh.vertices)) for mesh in self.meshes],
            joints=move(self.joints),
            skin=None if self.skin is None else move(self.skin),
            wholebody=None if self.wholebody is None else move(self.wholebody),
        )
