"""What a person does, from the joints of a pose or of a sequence of poses."""

from .flattened_pose_mlp import FlattenedPoseMLP
from .pose_classifier import PoseClassifier
from .skeleton_gcn import SkeletonGCN

__all__ = ['FlattenedPoseMLP', 'PoseClassifier', 'SkeletonGCN']
