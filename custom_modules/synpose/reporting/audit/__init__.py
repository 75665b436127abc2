"""The audit of a dataset: checks as pure functions of one image's arrays, and the table that lists them."""

from .checks import CHECKS, Check, CheckCount, run_checks
from .view import Finding, View, make_view

__all__ = ['CHECKS', 'Check', 'CheckCount', 'Finding', 'View', 'make_view', 'run_checks']
