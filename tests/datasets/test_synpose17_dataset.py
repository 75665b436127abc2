import json
from pathlib import Path

import numpy as np
from mmpose.registry import DATASETS

import synpose  # noqa: F401
from synpose.skeletons import COCO17_NAMES, JOINT_NAMES
from synpose.testing import write_synpose_dataset


def test_joints_equal_the_named_sources(tmp_path: Path) -> None:
    root = write_synpose_dataset(tmp_path, num_images=2, num_people=5, splits=['train'])
    dataset = DATASETS.build({'type': 'SynPose17Dataset', 'data_root': str(root), 'ann_file': 'annotations/train.json'})
    assert tuple(dataset.joint_names) == COCO17_NAMES
    own = {'top_head': 'head_top'}
    columns = [JOINT_NAMES.index(own.get(name, name)) for name in COCO17_NAMES]
    people = json.loads((root / 'annotations/train.json').read_text())['annotations']
    for index, person in enumerate(people):
        info = dataset.get_data_info(index)
        expected = np.reshape(person['keypoints'], (59, 3))[columns]
        np.testing.assert_array_equal(info['keypoints'][0], expected[:, :2].astype(np.float32))
        np.testing.assert_array_equal(info['keypoints_visibility'][0], expected[:, 2])
        assert info['num_keypoints'] == np.count_nonzero(expected[:, 2])


def test_metainfo_is_mmposes_under_a_name_of_its_own() -> None:
    ours = DATASETS.get('SynPose17Dataset')(lazy_init=True).metainfo
    stock = DATASETS.get('CocoDataset')(lazy_init=True).metainfo
    assert ours['dataset_name'] == 'synpose17'
    for key in ('keypoint_id2name', 'flip_indices', 'skeleton_links'):
        assert ours[key] == stock[key]
    for key in ('sigmas', 'dataset_keypoint_weights'):
        np.testing.assert_array_equal(ours[key], stock[key])
