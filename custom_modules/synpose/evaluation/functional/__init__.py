"""Arrays in, numbers out."""

from .box_ap import IOU_THRESHOLDS, box_average_precision
from .nms import nearby_joints_nms
from .pose_boxes import expand_boxes, fit_margins, pose_boxes, read_margins

__all__ = [
    'IOU_THRESHOLDS',
    'box_average_precision',
    'expand_boxes',
    'fit_margins',
    'nearby_joints_nms',
    'pose_boxes',
    'read_margins',
]
