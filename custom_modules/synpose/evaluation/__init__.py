"""Evaluation: pure functions in ``functional``, metrics registered in MMPose's ``METRICS`` in ``metrics``."""

from . import functional, metrics

__all__ = ['functional', 'metrics']
