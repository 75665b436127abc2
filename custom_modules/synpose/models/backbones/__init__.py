"""Backbones, registered in MMPose's ``MODELS``."""

from .feedback_hourglass import FeedbackHourglass
from .openpose_vgg import OpenPoseVGG

__all__ = ['FeedbackHourglass', 'OpenPoseVGG']
