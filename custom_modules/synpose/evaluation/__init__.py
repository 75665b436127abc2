"""Evaluation: pure functions in ``functional``, metrics registered in MMPose's ``METRICS`` in ``metrics``."""

from .metrics import (
    BBoxIoUAPMetric,
    BehaviorTop1Metric,
    CrowdCocoMetric,
    FIDMetric,
    MPIIMultiPersonMetric,
    ParametricNMSWholeBodyMetric,
    PartSegmentationMetric,
    PDJMetric,
    PersonDepthMetric,
    SubmissionWriter,
    VisibilityAPMetric,
)

__all__ = [
    'BBoxIoUAPMetric',
    'BehaviorTop1Metric',
    'CrowdCocoMetric',
    'FIDMetric',
    'MPIIMultiPersonMetric',
    'PDJMetric',
    'ParametricNMSWholeBodyMetric',
    'PartSegmentationMetric',
    'PersonDepthMetric',
    'SubmissionWriter',
    'VisibilityAPMetric',
]
