"""Hooks, one a file."""

from .random_state_hook import RandomStateHook
from .results_hook import ResultsHook

__all__ = ['RandomStateHook', 'ResultsHook']
