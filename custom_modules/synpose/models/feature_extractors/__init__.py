"""Networks whose features distances between image sets are measured in, registered in MMPose's ``MODELS``."""

from .feature_extractor import FeatureExtractor
from .inception_features import InceptionFeatures
from .pose_backbone_features import PoseBackboneFeatures

__all__ = ['FeatureExtractor', 'InceptionFeatures', 'PoseBackboneFeatures']
