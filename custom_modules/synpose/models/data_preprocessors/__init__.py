"""Data preprocessors, registered in MMPose's ``MODELS``."""

from .pose_sequence_data_preprocessor import PoseSequenceDataPreprocessor
from .pyramid_data_preprocessor import PyramidDataPreprocessor
from .translation_data_preprocessor import TranslationDataPreprocessor, to_uint8

__all__ = ['PoseSequenceDataPreprocessor', 'PyramidDataPreprocessor', 'TranslationDataPreprocessor', 'to_uint8']
