"""Clothes, hair and faces as meshes around a body, built at rest and posed with its bones."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.bodies import Body, BodyModel
from synpose.generation.posing import Pose
from synpose.generation.regions import Regions
from synpose.generation.shells import Patch, averaging, clip, inflate, tube, vertex_normals

Surface = tuple[np.ndarray, np.ndarray, np.ndarray | None]  # posed vertices, faces, uv
_HEM_UNDERLAP = 0.02  # skin runs on under a hem by this much, m


@dataclass(frozen=True)
class Cut:
    """The cut of someone's clothes, in the coordinates of :class:`~synpose.generation.regions.Regions`.

    Attributes:
        sleeve: Where the sleeves end on the arm (0 shoulder, 1 elbow, 2 wrist).
        hem: Height of the shirt's hem above the pelvis, m.
        collar: Depth of the neckline below the neck's root, m.
        v_neck: Extra depth at the middle of the chest, m.
        leg: Where the trousers end on the leg (0 hip, 1 knee, 2 ankle).
        looseness: Distance of the shirt from the body, m.
        leg_looseness: Distance of the trousers' legs from the body, m.
        skirt: Length of a skirt on the thigh, or 0 for none.
    """

    sleeve: float
    hem: float
    collar: float
    v_neck: float
    leg: float
    looseness: float
    leg_looseness: float
    skirt: float = 0.0


def snug_hems(level: np.ndarray) -> np.ndarray:
    """Return an ease ``(V,)`` that keeps cloth close at its hems, so that no one looks in through collar and cuffs."""
    return 0.35 + 0.65 * np.clip(level / 0.04, 0, 1)


class Tailor:
    """Makes the surfaces of dressed people of one body model."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        self.regions = Regions(model)
        self.average = averaging(self.regions.outer_faces, len(model.template))

    # ---- where things end: positive inside, metres ---------------------------------------------------------------

    def shirt_level(self, cut: Cut) -> np.ndarray:
        r = self.regions
        x, y, z = self.model.template.T
        # The collar is a plane through the neck's root, lower in front; a V opens it further at the middle.
        front = np.clip((y - r.neck[1]) / 0.1, -1, 1)
        opening = cut.v_neck * np.maximum(0, 1 - np.abs(x) / 0.07) * (y > r.neck[1])
        collar = r.neck[2] - cut.collar * (0.4 + 0.6 * np.maximum(front, 0)) - 0.035 * front - opening + 0.03
        level = np.minimum(collar - z, z - cut.hem)
        on_arm = r.arm_share > 0.3
        return np.where(on_arm, np.minimum((cut.sleeve - r.arm) * 0.25, collar - z), level)

    def trousers_level(self, cut: Cut) -> np.ndarray:
        r = self.regions
        level = np.minimum(0.13 - r.z, (cut.leg - r.leg) * 0.4)
        return np.where(r.arm_share > 0.3, -1.0, level)

    def shoe_level(self, height: float) -> np.ndarray:
        r = self.regions
        return np.where(r.leg_share > 0.5, np.minimum(height - (r.z - r.z.min()), (r.leg - 1.5) * 0.4), -1.0)


class Fitting:
    """One posed person at the tailor's: every method returns a posed surface."""

    def __init__(self, tailor: Tailor, body: Body, pose: Pose, wrinkles: np.ndarray) -> None:
        self.tailor, self.body, self.pose = tailor, body, pose
        self.model, self.regions = tailor.model, tailor.regions
        self.normals = vertex_normals(body.vertices, self.regions.outer_faces)
        self.wrinkles = wrinkles
        self.vertices = self.move(body.vertices)
        self._smoothed = [body.vertices]

    def smoothed(self, steps: int) -> np.ndarray:
        """Return the rest pose's vertices ``(V, 3)`` after some steps of averaging, which wipe out its relief."""
        while len(self._smoothed) <= steps:
            self._smoothed.append(self.tailor.average @ self._smoothed[-1])
        return self._smoothed[steps]

    def move_patch(self, patch: Patch, points: np.ndarray, source: np.ndarray | None = None) -> np.ndarray:
        """Pose the part of a shell ``(V, 3)`` that a patch uses; ``source`` is the body vertex of each patch vertex."""
        source = np.arange(len(points)) if source is None else source
        used = np.zeros(len(points), dtype=bool)
        used[source[patch.kept]] = used[source[patch.edges]] = True
        rows = np.flatnonzero(used)
        moved = np.zeros_like(points)
        moved[rows] = self.model.skin(self.body, self.pose.rotations, self.pose.positions, points[rows], rows)
        return patch.gather(moved[source])

    def move(self, points: np.ndarray, weights: Any = None) -> np.ndarray:
        """Pose rest-pose points that have the body's vertices' skinning weights (or ``weights`` of their own)."""
        return self.model.skin(self.body, self.pose.rotations, self.pose.positions, points, weights=weights)

    def skin(self, covered: np.ndarray) -> Surface:
        """Return the skin that clothes leave bare; ``covered`` ``(V,)`` is positive under cloth, m."""
        patch = clip(self.regions.skin_faces, _HEM_UNDERLAP - covered)
        return patch.gather(self.vertices), patch.faces, None

    def garment(
        self,
        level: np.ndarray,
        looseness: float | np.ndarray,
        steps: int,
        wrinkle: float = 0.0,
        ease: np.ndarray | None = None,
    ) -> Surface:
        """Return cloth around the body where ``level`` ``(V,)`` is positive.

        Args:
            level: Where the garment is, m inside its hems.
            looseness: Distance from the body, one or ``(V,)``, m.
            steps: How much of the body's relief the cloth smooths away.
            wrinkle: Depth of its folds, m.
            ease: How freely the cloth hangs, ``(V,)`` from 0 (on the skin) to 1; by default close at its hems.
        """
        cloth = self.regions.cloth
        ease = snug_hems(level) if ease is None else ease
        smooth = self.smoothed(steps)
        smooth = self.body.vertices + ease[:, None] * (smooth - self.body.vertices)
        offset = ease * (looseness + wrinkle * self.wrinkles)
        shell = inflate(self.body.vertices, smooth, self.normals, offset)
        patch = clip(cloth.faces, level[cloth.source])
        return self.move_patch(patch, shell, cloth.source), patch.faces, patch.gather(cloth.uv)

    def patch(self, faces: np.ndarray, level: np.ndarray, offset: float) -> Surface:
        """Return a thin layer over part of the face (brows, lips, irises)."""
        part = clip(faces, level)
        return self.move_patch(part, self.body.vertices + offset * self.normals), part.faces, None

    def skirt(self, length: float, looseness: float) -> Surface:
        """Return a tube around both thighs that hangs from the waist to ``length`` (0 hip, 1 knee)."""
        r, v = self.regions, self.body.vertices
        hips = self.body.heads[[self.model.bone['upperleg01.L'], self.model.bone['upperleg01.R']]].mean(axis=0)
        knee = self.body.heads[[self.model.bone['lowerleg01.L'], self.model.bone['lowerleg01.R']]].mean(axis=0)
        heights = np.linspace(hips[2] + 0.13 * self.body.stature / 1.63, hips[2] + length * (knee[2] - hips[2]), 14)
        angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        ring = np.stack([np.sin(angles), np.cos(angles)], axis=1)
        legs = (r.arm_share < 0.3) & ~r.is_head
        rings = []
        for number, height in enumerate(heights):
            slab = v[legs & (np.abs(v[:, 2] - height) < 0.03)]
            middle = (slab[:, :2].min(axis=0) + slab[:, :2].max(axis=0)) / 2
            # The support function of the body's outline: how far it reaches in every direction.
            reach = ((slab[:, :2] - middle) @ ring.T).max(axis=0)
            flare = looseness * (1 + 2.5 * number / len(heights))
            rings.append(np.concatenate([middle + ring * (reach + flare)[:, None], np.full((40, 1), height)], axis=1))
        points = np.concatenate(rings[::-1])
        u = np.tile(angles / (2 * np.pi) * 3, len(heights))
        uv = np.stack([u, points[:, 2] / 0.32], axis=1).astype(np.float32)
        return self.move(points, self._skirt_weights(points, hips[2])), tube(np.stack(rings[::-1])), uv

    def _skirt_weights(self, points: np.ndarray, hip_height: float) -> Any:
        """Skin a skirt: its halves follow the thighs, with a soft web between them, its top the pelvis."""
        from scipy.sparse import csr_matrix

        bone = self.model.bone
        right = 1 / (1 + np.exp(-points[:, 0] / 0.035))
        top = np.clip((points[:, 2] - hip_height + 0.03) / 0.10, 0, 1)
        weights = np.zeros((len(points), len(self.model.labels)))
        weights[:, bone['upperleg02.R']] = right * (1 - top)
        weights[:, bone['upperleg02.L']] = (1 - right) * (1 - top)
        weights[:, bone['spine05']] = top
        return csr_matrix(weights)
