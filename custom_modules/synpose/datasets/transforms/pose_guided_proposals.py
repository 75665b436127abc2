"""Boxes as a detector would have given them."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmpose.registry import TRANSFORMS

from synpose.skeletons import COCO17_NAMES

from ..proposals import FittedProposals, align_poses, nearest_poses
from ..proposals.atomic_poses import torso_joints

CROP_ABOVE = 0.85
"""AlphaPose's: drawn from [0, 1), a number above it is the scale of a random crop."""
SHIFT_MEANS = (-0.0142, 0.0043, 0.0154, -0.0013)
"""AlphaPose's means of the shifts of the left, top, right and bottom side, fractions of the box's width or height."""
SHIFT_SDS = (0.1158, 0.068, 0.1337, 0.0711)
"""Their standard deviations."""


@TRANSFORMS.register_module()
class PoseGuidedProposals(BaseTransform):
    """Replace people's boxes by such as a detector finds, so that a top-down model learns to live with them.

    The pose-guided proposals generator of Fang et al., "RMPE: Regional Multi-person Pose Estimation" (ICCV 2017),
    section 3.3. With a file that ``tools/fit_proposals.py`` fitted, a person's atomic pose is looked up, and the shifts
    of the four sides are drawn from its mixture of Gaussians; if a shoulder or hip is not labeled, an atomic pose is
    drawn by its share of the people. Without a file it does what AlphaPose publishes: with u uniform in [0, 1), a
    random crop of scale u inside the box if u > 0.85, else a Gaussian shift of each side.

    Boxes are clipped to the image; one that would have a side under ``min_side`` stays as it was. Put it between
    ``LoadImage`` and ``GetBBoxCenterScale``.

    Required keys: ``img`` or ``img_shape``; ``bbox`` ``(N, 4)`` x1, y1, x2, y2, px; with a file also ``keypoints``
    ``(N, K, 2)`` and ``keypoints_visible`` ``(N, K)``.

    Modified keys: ``bbox``, a new array.

    Args:
        fitted: File of fitted proposals. One of COCO's 17 joints also serves samples of 133, whose first they are.
        prob: How often boxes are replaced.
        min_side: px.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is broken, an argument is out of range, or a sample has another number of joints.
    """

    def __init__(self, fitted: str | None = None, prob: float = 1.0, min_side: float = 2.0) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f'prob must lie in [0, 1], but is {prob}')
        self.fitted, self.prob, self.min_side = fitted, prob, min_side
        self.proposals = None if fitted is None else FittedProposals.read(fitted)
        if self.proposals is not None:
            self._torso = torso_joints(self.proposals.joints)
            self._atomic = np.stack([atom.pose for atom in self.proposals.atomic_poses])
            counts = np.array([max(atom.count, 1) for atom in self.proposals.atomic_poses], float)
            self._shares = counts / counts.sum()

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Change ``bbox``."""
        boxes = np.asarray(results['bbox'], np.float32)
        shifts = self._draw(self._atoms(results, len(boxes)))
        height, width = results['img'].shape[:2] if 'img' in results else results['img_shape'][:2]
        sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        moved = np.clip(boxes + shifts * sides, 0, np.array([width - 1, height - 1] * 2)).astype(np.float32)
        good = (moved[:, 2:] - moved[:, :2] >= self.min_side).all(axis=1)
        results['bbox'] = np.where(good[:, None], moved, boxes)
        return results

    def _atoms(self, results: dict[str, Any], count: int) -> tuple[int, ...]:
        """Return each person's atomic pose; -1 where it is not known."""
        if self.proposals is None:
            return (-1,) * count
        names, joints = self.proposals.joints, results['keypoints'].shape[1]
        if joints != len(names) and not (joints == 133 and names == COCO17_NAMES):
            raise ValueError(f'{self.fitted}: fitted on {len(names)} joints a person, but the sample has {joints}')
        visible = np.asarray(results['keypoints_visible'])
        visible = visible[..., 0] if visible.ndim == 3 else visible
        used = slice(len(names))
        aligned = align_poses(results['keypoints'][:, used].astype(float), visible[:, used] > 0, self._torso)
        return tuple(nearest_poses(aligned, self._atomic).tolist())

    @cache_randomness
    def _draw(self, atoms: tuple[int, ...]) -> np.ndarray:
        """Return the shift of each side of each person's box, ``(N, 4)``, fractions of the box."""
        return np.array([self._draw_one(atom) for atom in atoms]).reshape(-1, 4)

    def _draw_one(self, atom: int) -> np.ndarray:
        random = np.random  # the state that MMPose's transforms draw from
        if random.random() >= self.prob:
            return np.zeros(4)
        if self.proposals is None:
            scale = random.random()
            if scale > CROP_ABOVE:
                low = random.random(2) * (1 - scale)
                return np.concatenate([low, low + scale - 1])
            return random.normal(SHIFT_MEANS, SHIFT_SDS)
        if atom < 0:
            atom = int(random.choice(len(self._shares), p=self._shares))
        mixture = self.proposals.atomic_poses[atom].offsets
        part = random.choice(len(mixture.weights), p=mixture.weights / mixture.weights.sum())
        return random.multivariate_normal(mixture.means[part], mixture.covariances[part])

    def __repr__(self) -> str:
        return f'{type(self).__name__}(fitted={self.fitted!r}, prob={self.prob}, min_side={self.min_side})'
