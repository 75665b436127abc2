"""The SynPose dataset with COCO's 17 joints."""

from mmpose.registry import DATASETS

from .metainfo import mmpose_metainfo
from .synpose_dataset import SynPoseDataset


@DATASETS.register_module()
class SynPose17Dataset(SynPoseDataset):
    """:class:`SynPoseDataset` with the 17 joints of COCO, in MMPose's order and with its metainfo.

    Every joint is the joint of the same name in the annotation file; one the file lacks stays invisible.
    """

    METAINFO: dict = mmpose_metainfo('coco', 'synpose17')
