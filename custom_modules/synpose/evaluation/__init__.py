"""Evaluation: pure functions in ``functional``, metrics registered in MMPose's ``METRICS`` in ``metrics``."""

from .metrics import BBoxIoUAPMetric, CrowdCocoMetric

__all__ = ['BBoxIoUAPMetric', 'CrowdCocoMetric']
