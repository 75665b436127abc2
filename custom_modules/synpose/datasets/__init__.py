"""Datasets and loading transforms, registered in MMPose's ``DATASETS`` and ``TRANSFORMS``."""

from .columnar_coco_dataset import ColumnarCocoDataset
from .synpose14_dataset import SynPose14Dataset
from .synpose17_dataset import SynPose17Dataset
from .synpose_dataset import SynPoseDataset
from .transforms import LoadDepth, LoadStencil

__all__ = ['ColumnarCocoDataset', 'LoadDepth', 'LoadStencil', 'SynPose14Dataset', 'SynPose17Dataset', 'SynPoseDataset']
