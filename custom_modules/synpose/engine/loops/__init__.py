"""Loops, one a file."""

from .dataset_job_loop import DatasetJobLoop

__all__ = ['DatasetJobLoop']
