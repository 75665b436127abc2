import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from synpose.datasets.pose_results import read_pose_results
from synpose.testing import write_pose_results, write_synpose_dataset


def test_mmpose_pickles_and_coco_results_say_the_same(tmp_path: Path) -> None:
    root = write_synpose_dataset(tmp_path, num_images=2, splits=['val'])
    entries = write_pose_results(tmp_path / 'poses.json', root / 'annotations/val.json')
    samples = []
    for image_id in (1, 2):
        poses = np.array([e['keypoints'] for e in entries if e['image_id'] == image_id]).reshape(-1, 17, 3)
        instances = {'keypoints': poses[..., :2], 'keypoint_scores': torch.from_numpy(poses[..., 2])}
        samples.append({'img_id': image_id, 'pred_instances': instances})
    (tmp_path / 'poses.pkl').write_bytes(pickle.dumps(samples))
    first, other = (read_pose_results(tmp_path / name, 17) for name in ('poses.json', 'poses.pkl'))
    assert first.keys() == other.keys() == {1, 2}
    for image_id, (poses, scores) in first.items():
        assert poses.shape == (3, 17, 3)
        # scores are the mean of the joints' in a pickle, so the order may differ
        order = [int(np.abs(other[image_id][0] - pose).max(axis=(1, 2)).argmin()) for pose in poses]
        assert sorted(order) == [0, 1, 2]
        np.testing.assert_allclose(other[image_id][0][order], poses, atol=1e-4)
        assert (np.diff(scores) <= 0).all()


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    write_synpose_dataset(tmp_path, num_images=1, splits=['val'])
    write_pose_results(tmp_path / 'poses.json', tmp_path / 'annotations/val.json')
    with pytest.raises(ValueError, match=r'poses.json: entry 0: keypoints: must be 42 .* for 14 joints, but are 51'):
        read_pose_results(tmp_path / 'poses.json', 14)
    (tmp_path / 'list.json').write_text('{"images": []}')
    with pytest.raises(ValueError, match=r'list.json: must hold a list of keypoint results'):
        read_pose_results(tmp_path / 'list.json', 17)
    (tmp_path / 'bad.pkl').write_bytes(pickle.dumps([{'img_id': 1}]))
    with pytest.raises(ValueError, match=r'bad.pkl: must hold data samples .*pred_instances.*KeyError'):
        read_pose_results(tmp_path / 'bad.pkl', 17)
    for name in ('none.pkl', 'none.json'):
        with pytest.raises(FileNotFoundError, match=f'{name}: no such file'):
            read_pose_results(tmp_path / name, 17)
