"""The SynPose dataset with CrowdPose's 14 joints."""

from mmpose.registry import DATASETS

from .metainfo import mmpose_metainfo
from .synpose_dataset import SynPoseDataset


@DATASETS.register_module()
class SynPose14Dataset(SynPoseDataset):
    """:class:`SynPoseDataset` with the 14 joints of CrowdPose, in MMPose's order and with its metainfo.

    Every joint is the joint of the same name in the annotation file (``top_head`` is also read from ``head_top``); one
    the file lacks stays invisible.
    """

    METAINFO: dict = mmpose_metainfo('crowdpose', 'synpose14')
