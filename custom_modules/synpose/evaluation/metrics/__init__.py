"""Metrics, registered in MMPose's ``METRICS``."""

from .bbox_iou_ap_metric import BBoxIoUAPMetric
from .crowd_coco_metric import CrowdCocoMetric
from .fid_metric import FIDMetric
from .translated_dataset_writer import TranslatedDatasetWriter

__all__ = ['BBoxIoUAPMetric', 'CrowdCocoMetric', 'FIDMetric', 'TranslatedDatasetWriter']
