"""Metrics, registered in MMPose's ``METRICS``."""

from .bbox_iou_ap_metric import BBoxIoUAPMetric
from .crowd_coco_metric import CrowdCocoMetric

__all__ = ['BBoxIoUAPMetric', 'CrowdCocoMetric']
