import json
from pathlib import Path

import numpy as np
from mmpose.datasets import CocoWholeBodyDataset

from synpose.testing import read_tree, write_whole_body_dataset


def test_mmpose_reads_it(tmp_path: Path) -> None:
    root = write_whole_body_dataset(tmp_path / 'one', ('train',), num_images=2, num_people=3)
    dataset = CocoWholeBodyDataset('annotations/train.json', data_root=str(root), data_prefix={'img': 'images/'})
    assert len(dataset) == 6
    info = dataset[0]
    assert info['keypoints'].shape == (1, 133, 2)
    assert info['keypoints_visible'].sum() == 132
    person = info['raw_ann_info']
    hand = np.reshape(person['righthand_kpts'], (21, 3))
    np.testing.assert_array_equal(info['keypoints'][0, 112:], hand[:, :2])
    assert len(person['keypoint_scores']) == 133
    assert set(person['keypoint_scores'][:17]) == {1.0}
    assert 0.2 <= min(person['keypoint_scores']) < 0.4


def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    first, second = (write_whole_body_dataset(tmp_path / name, ('val',), num_images=1) for name in 'ab')
    assert read_tree(first) == read_tree(second)
    plain = write_whole_body_dataset(tmp_path / 'c', ('val',), scores=False, num_images=1)
    people = json.loads((plain / 'annotations/val.json').read_text())['annotations']
    assert all('keypoint_scores' not in person for person in people)
