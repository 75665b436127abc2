"""AI Challenger: boxes, flags, and people with a box or joints only."""

import json

import pytest

from synpose.datasets.conversion.ai_challenger import AIChallengerSource
from synpose.datasets.conversion.source import BadRecordError


def source(tmp_path, boxes, joints):
    path = tmp_path / 'a.json'
    path.write_text(json.dumps([{'image_id': 'ab', 'human_annotations': boxes, 'keypoint_annotations': joints}]))
    return AIChallengerSource(path)


def test_boxes_are_corners_and_flags_their_own(tmp_path):
    points = [5, 6, 1, 7, 8, 2, 9, 9, 3, *[0, 0, 0] * 11]
    found = source(tmp_path, {'human1': [3, 4, 13, 24]}, {'human1': points})
    [(name, record)] = found.person_records()
    person = found.person(record)
    assert (name, person.image, person.box) == ('image ab: human1', 1, [3, 4, 10, 20])
    assert person.joints[:3].tolist() == [[5, 6, 2], [7, 8, 1], [9, 9, 0]]
    assert not person.joints[3:].any()


def test_box_or_joints_only(tmp_path):
    found = source(tmp_path, {'human1': [3, 4, 13, 24]}, {'human2': [1, 1, 1] * 14})
    (_, boxed), (name, jointed) = found.person_records()
    assert not found.person(boxed).joints.any()
    assert name == 'image ab: human2'
    with pytest.raises(BadRecordError, match='human_annotations: missing'):
        found.person(jointed)


def test_images_have_the_ending_of_photos(tmp_path):
    found = source(tmp_path, {}, {})
    [(name, record)] = found.image_records()
    assert (name, found.image(record).file_name, found.image(record).size) == ('image ab', 'ab.jpg', None)
