"""Let rendered people take no part in any loss."""

from typing import Any

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

INTO = ('heatmap_mask', 'keypoint_weights')


@TRANSFORMS.register_module()
class SyntheticLossMask(BaseTransform):
    """Mask the loss where rendered people are, but for the targets of real people: "+ masks" of LTSH (section 5.2).

    Rendered people remain in the picture as occluders only. Needs :class:`CarrySyntheticMask` before the geometric
    transforms, which hides their joints from the codec. Put this one after ``GenerateTarget`` and, where there is one,
    ``BottomupGetHeatmapMask``, whose mask it narrows.

    A cell of the heatmaps is masked if rendered people cover more than half of it and no real joint's target (nor a
    root's or a limb's) is there: where a heatmap is above ``min_target``, or another field that is a target, such as
    part affinity fields, is not 0. With ``per_channel`` a joint's or limb's target keeps the cells of its own maps
    only. The background of ``PartAffinityFields`` is a target nowhere but at joints.

    ``into='heatmap_mask'`` is for bottom-up heads, which take a mask of cells: ``CrowdDEKRHead``, ``DEKRHead``,
    ``AssociativeEmbeddingHead``. DEKR's displacements have targets around the roots of real people only. Pack with
    ``PackCrowdInputs``, since MMPose's packing drops the mask of ``SPR``. ``into='keypoint_weights'`` is for top-down
    heads with ``KeypointMSELoss(use_target_weight=True)``, which takes weights of cells ``(1, K, H, W)`` as well as of
    joints; their ``accuracy`` does not, so set ``train_cfg=dict(compute_acc=False)`` in the model.

    MMPose's heads stack the weights and masks of a batch, ``DEKRHead`` if the first sample has a mask, and else passes
    over those of the others. So where they see real samples beside synthetic ones, put this transform with
    ``real=True`` at the same place of the real samples' pipeline, without ``CarrySyntheticMask``: it masks nothing, in
    the same shapes.

    What each codec carries:

    - ``SPR``, ``FastSPR``, ``AssociativeEmbedding``: joints hidden, and cells masked by ``heatmap_mask``.
    - ``PartAffinityFields``: the same; with ``per_channel`` by ``heatmap_weights`` and ``part_affinity_weights``.
    - ``MSRAHeatmap``, ``UDPHeatmap`` (Gaussian), ``MegviiHeatmap``: joints hidden by weight 0, and cells masked by
      ``keypoint_weights``.
    - ``UDPHeatmap`` (combined), ``SimCCLabel``, ``PixelLabel``: no loss of single cells, so joints are hidden by
      weight 0 (``CarrySyntheticMask``) and nothing else is masked; here that is an error.

    Modified keys: ``img``, without its fourth channel; ``heatmap_mask`` ``(H, W)``, or ``(C, H, W)`` with
    ``per_channel``, bool (added if there is none), or ``keypoint_weights`` ``(N, K, H, W)``, or ``heatmap_weights`` and
    ``part_affinity_weights`` of the shapes of the maps, float32.

    Args:
        into: See above.
        min_target: Heatmaps above it are a real joint's. 0.01 is three standard deviations from the joint: codecs that
            do not cut the Gaussian off (``unbiased=True``) are above 0 everywhere.
        per_channel: Give each map a mask of its own. ``CrowdDEKRHead`` and ``PartAffinityHead`` take it; heads that
            stack the masks of a batch as they are do not.
        real: Nobody is rendered, see above.

    Raises:
        ValueError: If ``into`` is none of these, or the sample lacks what is needed.
    """

    def __init__(
        self, into: str = 'heatmap_mask', min_target: float = 0.01, per_channel: bool = False, real: bool = False
    ) -> None:
        if into not in INTO:
            raise ValueError(f'SyntheticLossMask: into must be one of {", ".join(INTO)}, got {into!r}')
        self.into, self.min_target, self.per_channel, self.real = into, min_target, per_channel, real

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Mask the data sample."""
        image, record = results['img'], f'{results.get("img_path")}: image {results.get("img_id")}'
        carried = image.ndim == 3 and image.shape[2] == 4
        if carried and self.real:
            raise ValueError(f'{record}: img: has a fourth channel; with real=True no CarrySyntheticMask comes before')
        if not carried and not self.real:
            raise ValueError(f'{record}: img: has no fourth channel; CarrySyntheticMask must come before')
        silhouettes = image[..., 3] if carried else np.zeros(image.shape[:2], np.uint8)
        results['img'] = np.ascontiguousarray(image[..., :3])
        heatmaps = results.get('heatmaps')
        if heatmaps is None:
            raise ValueError(
                f'{record}: heatmaps: missing; GenerateTarget with a codec of heatmaps must come before '
                'SyntheticLossMask. Without heatmaps no cells can be masked, and the weights of hidden joints are 0'
            )
        if self.into == 'keypoint_weights':
            self._weigh(results, heatmaps, silhouettes, record)
            return results
        if self.per_channel and 'part_affinity_fields' in results:
            plain = ~covered(silhouettes, heatmaps.shape[1:])
            limbs = _limbs(results['part_affinity_fields'])
            results['heatmap_weights'] = (plain | self._joints(results, heatmaps)).astype(np.float32)
            results['part_affinity_weights'] = (plain | limbs).astype(np.float32)
            return results
        several = isinstance(heatmaps, list)
        levels = heatmaps if several else [heatmaps]
        masks = results.get('heatmap_mask', [np.ones(maps.shape[1:], bool) for maps in levels])
        masks = masks if isinstance(masks, list) else [masks]
        targets = [self._targets(results, maps, index, several) for index, maps in enumerate(levels)]
        free = [mask & (~covered(silhouettes, mask.shape) | target) for mask, target in zip(masks, targets)]
        results['heatmap_mask'] = free if several else free[0]
        return results

    def _joints(self, results: dict[str, Any], heatmaps: np.ndarray) -> np.ndarray:
        """Return where each heatmap has a real person's target, ``(C, H, W)`` bool."""
        targets = heatmaps > self.min_target
        if 'part_affinity_fields' in results:  # the last heatmap is the background, which is almost everywhere
            targets[-1] = targets[:-1].any(axis=0)
        return targets

    def _targets(self, results: dict[str, Any], heatmaps: np.ndarray, level: int, several: bool) -> np.ndarray:
        """Return which cells are a real person's target, ``(H, W)`` or ``(C, H, W)`` bool."""
        targets = self._joints(results, heatmaps)
        if self.per_channel:
            return targets
        others = _other_targets(results, level, several)
        shown = [(field != 0).any(axis=0) for field in others if field.shape[1:] == heatmaps.shape[1:]]
        return np.any([targets.any(axis=0), *shown], axis=0)

    def _weigh(self, results: dict[str, Any], heatmaps: Any, silhouettes: np.ndarray, record: str) -> None:
        weights = results.get('keypoint_weights')
        if isinstance(heatmaps, list) or weights is None or weights.shape[1] != len(heatmaps):
            raise ValueError(
                f'{record}: keypoint_weights: needs one heatmap a joint and one weight a joint, as MSRAHeatmap and '
                "UDPHeatmap(heatmap_type='gaussian') give them"
            )
        free = ~covered(silhouettes, heatmaps.shape[1:]) | (heatmaps > self.min_target)
        results['keypoint_weights'] = (weights[..., None, None] * free).astype(np.float32)

    def __repr__(self) -> str:
        options = f'into={self.into!r}, min_target={self.min_target}, per_channel={self.per_channel}'
        return f'{type(self).__name__}({options}, real={self.real})'


def covered(silhouettes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return which cells are more than half covered.

    Args:
        silhouettes: ``(H, W)`` uint8 of the input, 0 to 255.
        shape: Rows and columns of the heatmaps.

    Returns:
        ``shape`` bool.
    """
    height, width = shape
    return cv2.resize(silhouettes.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) > 255 / 2


def _limbs(fields: np.ndarray) -> np.ndarray:
    """Return which cells of part affinity fields, x before y, have a limb, ``(2 * C, H, W)`` bool."""
    shown = (fields.reshape(-1, 2, *fields.shape[1:]) != 0).any(axis=1)
    return np.repeat(shown, 2, axis=0)


def _other_targets(results: dict[str, Any], level: int, several: bool) -> list[np.ndarray]:
    """Return the fields beside heatmaps that the codec gives, ``(C, H, W)`` each, of one level."""
    names = [
        name for name in results.get('field_mapping_table', {}) if name != 'heatmaps' and not name.endswith('weights')
    ]
    fields = [results[name][level] if several else results[name] for name in names if name in results]
    return [field for field in fields if isinstance(field, np.ndarray) and field.ndim == 3]
