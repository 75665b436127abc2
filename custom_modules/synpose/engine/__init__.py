"""Hooks, optimizer-wrapper constructors and loops."""

from .hooks import RandomStateHook, ResultsHook

__all__ = ['RandomStateHook', 'ResultsHook']
