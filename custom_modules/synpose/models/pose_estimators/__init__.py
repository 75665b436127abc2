"""Pose estimators, registered in MMPose's ``MODELS``."""

from .crowd_pose_estimator import CrowdPoseEstimator

__all__ = ['CrowdPoseEstimator']
