"""Networks, registered in MMPose's ``MODELS``."""

from .data_preprocessors import PyramidDataPreprocessor, TranslationDataPreprocessor
from .feature_extractors import InceptionFeatures, PoseBackboneFeatures
from .heads import CrowdDEKRHead
from .losses import AdversarialLoss
from .pose_estimators import CrowdPoseEstimator
from .stylizers import ColorTransferStylizer, PhotoWCTStylizer
from .translators import CTGAN, IdentityTranslator, PatchDiscriminator, ResnetGenerator

__all__ = [
    'CTGAN',
    'AdversarialLoss',
    'ColorTransferStylizer',
    'CrowdDEKRHead',
    'CrowdPoseEstimator',
    'IdentityTranslator',
    'InceptionFeatures',
    'PatchDiscriminator',
    'PhotoWCTStylizer',
    'PoseBackboneFeatures',
    'PyramidDataPreprocessor',
    'ResnetGenerator',
    'TranslationDataPreprocessor',
]
