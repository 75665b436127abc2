"""Evaluation: pure functions in ``functional``, metrics registered in MMPose's ``METRICS`` in ``metrics``."""

from .metrics import BBoxIoUAPMetric, BehaviorTop1Metric, CrowdCocoMetric, FIDMetric, PDJMetric

__all__ = ['BBoxIoUAPMetric', 'BehaviorTop1Metric', 'CrowdCocoMetric', 'FIDMetric', 'PDJMetric']
