import numpy as np
import pytest
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from synpose.adaptation.whole_body_parts import HALPE26_FEET, NUM_JOINTS, PARTS, teacher_joints
from synpose.skeletons import WHOLEBODY133_NAMES


def names(metainfo):
    info = parse_pose_metainfo(dict(from_file=f'configs/_base_/datasets/{metainfo}.py'))
    return [info['keypoint_id2name'][i] for i in range(info['num_keypoints'])]


def test_parts_cover_the_joints_in_order():
    assert [k for part in PARTS.values() for k in range(NUM_JOINTS)[part]] == list(range(133))
    assert names('coco_wholebody') == list(WHOLEBODY133_NAMES)


def test_whole_body_models_know_every_part():
    for part, here in PARTS.items():
        assert teacher_joints(names('coco_wholebody'), part).tolist() == list(range(133))[here]
        found = teacher_joints(names('halpe'), part)
        assert [names('halpe')[k] for k in found] == list(WHOLEBODY133_NAMES[here])


def test_feet_of_halpe():
    assert teacher_joints(names('halpe26'), 'foot').tolist() == list(HALPE26_FEET) == [20, 22, 24, 21, 23, 25]


@pytest.mark.parametrize('metainfo', ['300w', 'coco_wholebody_face'])
def test_faces(metainfo):
    assert teacher_joints(names(metainfo), 'face').tolist() == list(range(68))


@pytest.mark.parametrize('metainfo', ['onehand10k', 'coco_wholebody_hand', 'freihand2d'])
def test_one_hand_serves_both_sides(metainfo):
    for part in ('left_hand', 'right_hand'):
        assert teacher_joints(names(metainfo), part).tolist() == list(range(21))


def test_hands_in_another_order():
    # RHD counts each finger from its tip, InterHand has the wrist last.
    fingers = [4 * finger + joint for finger in range(5) for joint in (4, 3, 2, 1)]
    assert teacher_joints(names('rhd2d'), 'left_hand').tolist() == [0, *fingers]
    assert teacher_joints(names('interhand2d'), 'right_hand').tolist() == [20, *(k - 1 for k in fingers)]


@pytest.mark.parametrize(
    ('metainfo', 'part', 'message'),
    [
        ('wflw', 'face', r'face: needs 68 joints, but the model predicts 98, without face-0 \(68 missing\)'),
        ('coco', 'foot', r'foot: needs 6 joints, but the model predicts 17, without left_big_toe'),
        ('onehand10k', 'face', 'face: needs 68 joints, but the model predicts 21'),
        ('halpe26', 'left_hand', 'left_hand: needs 21 joints, but the model predicts 26'),
    ],
)
def test_a_model_of_other_joints_is_refused(metainfo, part, message):
    with pytest.raises(ValueError, match=message):
        teacher_joints(names(metainfo), part)


def test_halpe26_and_whole_body_agree_on_feet():
    points = np.arange(26)
    feet = points[teacher_joints(names('halpe26'), 'foot')]
    assert [names('halpe26')[k] for k in feet] == list(WHOLEBODY133_NAMES[17:23])
