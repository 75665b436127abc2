"""Pack poses for classifiers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from mmpose.structures import PoseDataSample


@TRANSFORMS.register_module()
class PackPoseSequence(BaseTransform):
    """Pack the poses of one person: x, y and score of every joint, as a tensor.

    Required keys: ``keypoints``, ``(T, V, 2)``; ``keypoint_scores``, ``(T, V)``. Packed where there: ``gt_label``, the
    number of the class.

    Args:
        meta_keys: Fields that the data sample's meta information takes over where they are there.
    """

    def __init__(
        self, meta_keys: Sequence[str] = ('img_id', 'img_path', 'id', 'behavior', 'matched', 'bbox', 'pose')
    ) -> None:
        self.meta_keys = tuple(meta_keys)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack the data sample.

        Returns:
            ``inputs``, ``(3, T, V, 1)`` float32; ``data_samples``, a ``PoseDataSample`` with ``gt_label`` and meta
            information.
        """
        joints = np.concatenate([results['keypoints'], results['keypoint_scores'][..., None]], axis=-1)
        inputs = torch.from_numpy(np.ascontiguousarray(joints.transpose(2, 0, 1)[..., None], dtype=np.float32))
        sample = PoseDataSample(metainfo={key: results[key] for key in self.meta_keys if key in results})
        if 'gt_label' in results:
            sample.set_field(int(results['gt_label']), 'gt_label')
        return {'inputs': inputs, 'data_samples': sample}

    def __repr__(self) -> str:
        return f'{type(self).__name__}(meta_keys={self.meta_keys})'
