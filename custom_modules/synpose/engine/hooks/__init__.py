"""Hooks, one a file."""

from .adversarial_teacher_hook import AdversarialTeacherHook
from .channels_last_hook import ChannelsLastHook
from .float32_precision_hook import Float32PrecisionHook
from .frozen_layers_hook import FrozenLayersHook
from .gradient_reversal_schedule_hook import GradientReversalScheduleHook
from .image_pool_hook import ImagePoolHook
from .label_sheet_hook import LabelSheetHook
from .random_state_hook import RandomStateHook
from .results_hook import ResultsHook
from .translation_sheet_hook import TranslationSheetHook

__all__ = [
    'AdversarialTeacherHook',
    'ChannelsLastHook',
    'Float32PrecisionHook',
    'FrozenLayersHook',
    'GradientReversalScheduleHook',
    'ImagePoolHook',
    'LabelSheetHook',
    'RandomStateHook',
    'ResultsHook',
    'TranslationSheetHook',
]
