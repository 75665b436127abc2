"""People of two kinds of poses, whose detected boxes differ in two ways."""

import json
from pathlib import Path

import numpy as np
import pytest

from synpose.skeletons import COCO17_NAMES, person_category

STANDING = np.random.default_rng(0).uniform(-0.4, 0.4, (17, 2)) * 0.3
STANDING[[5, 6, 11, 12]] = [[-0.2, -1], [0.2, -1], [-0.15, 0], [0.15, 0]]
LYING = STANDING[:, ::-1] * [1, -1]
SHIFTS = {0: (-0.1, 0.0, 0.1, 0.05), 1: (0.2, 0.02, 0.0, -0.1)}


def write_people(folder: Path, count: int = 120) -> tuple[Path, Path, list[int]]:
    """Write annotations and detections; returns the files and the kind of each person."""
    rng = np.random.default_rng(1)
    images, annotations, detections, kinds = [], [], [], []
    for number in range(1, count + 1):
        kind = int(rng.integers(2))
        pose = (STANDING, LYING)[kind] * rng.uniform(40, 90) + rng.normal(0, 0.5, (17, 2)) + [300, 300]
        box = np.array([*pose.min(axis=0) - 5, *np.ptp(pose, axis=0) + 10])
        shift = (np.array(SHIFTS[kind]) + rng.normal(0, 0.01, 4)) * np.tile(box[2:], 2)
        left, top, right, bottom = np.array([*box[:2], *box[:2] + box[2:]]) + shift
        images.append({'id': number, 'file_name': f'{number}.jpg', 'width': 600, 'height': 600})
        visible = np.full((17, 1), 2)
        visible[rng.integers(5)] = 0
        joints = np.concatenate([pose, visible], axis=1).ravel().tolist()
        joints[2::3] = [int(value) for value in joints[2::3]]
        person = {'id': number, 'image_id': number, 'category_id': 1, 'iscrowd': 0, 'area': 1000.0}
        annotations.append({**person, 'bbox': box.tolist(), 'keypoints': joints})
        detection = {'image_id': number, 'category_id': 1, 'score': 0.9}
        detections.append({**detection, 'bbox': [left, top, right - left, bottom - top]})
        detections.append({**detection, 'bbox': [0.0, 0.0, 30.0, 30.0]})  # nobody
        kinds.append(kind)
    content = {'images': images, 'annotations': annotations, 'categories': [person_category(COCO17_NAMES)]}
    paths = folder / 'train.json', folder / 'detections.json'
    for path, value in zip(paths, (content, detections)):
        path.write_text(json.dumps(value))
    return *paths, kinds


@pytest.fixture(scope='session')
def people(tmp_path_factory) -> tuple[Path, Path, list[int]]:
    return write_people(tmp_path_factory.mktemp('people'))
