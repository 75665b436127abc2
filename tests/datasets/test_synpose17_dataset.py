from collections.abc import Callable

from synpose.skeletons import COCO17_NAMES


def test_joints_equal_the_named_sources(check_joints: Callable) -> None:
    check_joints('SynPose17Dataset', COCO17_NAMES)


def test_metainfo_is_mmposes_under_a_name_of_its_own(check_metainfo: Callable) -> None:
    check_metainfo('SynPose17Dataset', 'synpose17', 'CocoDataset')
