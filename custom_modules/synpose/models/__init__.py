"""Networks, registered in MMPose's ``MODELS``."""

from .data_preprocessors import PyramidDataPreprocessor
from .heads import CrowdDEKRHead
from .pose_estimators import CrowdPoseEstimator

__all__ = ['CrowdDEKRHead', 'CrowdPoseEstimator', 'PyramidDataPreprocessor']
