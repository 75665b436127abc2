"""Domain-adversarial training, registered in MMPose's ``MODELS``."""

from .domain_adversarial_pose_estimator import DomainAdversarialPoseEstimator
from .domain_classifier import DomainClassifier
from .gradient_reversal import GradientReversal

__all__ = ['DomainAdversarialPoseEstimator', 'DomainClassifier', 'GradientReversal']
