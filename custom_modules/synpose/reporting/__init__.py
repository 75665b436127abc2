"""Reports: tables, figures and pages from what training, tests and generators leave, and poses drawn on photos."""

from .dataset_report import write_dataset_report
from .report import write_report

__all__ = ['write_dataset_report', 'write_report']
