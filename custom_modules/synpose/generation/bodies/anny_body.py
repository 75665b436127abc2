"""Bodies from the anny model (Apache-2.0 code, CC0 assets)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from synpose.generation.bodies.anny_cache import load_anny
from synpose.generation.bodies.anny_face import FACE_VERTICES, NUM_VERTICES
from synpose.generation.bodies.body_model import Body, BodyModel, sample_stature
from synpose.generation.bodies.wholebody import Place
from synpose.registry import BODIES
from synpose.skeletons import FINGERS

# anny's age phenotype is piecewise linear between baby, child, young adult and old age.
_AGE_YEARS, _AGE_VALUES = (1, 11, 25, 90), (0, 1 / 3, 2 / 3, 1)
# No one's highest or lowest vertex is further than this from the mean body's ends, m.
_END = 0.02
_COCO_PARTS = ('eye', 'ear', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle')


@BODIES.register_module()
class AnnyBody(BodyModel):
    """The anny body model: free for every use, children to old age, 104 bones with fingers and toes.

    Phenotypes are anny's, each in [0, 1]: ``gender`` (0 male, 1 female), ``age``, ``muscle``, ``weight``, ``height``,
    ``proportions``, ``cupsize``, ``firmness``, ``african``, ``asian``, ``caucasian``.

    Raises:
        ImportError: If anny is not installed (``pip install synpose[generate]``).
    """

    def __init__(self) -> None:
        import torch
        from scipy.sparse import csr_matrix

        self._torch = torch
        self._anny = load_anny().eval()
        indices, values = self._anny.vertex_bone_indices.numpy(), self._anny.vertex_bone_weights.numpy()
        rows = np.repeat(np.arange(len(indices)), indices.shape[1])
        labels = list(self._anny.bone_labels)
        weights = csr_matrix((values.ravel(), (rows, indices.ravel())), shape=(len(indices), len(labels)))
        weights.eliminate_zeros()
        super().__init__(labels, self._anny.bone_parents, self._anny.faces.numpy(), weights)
        self._ends = self._end_heights()
        # Building a body costs what reading these costs; in single precision it is off by some 1e-7 m.
        self._anny.blendshapes = self._anny.blendshapes.float()

    @contextmanager
    def _one_thread(self) -> Iterator[None]:
        """Let sums over blend shapes run in one order, whatever the machine."""
        threads = self._torch.get_num_threads()
        self._torch.set_num_threads(1)
        try:
            with self._torch.no_grad():
                yield
        finally:
            self._torch.set_num_threads(threads)

    def _end_heights(self) -> tuple[Any, Any]:
        """Return heights ``(K,)`` and their blend shapes ``(N, K)`` of the vertices that may be the ends of a body."""
        with self._one_thread():
            mean = self._anny.get_phenotype_blendshape_coefficients()
            heights = self._anny.get_rest_vertices(mean)[0, :, 2]
        ends = (heights > heights.max() - _END) | (heights < heights.min() + _END)
        return self._anny.template_vertices[ends, 2], self._anny.blendshapes[:, ends, 2]

    @staticmethod
    def _to_frame(points: np.ndarray) -> np.ndarray:
        return points * np.array([-1.0, -1.0, 1.0])  # anny's bodies face -y

    def face_parts(self, *labels: str) -> np.ndarray:
        """Return the mask ``(F,)`` of the faces in anny's segmentation classes, e.g. ``'eye_front.L'``."""
        from anny.face_segmentation import get_face_segmentation_mask

        return get_face_segmentation_mask(self._anny, labels).numpy()

    def chin_vertex(self) -> int:
        """Return the vertex at the tip of the chin: on the midline, the one furthest down and ahead."""
        near = (self.share('head') > 0.5) & (np.abs(self.template[:, 0]) < 0.004)
        near &= np.isin(np.arange(len(self.template)), self.faces[self.face_parts('head')])
        candidates = np.flatnonzero(near)
        return int(candidates[np.argmax(self.template[candidates] @ np.array([0.0, 0.7, -1.0]))])

    def _tip(self, bone: str) -> int:
        vertices = np.flatnonzero(self.share(bone) > 0.5)
        head, parent = self.bone[bone], self.parents[self.bone[bone]]
        along = self.template_heads[head] - self.template_heads[parent]
        return int(vertices[np.argmax(self.template[vertices] @ along)])

    def _measured(self) -> dict[str, np.ndarray]:
        """Return the weights ``(V,)`` of anny's own regressors of COCO's joints and feet, by name."""
        import anny

        coco = anny.KeypointsRegressor.coco(self._anny)
        return dict(zip(coco.labels, coco.regression_weights.numpy()))

    def regressors(self) -> tuple[Any, Any]:
        """See :meth:`BodyModel.regressors`; COCO's joints are anny's own regressors'."""
        measured = self._measured()
        on_skin: dict[str, int | np.ndarray] = {
            'nose': measured['nose'],
            'head_top': int(np.argmax(self.template[:, 2])),
            'chin': self.chin_vertex(),
        }
        for side, suffix in (('left', 'L'), ('right', 'R')):
            on_skin |= {f'{side}_{part}': measured[f'{side}_{part}'] for part in _COCO_PARTS}
            on_skin[f'{side}_toe'] = measured[f'{side}_big_toe']
            for number, finger in enumerate(FINGERS, start=1):
                on_skin[f'{side}_{finger}_tip'] = self._tip(f'finger{number}-3.{suffix}')
        return self.joint_maps(on_skin, {})

    def surface_points(self) -> Mapping[str, Place]:
        """See :meth:`BodyModel.surface_points`: the 68 points of the face; small toes and heels by anny's regressors.

        Raises:
            ValueError: If anny's mesh is not the one that the face's points were chosen on.
        """
        if len(self.template) != NUM_VERTICES:
            raise ValueError(
                f"anny's mesh has {len(self.template)} vertices, but the face's points were chosen on {NUM_VERTICES}"
            )
        measured = self._measured()
        feet = (f'{side}_{point}' for side in ('left', 'right') for point in ('small_toe', 'heel'))
        return {
            **{name: measured[name] for name in feet},
            **{f'face-{number}': vertices for number, vertices in enumerate(FACE_VERTICES)},
        }

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
        return self.build(phenotypes, sample_stature(rng, years, sex), sex, years)

    def build(self, phenotypes: dict[str, float], stature: float, sex: str = 'female', years: float = 25.0) -> Body:
        """Build the body of a given stature (m), as near as the model's range of heights allows.

        The mesh is linear in the ``height`` phenotype, so the blend shapes of its two ends give those in between.
        """
        ends = {**phenotypes, 'height': self._torch.tensor([0.0, 1.0], dtype=self._torch.float64)}
        with self._one_thread():
            coefficients = self._anny.get_phenotype_blendshape_coefficients(**ends)
            low, high = np.ptp((self._ends[0] + coefficients @ self._ends[1]).numpy(), axis=1)
            height = float(np.clip((stature - low) / (high - low), 0.0, 1.0))
            mixed = (1 - height) * coefficients[0] + height * coefficients[1]
            vertices = self._anny.template_vertices + (mixed.float() @ self._anny.blendshapes.flatten(1)).reshape(-1, 3)
            heads = self._torch.einsum('n,nbi->bi', mixed, self._anny.bone_heads_blendshapes)
        return Body(
            vertices=self._to_frame(vertices.numpy()),
            heads=self._to_frame((self._anny.template_bone_heads + heads).numpy()),
            phenotypes={key: float(value) for key, value in {**phenotypes, 'height': height}.items()},
            sex=sex,
            years=years,
        )
