"""Hooks, one a file."""

from .channels_last_hook import ChannelsLastHook
from .float32_precision_hook import Float32PrecisionHook
from .gradient_reversal_schedule_hook import GradientReversalScheduleHook
from .image_pool_hook import ImagePoolHook
from .random_state_hook import RandomStateHook
from .results_hook import ResultsHook
from .translation_sheet_hook import TranslationSheetHook

__all__ = [
    'ChannelsLastHook',
    'Float32PrecisionHook',
    'GradientReversalScheduleHook',
    'ImagePoolHook',
    'RandomStateHook',
    'ResultsHook',
    'TranslationSheetHook',
]
