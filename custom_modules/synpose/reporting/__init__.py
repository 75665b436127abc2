"""Reports: tables, figures and pages from what training and tests leave on disk, and poses drawn on photos."""

from .report import write_report

__all__ = ['write_report']
