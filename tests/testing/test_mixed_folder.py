"""The mixed fixture has real and rendered people, and pitches that differ."""

import json

from synpose.testing import write_mixed_dataset


def test_people_and_pitches(tmp_path):
    root = write_mixed_dataset(tmp_path, 3, num_people=4, image_size=(64, 48), splits=('train',))
    content = json.loads((root / 'annotations/train.json').read_bytes())
    assert [person['is_synthetic'] for person in content['annotations'][:4]] == [True, False, True, False]
    assert [image['camera_pitch'] for image in content['images']] == [0, 0.2617993877991494, 0.5235987755982988]
