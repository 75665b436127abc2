"""The 59-joint skeleton against MMPose's own skeleton files."""

from pathlib import Path

import mmpose
import numpy as np
import pytest
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from synpose import skeletons
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_NAMES, WHOLEBODY133_NAMES

METAINFO = Path(mmpose.__file__).parent / '.mim' / 'configs' / '_base_' / 'datasets'


def test_joint_order():
    assert len(JOINT_NAMES) == len(set(JOINT_NAMES)) == 59
    assert JOINT_NAMES[:6] == ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'chin')
    assert JOINT_NAMES[6:13] == ('head_top', 'neck', 'chest', 'spine', 'pelvis', 'left_clavicle', 'left_shoulder')
    assert JOINT_NAMES[26] == 'right_toe'
    assert JOINT_NAMES[27:31] == ('left_palm', 'left_thumb_1', 'left_thumb_2', 'left_thumb_tip')
    assert JOINT_NAMES[58] == 'right_little_tip'


@pytest.mark.parametrize(
    ('file', 'names'),
    [('coco', COCO17_NAMES), ('crowdpose', CROWDPOSE14_NAMES), ('coco_wholebody', WHOLEBODY133_NAMES)],
)
def test_names_are_those_of_mmpose(file, names):
    metainfo = parse_pose_metainfo({'from_file': str(METAINFO / f'{file}.py')})
    assert tuple(name for _, name in sorted(metainfo['keypoint_id2name'].items())) == names


@pytest.mark.parametrize(('file', 'names'), [('coco', COCO17_NAMES), ('crowdpose', CROWDPOSE14_NAMES)])
def test_metainfo_agrees_with_mmpose(file, names):
    theirs = parse_pose_metainfo({'from_file': str(METAINFO / f'{file}.py')})
    ours = parse_pose_metainfo(skeletons.build_metainfo('test', names))
    assert ours['flip_indices'] == theirs['flip_indices']
    np.testing.assert_allclose(ours['sigmas'], theirs['sigmas'])


def test_flip_is_an_involution_over_all_joints():
    indices = np.array(parse_pose_metainfo(skeletons.build_metainfo('test'))['flip_indices'])
    np.testing.assert_array_equal(indices[indices], np.arange(59))
    assert (indices != np.arange(59)).sum() == 52  # only nose, chin and the five torso joints are their own mirror


def test_map_keypoints_by_name():
    source = ['neck', 'left_wrist', 'head_top']
    keypoints = np.array([[[1, 2, 2], [3, 4, 1], [5, 6, 2]]], dtype=float)
    mapped = skeletons.map_keypoints(keypoints, source, CROWDPOSE14_NAMES)
    expected = np.zeros((1, 14, 3))
    expected[0, CROWDPOSE14_NAMES.index('left_wrist')] = [3, 4, 1]
    expected[0, CROWDPOSE14_NAMES.index('top_head')] = [5, 6, 2]
    expected[0, CROWDPOSE14_NAMES.index('neck')] = [1, 2, 2]
    np.testing.assert_array_equal(mapped, expected)


def test_map_keypoints_leaves_its_input():
    keypoints = np.ones((2, 59, 3))
    skeletons.map_keypoints(keypoints, JOINT_NAMES, WHOLEBODY133_NAMES)[...] = 7
    assert (keypoints == 1).all()


def test_aliases_work_in_both_directions():
    assert skeletons.joint_indices(CROWDPOSE14_NAMES, ['head_top']).tolist() == [12]
    assert skeletons.joint_indices(['head_top'], CROWDPOSE14_NAMES).tolist() == [-1] * 12 + [0, -1]


def test_wholebody_counterparts():
    indices = skeletons.joint_indices(JOINT_NAMES, WHOLEBODY133_NAMES)
    found = {WHOLEBODY133_NAMES[i]: JOINT_NAMES[j] for i, j in enumerate(indices) if j >= 0}
    assert len(found) == 17 + 2 + 1 + 30  # body, big toes, chin, three joints of ten fingers
    assert found['left_thumb2'] == 'left_thumb_1'
    assert found['right_pinky_finger4'] == 'right_little_tip'


def test_repeated_names_are_refused():
    with pytest.raises(ValueError, match=r"more than once.*'neck'"):
        skeletons.joint_indices(['neck', 'neck'], ['neck'])


def test_unknown_joint_has_no_sigma():
    with pytest.raises(KeyError, match='tail'):
        skeletons.joint_sigma('tail')


def test_the_category_of_people_counts_joints_from_one():
    person = skeletons.person_category()
    assert person['keypoints'] == list(JOINT_NAMES)
    assert [(JOINT_NAMES[a - 1], JOINT_NAMES[b - 1]) for a, b in person['skeleton']] == list(skeletons.BONES)
    assert skeletons.person_category(['neck', 'head_top', 'nose'])['skeleton'] == [[2, 1]]
