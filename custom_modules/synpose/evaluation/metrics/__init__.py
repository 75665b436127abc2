"""Metrics, registered in MMPose's ``METRICS``."""

from .bbox_iou_ap_metric import BBoxIoUAPMetric
from .behavior_top1_metric import BehaviorTop1Metric
from .crowd_coco_metric import CrowdCocoMetric
from .fid_metric import FIDMetric
from .mpii_multi_person_metric import MPIIMultiPersonMetric
from .parametric_nms_whole_body_metric import ParametricNMSWholeBodyMetric
from .part_segmentation_metric import PartSegmentationMetric
from .pdj_metric import PDJMetric
from .person_depth_metric import PersonDepthMetric
from .pseudo_label_writer import PseudoLabelWriter
from .submission_writer import SubmissionWriter
from .translated_dataset_writer import TranslatedDatasetWriter
from .visibility_ap_metric import VisibilityAPMetric

__all__ = [
    'BBoxIoUAPMetric',
    'BehaviorTop1Metric',
    'CrowdCocoMetric',
    'FIDMetric',
    'MPIIMultiPersonMetric',
    'PDJMetric',
    'ParametricNMSWholeBodyMetric',
    'PartSegmentationMetric',
    'PersonDepthMetric',
    'PseudoLabelWriter',
    'SubmissionWriter',
    'TranslatedDatasetWriter',
    'VisibilityAPMetric',
]
