"""COCO-WholeBody without faces and hands."""

from typing import Any

from mmpose.datasets.datasets import CocoWholeBodyDataset
from mmpose.registry import DATASETS

from synpose.skeletons import WHOLEBODY_SLICES

from .metainfo import first_joints, mmpose_metainfo

_COUNT = WHOLEBODY_SLICES['foot'].stop


@DATASETS.register_module()
class CocoBodyFootDataset(CocoWholeBodyDataset):
    """The 17 joints of the body and the 6 points of the feet of COCO-WholeBody files, in their order.

    For teachers of feet: MMPose has datasets of COCO-WholeBody's faces and hands, but none of these 23 joints.
    """

    METAINFO: dict = first_joints(mmpose_metainfo('coco_wholebody', 'coco_body_foot'), _COUNT, 'coco_body_foot')

    def parse_data_info(self, raw_data_info: dict[str, Any]) -> dict[str, Any] | None:
        """See :class:`CocoWholeBodyDataset`; ``keypoints`` are ``(1, 23, 2)`` and ``keypoints_visible`` ``(1, 23)``."""
        info = super().parse_data_info(raw_data_info)
        if info is not None:
            for field in ('keypoints', 'keypoints_visible'):
                info[field] = info[field][:, :_COUNT]
        return info
