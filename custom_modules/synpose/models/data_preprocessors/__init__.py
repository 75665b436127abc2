"""Data preprocessors, registered in MMPose's ``MODELS``."""

from .pyramid_data_preprocessor import PyramidDataPreprocessor

__all__ = ['PyramidDataPreprocessor']
