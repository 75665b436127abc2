"""Human bodies from the anny model (Apache-2.0 code, CC0 assets): shapes, skinning, joints.

Everything here is in the frame of :class:`~synpose.generation.primitives.Seat`: x to the person's right, y ahead, z up,
metres; at rest the body stands in an A-pose; posing puts its pelvis (the root bone's joint) at a chosen origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.anny_cache import load_anny
from synpose.generation.kinematics import forward_kinematics
from synpose.skeletons import FINGERS, JOINT_NAMES

# Median statures in metres by age in years (WHO growth reference 2007; adults as at 19).
_STATURE_YEARS = (6, 8, 10, 12, 14, 16, 18)
_STATURES = {'male': (1.16, 1.27, 1.38, 1.49, 1.63, 1.73, 1.76), 'female': (1.15, 1.27, 1.39, 1.51, 1.60, 1.62, 1.63)}
_STATURE_SPREAD = 0.04
# anny's age phenotype is piecewise linear between baby, child, young adult and old age.
_AGE_YEARS, _AGE_VALUES = (1, 11, 25, 90), (0, 1 / 3, 2 / 3, 1)

_BONE_JOINTS = {'neck': 'neck01', 'chest': 'spine01', 'spine': 'spine03', 'pelvis': 'root'}
_COCO_PARTS = ('eye', 'ear', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle')


@dataclass
class Body:
    """One person's unposed body.

    Attributes:
        vertices: Rest pose ``(V, 3)``, m.
        heads: Joints of the bones at rest ``(B, 3)``, m.
        phenotypes: anny's shape parameters, each in [0, 1].
        sex: ``'female'`` or ``'male'``.
        years: Age in years.
    """

    vertices: np.ndarray
    heads: np.ndarray
    phenotypes: dict[str, float]
    sex: str
    years: float

    @property
    def stature(self) -> float:
        """Standing height, m."""
        return float(np.ptp(self.vertices[:, 2]))


class BodyModel:
    """anny as arrays: samples bodies, skins them and reads the 59 joints.

    Attributes:
        labels: Names of the ``B`` bones.
        parents: Index of each bone's parent; -1 at the root.
        template: Vertices of the mean body at rest ``(V, 3)``, m; body parts are told apart on it.
        template_heads: Joints of its bones ``(B, 3)``, m.
        faces: Triangles ``(F, 3)``.
        weights: Sparse skinning weights ``(V, B)``; rows sum to 1.
    """

    def __init__(self) -> None:
        import torch
        from scipy.sparse import csr_matrix

        self._torch = torch
        self._anny = load_anny().eval()
        self.labels: list[str] = list(self._anny.bone_labels)
        self.parents: list[int] = list(self._anny.bone_parents)
        self.bone = {label: i for i, label in enumerate(self.labels)}
        self.faces = self._anny.faces.numpy().astype(np.int32)
        mean = self.build({}, stature=1.63)
        self.template, self.template_heads = mean.vertices, mean.heads
        indices, weights = self._anny.vertex_bone_indices.numpy(), self._anny.vertex_bone_weights.numpy()
        rows = np.repeat(np.arange(len(indices)), indices.shape[1])
        shape = (len(indices), len(self.labels))
        self.weights = csr_matrix((weights.ravel(), (rows, indices.ravel())), shape=shape)
        self.weights.eliminate_zeros()
        self._from_vertices, self._from_heads = self._joint_regressors()

    @staticmethod
    def _to_frame(points: np.ndarray) -> np.ndarray:
        return points * np.array([-1.0, -1.0, 1.0])  # anny's bodies face -y

    def bones(self, *prefixes: str) -> list[int]:
        """Return the indices of the bones whose name starts with one of ``prefixes``."""
        return [i for i, label in enumerate(self.labels) if label.startswith(prefixes)]

    def share(self, *prefixes: str) -> np.ndarray:
        """Return how much of each vertex's skinning weight ``(V,)`` belongs to bones with these prefixes."""
        return np.asarray(self.weights[:, self.bones(*prefixes)].sum(axis=1)).ravel()

    def face_parts(self, *labels: str) -> np.ndarray:
        """Return the mask ``(F,)`` of the faces in anny's segmentation classes, e.g. ``'eye_front.L'``."""
        from anny.face_segmentation import get_face_segmentation_mask

        return get_face_segmentation_mask(self._anny, labels).numpy()

    def _tip(self, bone: str) -> int:
        vertices = np.flatnonzero(self.share(bone) > 0.5)
        head, parent = self.bone[bone], self.parents[self.bone[bone]]
        along = self.template_heads[head] - self.template_heads[parent]
        return int(vertices[np.argmax(self.template[vertices] @ along)])

    def _joint_regressors(self) -> tuple[Any, Any]:
        """Build the sparse maps from vertices ``(59, V)`` and from bones' joints ``(59, B)`` to the joints."""
        import anny
        from scipy.sparse import lil_matrix

        coco = anny.KeypointsRegressor.coco(self._anny)
        measured = dict(zip(coco.labels, coco.regression_weights.numpy()))
        vertices = lil_matrix((len(JOINT_NAMES), len(self.template)))
        heads = lil_matrix((len(JOINT_NAMES), len(self.labels)))
        row = {name: i for i, name in enumerate(JOINT_NAMES)}
        vertices[row['nose']] = measured['nose']
        vertices[row['head_top'], int(np.argmax(self.template[:, 2]))] = 1
        vertices[row['chin'], self.chin_vertex()] = 1
        for name, bone in _BONE_JOINTS.items():
            heads[row[name], self.bone[bone]] = 1
        for side, suffix in (('left', 'L'), ('right', 'R')):
            for part in _COCO_PARTS:
                vertices[row[f'{side}_{part}']] = measured[f'{side}_{part}']
            vertices[row[f'{side}_toe']] = measured[f'{side}_big_toe']
            heads[row[f'{side}_clavicle'], self.bone[f'clavicle.{suffix}']] = 1
            for number, finger in enumerate(FINGERS, start=1):
                # The thumb's first bone lies in the palm: its knuckle is where the second one starts.
                bones = (2, 3) if finger == 'thumb' else (1, 2)
                for joint, bone_number in zip('12', bones):
                    heads[row[f'{side}_{finger}_{joint}'], self.bone[f'finger{number}-{bone_number}.{suffix}']] = 1
                vertices[row[f'{side}_{finger}_tip'], self._tip(f'finger{number}-3.{suffix}')] = 1
            heads[row[f'{side}_palm'], self.bone[f'wrist.{suffix}']] = 0.5
            for number in (2, 3, 4, 5):
                heads[row[f'{side}_palm'], self.bone[f'finger{number}-1.{suffix}']] = 0.125
        return vertices.tocsr(), heads.tocsr()

    def chin_vertex(self) -> int:
        """Return the vertex at the tip of the chin: on the midline, the one furthest down and ahead."""
        near = (self.share('head') > 0.5) & (np.abs(self.template[:, 0]) < 0.004)
        near &= np.isin(np.arange(len(self.template)), self.faces[self.face_parts('head')])
        candidates = np.flatnonzero(near)
        return int(candidates[np.argmax(self.template[candidates] @ np.array([0.0, 0.7, -1.0]))])

    def sample(self, rng: np.random.Generator, age_range: tuple[float, float]) -> Body:
        """Draw a body: sex, age, stature (WHO medians, 4 % spread), weight, muscle, proportions, face.

        Args:
            rng: Source of all randomness.
            age_range: Youngest and oldest age, years.
        """
        sex = 'female' if rng.random() < 0.5 else 'male'
        years = float(rng.uniform(*age_range))
        phenotypes = {
            'gender': rng.uniform(0.8, 1.0) if sex == 'female' else rng.uniform(0.0, 0.2),
            'age': float(np.interp(years, _AGE_YEARS, _AGE_VALUES)),
            'muscle': rng.uniform(0.3, 0.7),
            'weight': float(np.clip(rng.normal(0.48, 0.14), 0.15, 0.85)),
            'proportions': rng.uniform(0.2, 0.8),
            'cupsize': rng.uniform(0.2, 0.6),
            'firmness': rng.uniform(0.4, 0.8),
            **dict(zip(('african', 'asian', 'caucasian'), rng.dirichlet([0.5, 0.5, 0.5]))),
        }
        stature = np.interp(years, _STATURE_YEARS, _STATURES[sex]) * (1 + _STATURE_SPREAD * rng.standard_normal())
        return self.build(phenotypes, float(stature), sex, years)

    def build(self, phenotypes: dict[str, float], stature: float, sex: str = 'female', years: float = 25.0) -> Body:
        """Build the body of a given stature (m), as near as the model's range of heights allows.

        The mesh is linear in the ``height`` phenotype, so the bodies at its two ends give the one in between.
        """
        torch = self._torch
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # sums over blend shapes then run in one order, whatever the machine
        try:
            ends = {**phenotypes, 'height': torch.tensor([0.0, 1.0], dtype=torch.float64)}
            with torch.no_grad():
                output = self._anny.get_rest_model(self._anny.get_phenotype_blendshape_coefficients(**ends))
        finally:
            torch.set_num_threads(threads)
        vertices = output['rest_vertices'].numpy()
        low, high = np.ptp(vertices[..., 2], axis=1)
        height = float(np.clip((stature - low) / (high - low), 0.0, 1.0))
        mix = np.array([1 - height, height])[:, None, None]
        return Body(
            vertices=self._to_frame((mix * vertices).sum(axis=0)),
            heads=self._to_frame((mix * output['rest_bone_heads'].numpy()).sum(axis=0)),
            phenotypes={key: float(value) for key, value in {**phenotypes, 'height': height}.items()},
            sex=sex,
            years=years,
        )

    def pose(self, body: Body, local: np.ndarray, origin: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the global rotations ``(B, 3, 3)`` and joints ``(B, 3)`` of a body, see ``forward_kinematics``."""
        return forward_kinematics(body.heads, self.parents, local, np.zeros(3) if origin is None else origin)

    def skin(
        self,
        body: Body,
        rotations: np.ndarray,
        positions: np.ndarray,
        points: np.ndarray,
        rows: np.ndarray | Sequence[int] | slice = slice(None),
        weights: Any = None,
    ) -> np.ndarray:
        """Move rest-pose points with the bones (linear blend skinning).

        Args:
            body: The body the bones belong to.
            rotations: ``(B, 3, 3)`` from :meth:`pose`.
            positions: ``(B, 3)`` from :meth:`pose`.
            points: Rest-pose points ``(N, 3)``, m.
            rows: The body vertices whose weights the points have, ``(N,)``; all of them by default.
            weights: Weights of the points' own, sparse ``(N, B)``, instead of ``rows``.

        Returns:
            ``(N, 3)``, m.
        """
        shifts = positions - (rotations @ body.heads[..., None])[..., 0]
        transforms = np.concatenate([rotations, shifts[..., None]], axis=-1).reshape(len(rotations), 12)
        weights = self.weights[rows] if weights is None else weights
        blended = (weights @ transforms).reshape(-1, 3, 4)
        return (blended[..., :3] * points[:, None, :]).sum(axis=-1) + blended[..., 3]

    def joints(self, vertices: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """Return the 59 joints ``(59, 3)`` from posed vertices ``(V, 3)`` and posed bone joints ``(B, 3)``, m."""
        return self._from_vertices @ vertices + self._from_heads @ positions
