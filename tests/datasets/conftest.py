"""Checks of the datasets that read SynPose files with the joints of a public skeleton."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mmpose.registry import DATASETS

from synpose.skeletons import JOINT_NAMES
from synpose.testing import write_synpose_dataset


@pytest.fixture
def check_joints(tmp_path: Path) -> Callable[[str, tuple[str, ...]], None]:
    """Check that a dataset type reads each of its joints from the file's joint of that name."""

    def check(dataset_type: str, names: tuple[str, ...]) -> None:
        root = write_synpose_dataset(tmp_path, num_images=2, num_people=5, splits=['train'])
        dataset = DATASETS.build({'type': dataset_type, 'data_root': str(root), 'ann_file': 'annotations/train.json'})
        assert tuple(dataset.joint_names) == names
        columns = [JOINT_NAMES.index({'top_head': 'head_top'}.get(name, name)) for name in names]
        people = json.loads((root / 'annotations/train.json').read_text())['annotations']
        assert len(dataset) == len(people) == 10
        for index, person in enumerate(people):
            info = dataset.get_data_info(index)
            expected = np.reshape(person['keypoints'], (59, 3))[columns]
            np.testing.assert_array_equal(info['keypoints'][0], expected[:, :2].astype(np.float32))
            np.testing.assert_array_equal(info['keypoints_visibility'][0], expected[:, 2])
            assert info['num_keypoints'] == np.count_nonzero(expected[:, 2])

    return check


@pytest.fixture
def check_metainfo() -> Callable[[str, str, str], None]:
    """Check that a dataset type has the metainfo of MMPose's own under a name of its own."""

    def check(dataset_type: str, name: str, stock_type: str) -> None:
        ours = DATASETS.get(dataset_type)(lazy_init=True).metainfo
        stock = DATASETS.get(stock_type)(lazy_init=True).metainfo
        assert ours['dataset_name'] == name
        for key in ('keypoint_id2name', 'flip_indices', 'skeleton_links'):
            assert ours[key] == stock[key]
        for key in ('sigmas', 'dataset_keypoint_weights'):
            np.testing.assert_array_equal(ours[key], stock[key])

    return check
