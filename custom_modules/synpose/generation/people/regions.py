"""Where on the body things are: coordinates along limbs, hems, hairline and facial features, read off the mean body."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.bodies.body_model import BodyModel
from synpose.generation.bodies.kinematics import normalized
from synpose.generation.shells import midpoints, split_seams

# Height of the hairline above (+) or below (-) the eyes by angle from the face's middle, degrees and head heights.
_HAIRLINE_ANGLES = (0, 30, 50, 65, 78, 95, 115, 140, 180)
_HAIRLINE = (0.29, 0.28, 0.22, 0.13, 0.02, 0.10, 0.06, -0.20, -0.32)
METRES_PER_TILE = 0.32


@dataclass
class Cloth:
    """The body's triangles with texture coordinates for cloth, its vertices doubled at seams.

    Attributes:
        faces: ``(F, 3)``.
        source: Body vertex of each vertex ``(N,)``.
        uv: ``(N, 2)``; one tile of cloth is 0.32 m.
    """

    faces: np.ndarray
    source: np.ndarray
    uv: np.ndarray


@dataclass
class ScalpMesh:
    """The head's triangles around the hair, each cut into four.

    Attributes:
        faces: ``(F, 3)``.
        spread: Sparse matrix ``(N, V)`` from values at the body's vertices to values here.
        weights: Sparse skinning weights ``(N, B)``.
    """

    faces: np.ndarray
    spread: Any
    weights: Any


class Regions:
    """Scalar fields over the body's vertices ``(V,)``, all in metres on the mean body.

    Attributes:
        arm: How far down the arm: 0 at the shoulder, 1 at the elbow, 2 at the wrist; -1 off the arms.
        leg: How far down the leg: 0 at the hip, 1 at the knee, 2 at the ankle; -1 off the legs.
        z: Height above the pelvis, m.
        arm_share: Skinning weight of the arms' bones; ``leg_share`` likewise.
        scalp: Height above the hairline, m.
        iris: Depth inside the irises' rims, m; ``brow`` and ``lips`` likewise.
        cloth: The body's triangles with texture coordinates for cloth.
        head_faces: Outer triangles of the head alone ``(F, 3)``.
        scalp_mesh: The part of them that hair may cover, finer.
        azimuth: Angle about the head's vertical axis, 0 ahead, rad in [0, pi], the same on both sides.
    """

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        v, heads = model.template, model.template_heads
        self.z = v[:, 2]
        self.arm_share = model.share('upperarm', 'lowerarm', 'wrist', 'finger', 'metacarpal')
        self.leg_share = model.share('upperleg', 'lowerleg', 'foot', 'toe')
        self.arm, self.arm_angle = self._limb(('upperarm01', 'lowerarm01', 'wrist'), self.arm_share)
        self.leg, self.leg_angle = self._limb(('upperleg01', 'lowerleg01', 'foot'), self.leg_share)
        self.is_head = model.share('head', 'eye') > 0.5
        self.eye = v[np.unique(model.faces[model.face_parts('eye_front.R')])].mean(axis=0)
        self.chin = v[model.chin_vertex()]
        head = v[self.is_head]
        self.head_low, self.head_high = head.min(axis=0), head.max(axis=0)
        self.head_height = float(self.head_high[2] - self.chin[2])
        middle = (self.head_low + self.head_high) / 2
        self.azimuth = np.abs(np.arctan2(v[:, 0], v[:, 1] - middle[1]))
        self.scalp = self._scalp()
        inner = model.face_parts('tongue', 'mouth_cavity', 'eye_cavity.L', 'eye_cavity.R')
        eyes = model.face_parts('eye_front.L', 'eye_front.R', 'eye_back.L', 'eye_back.R')
        self.outer_faces = model.faces[~inner & ~eyes]
        self.head_faces = self.outer_faces[self.is_head[self.outer_faces].any(axis=1)]
        near_hair = self.head_faces[(self.scalp[self.head_faces] > -0.05).all(axis=1)]
        fine, spread = midpoints(near_hair, len(v))
        self.scalp_mesh = ScalpMesh(fine, spread, spread @ model.weights)
        self.skin_faces = model.faces[~model.face_parts('tongue') & ~eyes]
        self.eye_faces = model.faces[model.face_parts('eye_front.L', 'eye_front.R')]
        self.iris, self.brow, self.lips = self._face()
        self.neck = heads[model.bone['neck01']]
        self.cloth = self._cloth()

    def _limb(self, bones: tuple[str, str, str], share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the coordinate along a limb and the angle (rad) around it, for both sides together."""
        v, heads, bone = self.model.template, self.model.template_heads, self.model.bone
        along, angle = np.full(len(v), -1.0), np.zeros(len(v))
        for side, mask in (('L', v[:, 0] < 0), ('R', v[:, 0] >= 0)):
            start, middle, end = (heads[bone[f'{name}.{side}']] for name in bones)
            first = np.clip((v - start) @ (middle - start) / ((middle - start) @ (middle - start)), 0, 1)
            second = np.clip((v - middle) @ (end - middle) / ((end - middle) @ (end - middle)), 0, None)
            on = mask & (share > 0.3)
            along[on] = (first + second)[on]
            lower = second > 0
            axis = np.where(lower[:, None], normalized(end - middle), normalized(middle - start))
            offset = v - np.where(lower[:, None], middle, start)
            across = normalized(np.cross(axis, [0.0, 1.0, 0.0]))
            angle[on] = np.arctan2((offset * across).sum(1), (offset * np.cross(axis, across)).sum(1))[on]
        return along, angle

    def _scalp(self) -> np.ndarray:
        v = self.model.template
        line = self.eye[2] + np.interp(np.degrees(self.azimuth), _HAIRLINE_ANGLES, _HAIRLINE) * self.head_height
        return np.where(self.model.share('head', 'neck') > 0.5, v[:, 2] - line, -1.0)

    def _cloth(self) -> Cloth:
        v = self.model.template
        trunk = np.stack([np.arctan2(v[:, 0], v[:, 1]) / (2 * np.pi) * 3, v[:, 2] / METRES_PER_TILE], axis=1)
        arm = np.stack([self.arm_angle / (2 * np.pi), self.arm * 0.25 / METRES_PER_TILE], axis=1)
        leg = np.stack([self.leg_angle / np.pi, self.leg * 0.42 / METRES_PER_TILE], axis=1)
        faces = self.outer_faces
        on_arm = (self.arm_share[faces] > 0.5).all(axis=1)
        on_leg = (self.leg_share[faces] > 0.5).all(axis=1)
        uv = trunk[faces]
        uv[on_arm], uv[on_leg] = arm[faces[on_arm]], leg[faces[on_leg]]
        repeats = np.where(on_arm, 1.0, np.where(on_leg, 2.0, 3.0))[:, None]
        # Where the angle jumps from +pi to -pi inside a triangle, its low corners go once round further.
        u = uv[..., 0]
        wraps = np.ptp(u, axis=1, keepdims=True) > repeats / 2
        uv[..., 0] = np.where(wraps & (u < 0), u + repeats, u)
        return Cloth(*split_seams(faces, uv))

    def _face(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the fields of irises, brows and lips: positive inside, m."""
        v, unit = self.model.template, self.head_height
        x, z = np.abs(v[:, 0]), v[:, 2]
        dx, dz = x - self.eye[0], z - self.eye[2]
        iris = 0.033 * unit - np.hypot(dx, dz)
        front = (v[:, 1] > self.eye[1] - 0.2 * unit) & (self.model.share('head') > 0.5)
        arch = 0.105 * unit - 1.2 * np.clip(dx + 0.02 * unit, -0.09 * unit, None) ** 2 / unit
        brow = np.minimum(0.019 * unit - np.abs(dz - arch), 0.105 * unit - np.abs(dx))
        mouth = self.eye[2] - 0.61 * (self.eye[2] - self.chin[2])
        lips = (1 - np.hypot(x / (0.115 * unit), (z - mouth) / (0.045 * unit))) * 0.05
        return iris, np.where(front, brow, -1.0), np.where(front, lips, -1.0)
