import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from synpose.testing.small_teachers import write_teacher

OPEN = dict(score=0.01, box_margin=9.0, hand_bone=99.0, foot_bone=99.0, crossing=False)
"""Limits under which nearly everything is a label, since small teachers know nothing of people."""


@pytest.fixture(scope='session')
def teachers(tmp_path_factory):
    """Three teachers that share the work."""
    init_default_scope('mmpose')
    folder = tmp_path_factory.mktemp('teachers')
    return [
        dict(parts=('body', 'foot'), **write_teacher(folder, 'halpe26', 26)),
        dict(parts=('face',), **write_teacher(folder, '300w', 68)),
        dict(parts=('left_hand', 'right_hand'), box_scale=0.6, **write_teacher(folder, 'onehand10k', 21)),
    ]


@pytest.fixture(scope='session')
def whole_teacher(tmp_path_factory):
    """One teacher for everything but the body."""
    init_default_scope('mmpose')
    files = write_teacher(tmp_path_factory.mktemp('whole'), 'coco_wholebody', 133)
    return dict(parts=('foot', 'face', 'left_hand', 'right_hand'), **files)


def draw_people(count, size=(161, 120), seed=0):
    """A smooth picture, and the records of people whose joints stand at random."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8)
    image = cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)
    people = []
    for number in range(1, count + 1):
        low = rng.uniform(0, 50, 2).round(1)
        side = rng.uniform(40, 60, 2).round(1)
        joints = np.column_stack([rng.uniform(low, low + side, (17, 2)).round(1), np.full(17, 2)])
        record = dict(id=number, category_id=1, bbox=[*low.tolist(), *side.tolist()], iscrowd=0)
        people.append({**record, 'keypoints': joints.ravel().tolist()})
    return image, people
