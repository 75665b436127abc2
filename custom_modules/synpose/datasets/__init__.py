"""Datasets and loading transforms, registered in MMPose's ``DATASETS`` and ``TRANSFORMS``."""

from .behavior_pose_dataset import BehaviorPoseDataset
from .coco_body_foot_dataset import CocoBodyFootDataset
from .columnar_coco_dataset import ColumnarCocoDataset
from .freiburg_sitting_dataset import FreiburgSittingDataset
from .human36m_parts_dataset import Human36mPartsDataset
from .people_image_dataset import PeopleImageDataset
from .person_crop_dataset import PersonCropDataset
from .photo_dataset import PhotoDataset
from .real_synthetic_dataset import RealSyntheticDataset
from .samplers import DomainBalancedSampler, TeacherGroupSampler
from .source_target_dataset import SourceTargetDataset
from .surreal_dataset import SurrealDataset
from .synpose14_dataset import SynPose14Dataset
from .synpose17_dataset import SynPose17Dataset
from .synpose_dataset import SynPoseDataset
from .synpose_image_dataset import SynPoseImageDataset
from .synpose_parts_dataset import SynPosePartsDataset
from .transforms import LoadDepth, LoadStencil
from .unpaired_image_dataset import UnpairedImageDataset

__all__ = [
    'BehaviorPoseDataset',
    'CocoBodyFootDataset',
    'ColumnarCocoDataset',
    'DomainBalancedSampler',
    'FreiburgSittingDataset',
    'Human36mPartsDataset',
    'LoadDepth',
    'LoadStencil',
    'PeopleImageDataset',
    'PersonCropDataset',
    'PhotoDataset',
    'RealSyntheticDataset',
    'SourceTargetDataset',
    'SurrealDataset',
    'SynPose14Dataset',
    'SynPose17Dataset',
    'SynPoseDataset',
    'SynPoseImageDataset',
    'SynPosePartsDataset',
    'TeacherGroupSampler',
    'UnpairedImageDataset',
]
