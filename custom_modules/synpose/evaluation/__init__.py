"""Evaluation: pure functions in ``functional``, metrics registered in MMPose's ``METRICS`` in ``metrics``."""

from .metrics import BBoxIoUAPMetric, CrowdCocoMetric, FIDMetric

__all__ = ['BBoxIoUAPMetric', 'CrowdCocoMetric', 'FIDMetric']
