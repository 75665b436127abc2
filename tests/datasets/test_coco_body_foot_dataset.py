"""The 23 joints of body and feet; reading a file is in conversion/test_plain_coco.py."""

import numpy as np
from mmpose.datasets.datasets import CocoWholeBodyDataset

from synpose.datasets import CocoBodyFootDataset
from synpose.skeletons import WHOLEBODY133_NAMES


def test_the_skeleton_is_the_first_23_joints_of_coco_wholebody():
    dataset, whole = CocoBodyFootDataset(lazy_init=True), CocoWholeBodyDataset(lazy_init=True)
    own, theirs = dataset.metainfo, whole.metainfo
    assert own['dataset_name'] == 'coco_body_foot'
    assert own['num_keypoints'] == 23
    assert [own['keypoint_id2name'][i] for i in range(23)] == list(WHOLEBODY133_NAMES[:23])
    np.testing.assert_array_equal(own['flip_indices'], theirs['flip_indices'][:23])
    np.testing.assert_array_equal(own['sigmas'], theirs['sigmas'][:23])
    np.testing.assert_array_equal(own['dataset_keypoint_weights'], theirs['dataset_keypoint_weights'][:23])
    links = [link for link in theirs['skeleton_links'] if max(link) < 23]
    assert own['skeleton_links'] == links
    assert len(links) > 20
