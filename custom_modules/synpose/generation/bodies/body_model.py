"""What posers and tailors know of a human body model: its shapes, skinning and joints.

Everything here is in the frame of :class:`~synpose.generation.primitives.Seat`: x to the person's right, y ahead, z up,
metres; at rest the body stands in an A-pose; posing puts its pelvis (the root bone's joint) at a chosen origin.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Any

import numpy as np

from synpose.generation.bodies.kinematics import blend_skinning, forward_kinematics
from synpose.generation.bodies.wholebody import Place, wholebody_maps
from synpose.skeletons import FINGERS, JOINT_NAMES, JOINT_ROW

# Median statures in metres by age in years (WHO growth reference 2007; adults as at 19).
_STATURE_YEARS = (6, 8, 10, 12, 14, 16, 18)
_STATURES = {'male': (1.16, 1.27, 1.38, 1.49, 1.63, 1.73, 1.76), 'female': (1.15, 1.27, 1.39, 1.51, 1.60, 1.62, 1.63)}
_STATURE_SPREAD = 0.04
_MEAN_STATURE = 1.63

_BONE_JOINTS = {'neck': 'neck01', 'chest': 'spine01', 'spine': 'spine03', 'pelvis': 'root'}


@dataclass
class Body:
    """One person's unposed body.

    Attributes:
        vertices: Rest pose ``(V, 3)``, m.
        heads: Joints of the bones at rest ``(B, 3)``, m.
        phenotypes: The model's shape parameters by name. Every model has ``african``, ``asian``, ``caucasian`` (looks
            follow them) and ``weight``, all in [0, 1].
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


class BodyModel(ABC):
    """A human body model as arrays: samples bodies, skins them and reads the 59 joints.

    A subclass loads its own data, names its bones as the posers do (``root``, ``spine05`` up to ``spine01``,
    ``neck01`` to ``neck03``, ``head``, ``clavicle.L``, ``upperarm01.L``, ``finger1-1.L``, ``upperleg01.L``, ...) and
    builds bodies; the rest is common.

    Args:
        labels: Names of the ``B`` bones, ``root`` first.
        parents: Index of each bone's parent, smaller than its own; -1 at the root.
        faces: Triangles ``(F, 3)``.
        weights: Sparse skinning weights ``(V, B)``; rows sum to 1.

    Attributes:
        labels: See above; ``parents``, ``faces`` and ``weights`` likewise.
        bone: Index of each bone by name.
    """

    def __init__(self, labels: Sequence[str], parents: Sequence[int], faces: np.ndarray, weights: Any) -> None:
        self.labels, self.parents = list(labels), list(parents)
        self.bone = {label: i for i, label in enumerate(self.labels)}
        self.faces = faces.astype(np.int32)
        self.weights = weights

    @classmethod
    def check(cls, **options: Any) -> None:
        """Check a config's options before any work is done, without loading the model.

        Args:
            options: Arguments of the constructor.

        Raises:
            ValueError: If one is unknown, missing or wrong.
            FileNotFoundError: If one names a file that does not exist.
        """
        try:
            signature(cls).bind(**options)
        except TypeError as error:
            raise ValueError(f'body: {cls.__name__}: {error}') from None

    @cached_property
    def _mean(self) -> Body:
        return self.build({}, stature=_MEAN_STATURE)

    @cached_property
    def _maps(self) -> tuple[Any, Any]:
        return self.regressors()

    @cached_property
    def _wholebody_maps(self) -> tuple[Any, Any, np.ndarray]:
        return wholebody_maps(self._maps, self.bone, self.surface_points())

    @property
    def template(self) -> np.ndarray:
        """Vertices of the mean body at rest ``(V, 3)``, m; body parts are told apart on it."""
        return self._mean.vertices

    @property
    def template_heads(self) -> np.ndarray:
        """Joints of the mean body's bones at rest ``(B, 3)``, m."""
        return self._mean.heads

    @abstractmethod
    def sample(self, rng: np.random.Generator, age_range: tuple[float, float]) -> Body:
        """Draw a body of a sex, age, stature (:func:`sample_stature`) and shape.

        Args:
            rng: Source of all randomness.
            age_range: Youngest and oldest age, years.
        """

    @abstractmethod
    def build(self, phenotypes: dict[str, float], stature: float, sex: str = 'female', years: float = 25.0) -> Body:
        """Build a body from shape parameters (the mean's where left out) and a stature, m."""

    @abstractmethod
    def face_parts(self, *labels: str) -> np.ndarray:
        """Return the mask ``(F,)`` of the faces of these parts.

        The parts are ``eye_front``, ``eye_back`` and ``eye_cavity``, each with ``.L`` or ``.R``, ``tongue`` and
        ``mouth_cavity``; a model that lacks one has no faces in it.
        """

    @abstractmethod
    def chin_vertex(self) -> int:
        """Return the vertex at the tip of the chin."""

    @abstractmethod
    def regressors(self) -> tuple[Any, Any]:
        """Return the sparse maps from vertices ``(59, V)`` and from bones' joints ``(59, B)`` to the joints."""

    def surface_points(self) -> Mapping[str, Place]:
        """Return where on the skin COCO-WholeBody's points lie that are no joints of ours, by name; none by default."""
        return {}

    def bones(self, *prefixes: str) -> list[int]:
        """Return the indices of the bones whose name starts with one of ``prefixes``."""
        return [i for i, label in enumerate(self.labels) if label.startswith(prefixes)]

    def share(self, *prefixes: str) -> np.ndarray:
        """Return how much of each vertex's skinning weight ``(V,)`` belongs to bones with these prefixes."""
        return np.asarray(self.weights[:, self.bones(*prefixes)].sum(axis=1)).ravel()

    def top_vertex(self) -> int:
        """Return the highest vertex of the mean body: the top of its head."""
        return int(np.argmax(self.template[:, 2]))

    def joint_maps(self, on_skin: Mapping[str, int | np.ndarray], on_bones: Mapping[str, str]) -> tuple[Any, Any]:
        """Build the maps of :meth:`regressors`; trunk, clavicles, knuckles and palms follow the bones in every model.

        Args:
            on_skin: The vertex, or weights over all vertices ``(V,)``, of each joint that is read off the surface.
            on_bones: The bone whose joint each other joint is, where models differ.
        """
        from scipy.sparse import lil_matrix

        vertices = lil_matrix((len(JOINT_NAMES), len(self.template)))
        heads = lil_matrix((len(JOINT_NAMES), len(self.labels)))
        for name, place in on_skin.items():
            if isinstance(place, np.ndarray):
                vertices[JOINT_ROW[name]] = place
            else:
                vertices[JOINT_ROW[name], place] = 1
        for name, bone in {**_BONE_JOINTS, **on_bones}.items():
            heads[JOINT_ROW[name], self.bone[bone]] = 1
        for side, suffix in (('left', 'L'), ('right', 'R')):
            heads[JOINT_ROW[f'{side}_clavicle'], self.bone[f'clavicle.{suffix}']] = 1
            for number, finger in enumerate(FINGERS, start=1):
                # The thumb's first bone lies in the palm: its knuckle is where the second one starts.
                bones = (2, 3) if finger == 'thumb' else (1, 2)
                for joint, bone_number in zip('12', bones):
                    heads[
                        JOINT_ROW[f'{side}_{finger}_{joint}'], self.bone[f'finger{number}-{bone_number}.{suffix}']
                    ] = 1
            heads[JOINT_ROW[f'{side}_palm'], self.bone[f'wrist.{suffix}']] = 0.5
            for number in (2, 3, 4, 5):
                heads[JOINT_ROW[f'{side}_palm'], self.bone[f'finger{number}-1.{suffix}']] = 0.125
        return vertices.tocsr(), heads.tocsr()

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
        weights = self.weights[rows] if weights is None else weights
        return blend_skinning(weights, rotations, body.heads, positions, points)

    def joints(self, vertices: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """Return the 59 joints ``(59, 3)`` from posed vertices ``(V, 3)`` and posed bone joints ``(B, 3)``, m."""
        from_vertices, from_heads = self._maps
        return from_vertices @ vertices + from_heads @ positions

    def wholebody(self, vertices: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """Return COCO-WholeBody's points of feet, face and hands ``(116, 3)``, m; NaN where the model lacks one.

        Args:
            vertices: Posed vertices ``(V, 3)``, m.
            positions: Posed bone joints ``(B, 3)``, m.
        """
        from_vertices, from_heads, defined = self._wholebody_maps
        points = from_vertices @ vertices + from_heads @ positions
        return np.where(defined[:, None], points, np.nan)


def sample_stature(rng: np.random.Generator, years: float, sex: str) -> float:
    """Draw a standing height, m: the WHO median for the age (years) and sex, with a spread of 4 %."""
    median = np.interp(years, _STATURE_YEARS, _STATURES[sex])
    return float(median * (1 + _STATURE_SPREAD * rng.standard_normal()))
