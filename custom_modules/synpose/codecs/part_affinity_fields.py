"""Joint heatmaps and part affinity fields, the codec of OpenPose."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmpose.codecs.base import BaseKeypointCodec
from mmpose.registry import KEYPOINT_CODECS
from torch import Tensor

from synpose.codecs.limbs import Limbs
from synpose.codecs.part_affinity_grouping import Peaks, assemble_people, find_peaks, match_greedily, score_limbs
from synpose.codecs.part_affinity_maps import joint_heatmaps, limb_fields


@KEYPOINT_CODECS.register_module()
class PartAffinityFields(BaseKeypointCodec):
    """Encode all people of an image as joint heatmaps and part affinity fields, and group peaks to people again.

    Cao et al., "Realtime Multi-Person 2D Pose Estimation using Part Affinity Fields" (CVPR 2017); defaults are those of
    the authors' code, in cells of 8 px. A joint is drawn if it is labeled, seen or occluded alike, as MMPose's datasets
    say by ``keypoints_visible``; a limb if both its joints are.

    Pixels and cells have their centers at whole numbers: cell i of a stride s lies at ``(i + 1/2) s - 1/2`` px.
    Mirrored keypoints give mirrored maps exactly, so flip tests need no shift.

    Unlike the authors, who enlarge and smooth the maps before they look for peaks, peaks are refined to fractions of a
    cell. People are scored by the sum of their joint and limb scores, as by the authors, over the number of joints and
    limbs there could be: 1 is the most that true maps give. A joint that is not found has score 0 and lies in the mean
    of those that are, so that boxes of joints stay what they are. nan in a map counts as 0, infinities as the largest
    number.

    Encoded: ``heatmaps`` ``(K + 1, H, W)`` with the background last, ``part_affinity_fields`` ``(2 * C, H, W)``, x
    before y. Also packed where a transform makes them: ``heatmap_mask`` ``(H, W)``, ``heatmap_weights`` and
    ``part_affinity_weights``, of the shapes of the maps.

    Args:
        input_size: Width and height of the input, px. Maps of other inputs are decoded at the same stride.
        heatmap_size: Width W and height H of its maps, cells.
        skeleton: Name of one of MMPose's skeletons, as ``'mpii'``, or a dict of that form, see :class:`Limbs`.
        limbs: C pairs of joint names; the skeleton's links by default.
        sigma: Standard deviation of a joint's Gaussian, cells; the authors have 7 px at a stride of 8.
        limb_width: How far a limb reaches from its middle line to either side, cells.
        decode_keypoint_thr: Least value of a joint's peak.
        decode_limb_thr: What the field must exceed along a limb.
        decode_limb_ratio: At more than this share of the places looked at.
        decode_limb_samples: How many these are.
        decode_min_keypoints: Least number of joints of a person.
        decode_min_score: Least sum of a person's joint and limb scores, divided by the number of joints found.
        decode_topk: Most peaks of a joint that take part.

    Raises:
        ValueError: If the limbs do not fit the skeleton; on keypoints or maps, if they are not of K joints or C limbs.
    """

    field_mapping_table = {
        name: name
        for name in ('heatmaps', 'part_affinity_fields', 'heatmap_mask', 'heatmap_weights', 'part_affinity_weights')
    }

    def __init__(
        self,
        input_size: tuple[int, int],
        heatmap_size: tuple[int, int],
        skeleton: str | Mapping[str, Any],
        limbs: Sequence[Sequence[str]] | None = None,
        sigma: float = 0.875,
        limb_width: float = 1.0,
        decode_keypoint_thr: float = 0.1,
        decode_limb_thr: float = 0.05,
        decode_limb_ratio: float = 0.8,
        decode_limb_samples: int = 10,
        decode_min_keypoints: int = 4,
        decode_min_score: float = 0.4,
        decode_topk: int = 300,
    ) -> None:
        super().__init__()
        self.input_size, self.heatmap_size = input_size, heatmap_size
        self.scale_factor = (np.array(input_size) / heatmap_size).astype(np.float32)
        self.limbs = Limbs(skeleton, limbs)
        self.sigma, self.limb_width = sigma, limb_width
        self.decode_keypoint_thr, self.decode_topk = decode_keypoint_thr, decode_topk
        self.decode_limb_thr, self.decode_limb_ratio = decode_limb_thr, decode_limb_ratio
        self.decode_limb_samples = decode_limb_samples
        self.decode_min_keypoints, self.decode_min_score = decode_min_keypoints, decode_min_score

    @property
    def num_keypoints(self) -> int:
        """K."""
        return len(self.limbs.joint_names)

    @property
    def num_limbs(self) -> int:
        """C."""
        return len(self.limbs)

    def encode(self, keypoints: np.ndarray, keypoints_visible: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Encode the joints of N people.

        Args:
            keypoints: ``(N, K, 2)``, px of the input.
            keypoints_visible: ``(N, K)``, joints below .5 are not drawn; all are by default.

        Returns:
            ``heatmaps`` and ``part_affinity_fields``, float32.
        """
        if keypoints.shape[1] != self.num_keypoints:
            raise ValueError(
                f'{type(self).__name__}: keypoints have {keypoints.shape[1]} joints, but the skeleton has '
                f'{self.num_keypoints}'
            )
        if keypoints_visible is None:
            keypoints_visible = np.ones(keypoints.shape[:2], np.float32)
        cells = (keypoints[..., :2] + 0.5) / self.scale_factor - 0.5
        shown = self.heatmap_size, cells, keypoints_visible
        return {
            'heatmaps': joint_heatmaps(*shown, self.sigma),
            'part_affinity_fields': limb_fields(*shown, self.limbs.pairs, self.limb_width),
        }

    def decode(self, heatmaps: Any, part_affinity_fields: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Decode the people of one image; see :meth:`batch_decode`.

        Args:
            heatmaps: ``(K, H, W)``, or ``(K + 1, H, W)`` with the background last.
            part_affinity_fields: ``(2 * C, H, W)``.
        """
        maps = (torch.as_tensor(m)[None] for m in (heatmaps, part_affinity_fields))
        keypoints, keypoint_scores, scores = self.batch_decode(*maps)
        return keypoints[0], keypoint_scores[0], scores[0]

    def batch_decode(self, batch_heatmaps: Tensor, batch_fields: Tensor) -> tuple[list[np.ndarray], ...]:
        """Decode the people of B images.

        Args:
            batch_heatmaps: ``(B, K, H, W)``, or ``(B, K + 1, H, W)`` with the background last.
            batch_fields: ``(B, 2 * C, H, W)``.

        Returns:
            Of each image, people with the best first: keypoints ``(N, K, 2)``, px of the input; their scores
            ``(N, K)``, 0 for those not found; and the people's ``(N,)``.
        """
        K, C = self.num_keypoints, self.num_limbs
        if batch_heatmaps.shape[1] not in (K, K + 1) or batch_fields.shape[1] != 2 * C:
            raise ValueError(
                f'{type(self).__name__}: needs {K} or {K + 1} heatmaps and {2 * C} fields, but there are '
                f'{batch_heatmaps.shape[1]} and {batch_fields.shape[1]}'
            )
        heatmaps, fields = (m.detach().float().nan_to_num(0) for m in (batch_heatmaps[:, :K], batch_fields))
        peaks = find_peaks(heatmaps, self.decode_keypoint_thr, self.decode_topk)
        images = [self._group(Peaks(*image), field) for *image, field in zip(*peaks, fields)]
        keypoints, keypoint_scores, scores = map(list, zip(*images)) if images else ([], [], [])
        return keypoints, keypoint_scores, scores

    def _group(self, peaks: Peaks, fields: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Group the peaks of one image to people, see :meth:`batch_decode`."""
        most = max(1, int((peaks.scores > 0).sum(-1).max()))
        peaks = Peaks(*(values[:, :most] for values in peaks))
        pairs = self.limbs.pairs
        limb_scores = score_limbs(
            peaks, fields, pairs, self.decode_limb_samples, self.decode_limb_thr, self.decode_limb_ratio
        )
        matches = match_greedily(limb_scores.cpu().numpy())
        people, sums = assemble_people(matches, pairs, self.num_keypoints, most)
        cells, cell_scores = (values.cpu().numpy() for values in peaks)
        found, joints = people >= 0, np.arange(self.num_keypoints)
        keypoints, scores = cells[joints, people], np.where(found, cell_scores[joints, people], 0)
        count, sums = found.sum(1), sums + scores.sum(1)
        middle = (keypoints * found[..., None]).sum(1) / np.maximum(count, 1)[:, None]
        keypoints = np.where(found[..., None], keypoints, middle[:, None])
        good = np.flatnonzero((count >= self.decode_min_keypoints) & (sums >= self.decode_min_score * count))
        order = good[np.argsort(-sums[good], kind='stable')]
        pixels = (keypoints[order] + 0.5) * self.scale_factor - 0.5
        total = (sums[order] / (self.num_keypoints + self.num_limbs)).astype(np.float32)
        return pixels.astype(np.float32), scores[order].astype(np.float32), total
