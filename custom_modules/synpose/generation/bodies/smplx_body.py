"""Bodies from SMPL-X (Pavlakos et al. 2019), for those who hold its license and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel, sample_stature
from synpose.generation.bodies.kinematics import aligning, blend_skinning, forward_kinematics, rotation
from synpose.generation.bodies.smplx_file import find_smplx, load_smplx
from synpose.generation.bodies.smplx_skeleton import (
    BONE_LABELS,
    CARRIERS,
    JOINT_OF_BONE,
    LIMB_JOINTS,
    OFFICIAL_FEET,
    SMPLX_PARENTS,
    bone_parents,
    checked_landmarks,
)
from synpose.generation.bodies.wholebody import Place
from synpose.registry import BODIES

# In the rest pose the arms hang at this angle below the horizontal, the elbows bent forward by this much, rad.
_ARM_DROP, _ELBOW_BEND = 0.84, 0.6
# Where the middle of the hips is at rest, m: regions of the body are told apart by heights above the origin.
_HIPS = np.array([0.0, 0.01, 0.04])
_BETA_LIMIT = 2.0
_ABSENT_PARTS = {'tongue', 'mouth_cavity', 'eye_cavity.L', 'eye_cavity.R'}


@dataclass
class SMPLXShape(Body):
    """A body and what its rest pose was made from.

    Attributes:
        zero_heads: Joints of the bones in SMPL-X's zero pose ``(B, 3)``, m.
        scale: How many times larger than SMPL-X makes it.
    """

    zero_heads: np.ndarray
    scale: float

    @cached_property
    def tree(self) -> Any:
        """Finds the nearest of the rest pose's vertices."""
        from scipy.spatial import cKDTree

        return cKDTree(self.vertices)


@BODIES.register_module()
class SMPLXBody(BodyModel):
    """SMPL-X with its shapes and pose-dependent corrections, at rest in an A-pose with the model's mean hands.

    The shape parameters are drawn from N(0, 1) within +-2, the first one solved for the stature (see :meth:`build`).
    SMPL-X is a model of adults: children are adults at their scale. It knows nothing of ancestry, which is drawn apart
    for skin and hair.

    Args:
        model_path: ``SMPLX_NEUTRAL.npz`` (or ``MALE``, ``FEMALE``) or its folder; pickles are not read.
        gender: Which file: ``'neutral'`` serves both sexes, ``'male'`` and ``'female'`` make people of one.
        num_betas: How many shape parameters to draw: up to 10 from files of version 1.0, 300 from those of 1.1.
        landmarks: Vertices of nose, eyes, ears, toes and finger tips by joint name, for a topology that is not the
            official one; ``chin`` and ``head_top`` are found on the mesh unless given. ``left_small_toe``,
            ``left_heel`` and those of the right are for whole-body labels, and may be left out.

    Raises:
        FileNotFoundError: If the file is not there.
        ValueError: If it is no SMPL-X model, or an argument does not fit it.
    """

    def __init__(
        self,
        model_path: str | Path,
        gender: str = 'neutral',
        num_betas: int = 10,
        landmarks: Mapping[str, int] | None = None,
    ) -> None:
        from scipy.sparse import csr_matrix

        self.gender = gender
        self._data = load_smplx(model_path, gender, num_betas)
        self._landmarks = checked_landmarks(landmarks, len(self._data.template))
        spread = csr_matrix((np.ones(55), (np.arange(55), CARRIERS)), shape=(55, len(BONE_LABELS)))
        super().__init__(BONE_LABELS, bone_parents(), self._data.faces, (self._data.weights @ spread).tocsr())
        # The rest pose is the same rotations for every body.
        self._local_rest = self._rest_pose()
        self._rest, _ = forward_kinematics(np.zeros((len(self.labels), 3)), self.parents, self._local_rest, np.zeros(3))
        self._rest_corrections = self._corrections(self._rest, slice(None))
        self._to_zero = self._inverse_rest(self.weights)

    @classmethod
    def check(cls, **options: Any) -> None:
        """Check a config's options and that the model's file is there; the constructor checks what is in it.

        Raises:
            FileNotFoundError: If the file is not there.
            ValueError: If an option is unknown, missing or wrong, or the file is a pickle.
        """
        super().check(**options)
        find_smplx(Path(options['model_path']), options.get('gender', 'neutral'))

    def _rest_pose(self) -> np.ndarray:
        """Return the rotations ``(B, 3, 3)`` that take the zero pose, a T with flat hands, to the rest pose."""
        heads = dict(zip(BONE_LABELS, (self._data.regressor @ self._data.template)[JOINT_OF_BONE]))
        local = dict(zip(BONE_LABELS, np.tile(np.eye(3), (len(BONE_LABELS), 1, 1))))
        for side, sign in (('L', -1.0), ('R', 1.0)):
            shoulder, elbow, wrist = (heads[f'{name}.{side}'] for name in ('upperarm01', 'lowerarm01', 'wrist'))
            down = np.array([sign * np.cos(_ARM_DROP), 0.0, -np.sin(_ARM_DROP)])
            local[f'upperarm01.{side}'] = aligning(elbow - shoulder, down)
            # The palms of the T face down, so that elbows bend about the vertical.
            ahead = rotation([0, 0, 1], sign * _ELBOW_BEND) @ (elbow - shoulder)
            local[f'lowerarm01.{side}'] = aligning(wrist - elbow, ahead)
        for carrier, vector in zip(CARRIERS[25:], self._data.hands):
            local[BONE_LABELS[carrier]] = rotation(vector, float(np.linalg.norm(vector)))
        return np.stack([local[label] for label in BONE_LABELS])

    def _corrections(self, rotations: np.ndarray, rows: Any) -> np.ndarray:
        """Return the pose-dependent displacements ``(N, 3)`` of some vertices at scale 1, m (the paper's ``B_P``).

        Args:
            rotations: Global rotations from the zero pose ``(B, 3, 3)``.
            rows: The vertices, ``(N,)`` or a slice.
        """
        joints = rotations[CARRIERS]
        relative = joints[list(SMPLX_PARENTS[1:])].transpose(0, 2, 1) @ joints[1:]
        feature = (relative - np.eye(3)).astype(np.float32).ravel()
        # Unlike BLAS, einsum sums in one order on any number of threads.
        return np.einsum('vcf,f->vc', self._data.corrections[rows], feature)

    def sample(self, rng: np.random.Generator, age_range: tuple[float, float]) -> Body:
        """See :meth:`BodyModel.sample`."""
        drawn = 'female' if rng.random() < 0.5 else 'male'
        sex = drawn if self.gender == 'neutral' else self.gender
        years = float(rng.uniform(*age_range))
        betas = np.clip(rng.standard_normal(self._data.shapes.shape[2] - 1), -_BETA_LIMIT, _BETA_LIMIT)
        phenotypes = {f'beta_{k}': float(beta) for k, beta in enumerate(betas, start=2)}
        phenotypes |= dict(zip(('african', 'asian', 'caucasian'), rng.dirichlet([0.5, 0.5, 0.5]).tolist()))
        return self.build(phenotypes, sample_stature(rng, years, sex), sex, years)

    def build(
        self, phenotypes: dict[str, float], stature: float, sex: str = 'female', years: float = 25.0
    ) -> SMPLXShape:
        """Build the body of a given stature (m): ``beta_1`` is solved within +-2 unless given, then the body scaled.

        Args:
            phenotypes: ``beta_1``, ``beta_2``, ... and the races; 0 where left out.
            stature: Standing height, m.
            sex: ``'female'`` or ``'male'``.
            years: Age in years.
        """
        betas = np.array([phenotypes.get(f'beta_{k + 1}', 0.0) for k in range(self._data.shapes.shape[2])])
        if 'beta_1' not in phenotypes:
            low, high = (np.ptp(self._shaped(np.array([end, *betas[1:]]))[:, 2]) for end in (-_BETA_LIMIT, _BETA_LIMIT))
            share = (stature - low) / (high - low) if abs(high - low) > 1e-6 else 0.5
            betas[0] = _BETA_LIMIT * np.clip(2 * share - 1, -1, 1)
        zero = self._shaped(betas)
        zero_heads = (self._data.regressor @ zero)[JOINT_OF_BONE]
        _, heads = forward_kinematics(zero_heads, self.parents, self._local_rest, zero_heads[0])
        vertices = blend_skinning(self.weights, self._rest, zero_heads, heads, zero + self._rest_corrections)
        scale = stature / float(np.ptp(vertices[:, 2]))
        shift = _HIPS - scale * heads[[self.bone['upperleg01.L'], self.bone['upperleg01.R']]].mean(axis=0)
        fullness = self._fullness(zero) / self._fullness(self._data.template)
        races = {name: phenotypes.get(name, 0.0) for name in ('african', 'asian', 'caucasian')}
        return SMPLXShape(
            vertices=scale * vertices + shift,
            heads=scale * heads + shift,
            phenotypes={
                **races,
                'weight': float(np.clip(fullness / 2, 0, 1)),
                **{f'beta_{k}': float(beta) for k, beta in enumerate(betas, start=1)},
            },
            sex=sex,
            years=years,
            zero_heads=scale * zero_heads + shift,
            scale=scale,
        )

    def skin(
        self,
        body: Body,
        rotations: np.ndarray,
        positions: np.ndarray,
        points: np.ndarray,
        rows: np.ndarray | Sequence[int] | slice = slice(None),
        weights: Any = None,
    ) -> np.ndarray:
        """Move rest-pose points with the bones and the corrections of the pose (the paper's equations 1 to 4).

        See :meth:`BodyModel.skin`. Points are taken back to the zero pose by the inverse of
        their own blended transform; those with weights of their own get the nearest vertex' corrections.
        """
        assert isinstance(body, SMPLXShape)
        total = rotations @ self._rest
        if weights is None:
            weights, to_zero, shift = self.weights[rows], self._to_zero[rows], self._corrections(total, rows)
        else:
            _, rows = body.tree.query(points)
            to_zero, shift = self._inverse_rest(weights), self._corrections(total, slice(None))[rows]
        shift -= self._rest_corrections[rows]
        # The rest pose puts a point q at M q + t: blended, t is where it puts the origin.
        offsets = points - blend_skinning(weights, self._rest, body.zero_heads, body.heads, np.zeros_like(points))
        zero = (to_zero @ offsets[..., None])[..., 0] + body.scale * shift
        return blend_skinning(weights, total, body.zero_heads, positions, zero)

    def _inverse_rest(self, weights: Any) -> np.ndarray:
        """Return the inverse rest rotations ``(N, 3, 3)`` blended by weights ``(N, B)``."""
        return np.linalg.inv((weights @ self._rest.reshape(-1, 9)).reshape(-1, 3, 3))

    def face_parts(self, *labels: str) -> np.ndarray:
        """See :meth:`BodyModel.face_parts`: eyes are what follows the eyes' joints."""
        mask = np.zeros(len(self.faces), dtype=bool)
        for label in labels:
            if label in _ABSENT_PARTS:
                continue
            part, _, side = label.partition('.')
            if part not in ('eye_front', 'eye_back') or side not in ('L', 'R'):
                raise ValueError(f'unknown part {label!r} of the face')
            eye = (self.share(f'eye.{side}') > 0.5)[self.faces].all(axis=1)
            ahead = self.template[self.faces, 1].mean(axis=1)
            mask |= eye & ((ahead > ahead[eye].mean()) == (part == 'eye_front'))
        return mask

    def chin_vertex(self) -> int:
        """Return the vertex at the tip of the chin: of those near the midline that follow the jaw, the lowest ahead."""
        if 'chin' in self._landmarks:
            return self._landmarks['chin']
        jaw = np.flatnonzero((self.share('head.jaw') > 0.5) & (np.abs(self.template[:, 0]) < 0.01))
        if not len(jaw):
            raise ValueError("landmarks: no vertex on the midline follows the jaw, so 'chin' must be given")
        return int(jaw[np.argmax(self.template[jaw] @ np.array([0.0, 0.7, -1.0]))])

    def regressors(self) -> tuple[Any, Any]:
        """See :meth:`BodyModel.regressors`: joints where there are any, else landmarks."""
        landmarks = {name: vertex for name, vertex in self._landmarks.items() if name not in OFFICIAL_FEET}
        on_skin = {'head_top': self.top_vertex(), 'chin': self.chin_vertex(), **landmarks}
        return self.joint_maps(on_skin, LIMB_JOINTS)

    def surface_points(self) -> Mapping[str, Place]:
        """See :meth:`BodyModel.surface_points`: small toes and heels.

        Of the face only the chin is a joint of ours: the licensed file of SMPL-X's facial landmarks is not read.
        """
        return {name: [vertex] for name, vertex in self._landmarks.items() if name in OFFICIAL_FEET}

    def _shaped(self, betas: np.ndarray) -> np.ndarray:
        return self._data.template + self._data.shapes @ betas

    def _fullness(self, vertices: np.ndarray) -> float:
        """Return a mesh's volume (divergence theorem) over its cubed height."""
        a, b, c = (vertices[self._data.faces[:, k]] for k in range(3))
        return float((a * np.cross(b, c)).sum() / np.ptp(vertices[:, 2]) ** 3)
