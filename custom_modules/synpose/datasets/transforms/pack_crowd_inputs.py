"""Pack what MMPose's packing leaves out."""

from typing import Any

import numpy as np
import torch
from mmpose.datasets.transforms import PackPoseInputs
from mmpose.datasets.transforms.formatting import image_to_tensor
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackCrowdInputs(PackPoseInputs):
    """:class:`mmpose.datasets.transforms.PackPoseInputs` for crowds.

    - ``heatmap_mask`` reaches the head. MMPose packs only the fields that the codec lists, and that of DEKR does not
      list the mask, so that ``BottomupGetHeatmapMask`` has no effect there.
    - ``keypoints_visibility`` (0 absent, 1 occluded, 2 visible), which no transform of MMPose touches, is brought up to
      date with flips and joints moved out of the image. With the joints' places it becomes
      ``gt_instance_labels.keypoints_visibility`` and ``gt_instance_labels.keypoints_px``.
    - Pyramids of ``BottomupResize(aug_scales=...)`` become a list of tensors; MMPose stacks them, which fails on levels
      of different sizes. ``aug_scales`` is in the meta information without being asked for.

    Args:
        **kwargs: MMPose's own arguments.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack the data sample.

        Args:
            results: As for MMPose's class.

        Returns:
            ``inputs``: ``(3, H, W)`` uint8, or a list of them, scale 1 first; ``data_samples``.

        Raises:
            ValueError: If ``keypoints_visibility`` is not of the shape of ``keypoints_visible``.
        """
        images = results['img']
        pyramid = isinstance(images, list)
        packed = super().transform({**results, 'img': images[0]} if pyramid else results)
        sample = packed['data_samples']
        if pyramid:
            packed['inputs'] = [image_to_tensor(image) for image in images]
            sample.set_metainfo({'aug_scales': list(results['aug_scales'])})
        if 'heatmap_mask' in results and 'heatmaps' in results and 'heatmap_mask' not in sample.gt_fields:
            mask = torch.from_numpy(results['heatmap_mask'])
            sample.gt_fields.set_field(mask if mask.ndim == 3 else mask[None], 'heatmap_mask')
        if 'keypoints_visibility' in results:
            labels = sample.gt_instance_labels
            labels.keypoints_visibility = torch.from_numpy(_visibility(results))
            labels.keypoints_px = torch.from_numpy(np.asarray(results['keypoints'], dtype=np.float32))
        return packed


def _visibility(results: dict[str, Any]) -> np.ndarray:
    """How visible each joint is after the transforms, ``(N, K)`` float32."""
    visibility = np.asarray(results['keypoints_visibility'], dtype=np.float32)
    shown = np.asarray(results['keypoints_visible'])
    shown = shown[..., 0] if shown.ndim == 3 else shown
    if visibility.shape != shown.shape:
        raise ValueError(f'keypoints_visibility is {visibility.shape}, but keypoints_visible is {shown.shape}')
    # MMPose swaps left and right in these two, and not in 'diagonal', which turns the image around.
    if results.get('flip') and results['flip_direction'] in ('horizontal', 'vertical'):
        visibility = visibility[:, results['flip_indices']]
    image = results['img'][0] if isinstance(results['img'], list) else results['img']
    x, y = np.moveaxis(np.asarray(results['keypoints'])[..., :2], -1, 0)
    inside = (x >= 0) & (y >= 0) & (x < image.shape[1]) & (y < image.shape[0])
    return visibility * (inside & (shown > 0))
