"""Backbones, registered in MMPose's ``MODELS``."""

from .feedback_hourglass import FeedbackHourglass

__all__ = ['FeedbackHourglass']
