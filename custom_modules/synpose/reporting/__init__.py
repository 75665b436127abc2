"""Reports: tables, figures and pages from what training, tests and generators leave, and poses drawn on photos."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dataset_report import write_dataset_report
    from .report import write_report

__all__ = ['write_dataset_report', 'write_report']

_MODULES = {'write_dataset_report': 'dataset_report', 'write_report': 'report'}


def __getattr__(name: str) -> Any:
    """Import a report's code when it is asked for: each needs much that the other does not."""
    if name not in _MODULES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(f'{__name__}.{_MODULES[name]}'), name)
