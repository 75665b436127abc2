"""Heads, registered in MMPose's ``MODELS``."""

from .crowd_dekr_head import CrowdDEKRHead

__all__ = ['CrowdDEKRHead']
