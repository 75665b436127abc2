"""Hooks, one a file."""

from .channels_last_hook import ChannelsLastHook
from .random_state_hook import RandomStateHook
from .results_hook import ResultsHook

__all__ = ['ChannelsLastHook', 'RandomStateHook', 'ResultsHook']
