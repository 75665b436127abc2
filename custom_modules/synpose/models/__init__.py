"""Networks, registered in MMPose's ``MODELS``."""

from .adversaries import DomainAdversarialPoseEstimator, DomainClassifier, GradientReversal
from .backbones import FeedbackHourglass, OpenPoseVGG
from .data_preprocessors import PoseSequenceDataPreprocessor, PyramidDataPreprocessor, TranslationDataPreprocessor
from .feature_extractors import InceptionFeatures, PoseBackboneFeatures
from .heads import CrowdDEKRHead, DensePixelHead, PartAffinityHead, PixelSoftmaxHead
from .losses import AdversarialLoss
from .pose_classifiers import FlattenedPoseMLP, PoseClassifier, SkeletonGCN
from .pose_estimators import (
    AffineLocalizer,
    CrowdPoseEstimator,
    DenseLabelEstimator,
    MeanLabelEstimator,
    SSTNPoseEstimator,
)
from .pseudo_labelers import WholeBodyPseudoLabeler
from .stylizers import ColorTransferStylizer, PhotoWCTStylizer
from .teachers import TeacherNet
from .translators import CTGAN, IdentityTranslator, PatchDiscriminator, ResnetGenerator

__all__ = [
    'CTGAN',
    'AdversarialLoss',
    'AffineLocalizer',
    'ColorTransferStylizer',
    'CrowdDEKRHead',
    'CrowdPoseEstimator',
    'DenseLabelEstimator',
    'DensePixelHead',
    'DomainAdversarialPoseEstimator',
    'DomainClassifier',
    'FeedbackHourglass',
    'FlattenedPoseMLP',
    'GradientReversal',
    'IdentityTranslator',
    'InceptionFeatures',
    'MeanLabelEstimator',
    'OpenPoseVGG',
    'PartAffinityHead',
    'PatchDiscriminator',
    'PhotoWCTStylizer',
    'PixelSoftmaxHead',
    'PoseBackboneFeatures',
    'PoseClassifier',
    'PoseSequenceDataPreprocessor',
    'PyramidDataPreprocessor',
    'ResnetGenerator',
    'SSTNPoseEstimator',
    'SkeletonGCN',
    'TeacherNet',
    'TranslationDataPreprocessor',
    'WholeBodyPseudoLabeler',
]
