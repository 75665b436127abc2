"""Evaluation: pure functions in ``functional``, metrics registered in MMPose's ``METRICS`` in ``metrics``."""

from .metrics import BBoxIoUAPMetric, CrowdCocoMetric, FIDMetric, PDJMetric

__all__ = ['BBoxIoUAPMetric', 'CrowdCocoMetric', 'FIDMetric', 'PDJMetric']
