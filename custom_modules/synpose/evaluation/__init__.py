"""Evaluation: pure functions in ``functional``, metrics registered in MMPose's ``METRICS`` in ``metrics``."""

from .metrics import BBoxIoUAPMetric, BehaviorTop1Metric, CrowdCocoMetric, FIDMetric, PDJMetric

__all__ = ['BBoxIoUAPMetric', 'BehaviorTop1Metric', 'CrowdCocoMetric', 'FIDMetric', 'PDJMetric']
from .metrics import BBoxIoUAPMetric, CrowdCocoMetric, FIDMetric, ParametricNMSWholeBodyMetric, PDJMetric

__all__ = ['BBoxIoUAPMetric', 'CrowdCocoMetric', 'FIDMetric', 'PDJMetric', 'ParametricNMSWholeBodyMetric']
from .metrics import BBoxIoUAPMetric, CrowdCocoMetric, FIDMetric, PDJMetric, SubmissionWriter
from .metrics import (
    BBoxIoUAPMetric,
    CrowdCocoMetric,
    FIDMetric,
    MPIIMultiPersonMetric,
    PDJMetric,
    SubmissionWriter,
    VisibilityAPMetric,
)

from .metrics import (
    BBoxIoUAPMetric,
    CrowdCocoMetric,
    FIDMetric,
    PartSegmentationMetric,
    PDJMetric,
    PersonDepthMetric,
)

__all__ = [
    'BBoxIoUAPMetric',
    'CrowdCocoMetric',
    'FIDMetric',
    'MPIIMultiPersonMetric',
    'PDJMetric',
    'SubmissionWriter',
    'VisibilityAPMetric',
    'PDJMetric',
    'PartSegmentationMetric',
    'PersonDepthMetric',
]
