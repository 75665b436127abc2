"""Metrics, registered in MMPose's ``METRICS``."""

from .bbox_iou_ap_metric import BBoxIoUAPMetric
from .crowd_coco_metric import CrowdCocoMetric
from .fid_metric import FIDMetric
from .pdj_metric import PDJMetric
from .translated_dataset_writer import TranslatedDatasetWriter

__all__ = ['BBoxIoUAPMetric', 'CrowdCocoMetric', 'FIDMetric', 'PDJMetric', 'TranslatedDatasetWriter']
