"""Hooks, optimizer-wrapper constructors and loops."""

from . import hooks, loops, optim_wrappers

__all__ = ['hooks', 'loops', 'optim_wrappers']
