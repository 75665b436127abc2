import json
from pathlib import Path

import numpy as np

from synpose.skeletons import COCO17_NAMES, JOINT_NAMES, map_keypoints
from synpose.testing import write_pose_results, write_synpose_dataset


def test_every_person_is_found_a_little_off(tmp_path: Path) -> None:
    write_synpose_dataset(tmp_path, num_images=2, splits=['val'])
    path = tmp_path / 'annotations/val.json'
    entries = write_pose_results(tmp_path / 'poses.json', path, noise=0.5)
    assert json.loads((tmp_path / 'poses.json').read_text()) == entries
    people = json.loads(path.read_text())['annotations']
    assert [entry['image_id'] for entry in entries] == [person['image_id'] for person in people]
    for entry, person in zip(entries, people):
        labels = map_keypoints(np.reshape(person['keypoints'], (59, 3)).astype(float), JOINT_NAMES, COCO17_NAMES)
        found, seen = np.reshape(entry['keypoints'], (17, 3)), labels[:, 2] > 0
        assert 0 < np.abs(found[seen, :2] - labels[seen, :2]).max() < 3
        np.testing.assert_array_equal(found[:, 2], np.where(seen, 0.9, 0.05))
