"""Data preprocessors, registered in MMPose's ``MODELS``."""

from .pyramid_data_preprocessor import PyramidDataPreprocessor
from .translation_data_preprocessor import TranslationDataPreprocessor, to_uint8

__all__ = ['PyramidDataPreprocessor', 'TranslationDataPreprocessor', 'to_uint8']
