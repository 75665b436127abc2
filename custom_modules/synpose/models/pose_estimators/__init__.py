"""Pose estimators, registered in MMPose's ``MODELS``."""

from .affine_localizer import AffineLocalizer
from .crowd_pose_estimator import CrowdPoseEstimator
from .dense_label_estimator import DenseLabelEstimator
from .mean_label_estimator import MeanLabelEstimator
from .sstn_pose_estimator import SSTNPoseEstimator

__all__ = ['AffineLocalizer', 'CrowdPoseEstimator', 'DenseLabelEstimator', 'MeanLabelEstimator', 'SSTNPoseEstimator']
