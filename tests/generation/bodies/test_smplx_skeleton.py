import numpy as np
import pytest

from synpose.generation.bodies.smplx_skeleton import (
    BONE_LABELS,
    CARRIERS,
    CHAINS,
    JOINT_OF_BONE,
    LIMB_JOINTS,
    OFFICIAL_FEET,
    OFFICIAL_LANDMARKS,
    SMPLX_PARENTS,
    bone_parents,
    checked_landmarks,
)

# SMPL-X's joints as its authors list them, each with its parent.
TREE = """pelvis - left_hip pelvis right_hip pelvis spine1 pelvis left_knee left_hip right_knee right_hip spine2 spine1
left_ankle left_knee right_ankle right_knee spine3 spine2 left_foot left_ankle right_foot right_ankle neck spine3
left_collar spine3 right_collar spine3 head neck left_shoulder left_collar right_shoulder right_collar
left_elbow left_shoulder right_elbow right_shoulder left_wrist left_elbow right_wrist right_elbow jaw head left_eye head
right_eye head
left_index1 left_wrist left_index2 left_index1 left_index3 left_index2
left_middle1 left_wrist left_middle2 left_middle1 left_middle3 left_middle2
left_pinky1 left_wrist left_pinky2 left_pinky1 left_pinky3 left_pinky2
left_ring1 left_wrist left_ring2 left_ring1 left_ring3 left_ring2
left_thumb1 left_wrist left_thumb2 left_thumb1 left_thumb3 left_thumb2
right_index1 right_wrist right_index2 right_index1 right_index3 right_index2
right_middle1 right_wrist right_middle2 right_middle1 right_middle3 right_middle2
right_pinky1 right_wrist right_pinky2 right_pinky1 right_pinky3 right_pinky2
right_ring1 right_wrist right_ring2 right_ring1 right_ring3 right_ring2
right_thumb1 right_wrist right_thumb2 right_thumb1 right_thumb3 right_thumb2"""
NAMES, ABOVE = TREE.split()[::2], TREE.split()[1::2]
NUMBERS = {'thumb': 1, 'index': 2, 'middle': 3, 'ring': 4, 'pinky': 5}


def test_the_tree_is_smplx():
    assert len(NAMES) == len(CHAINS) == len(SMPLX_PARENTS) == 55
    assert [NAMES.index(name) if name != '-' else -1 for name in ABOVE] == list(SMPLX_PARENTS)


@pytest.mark.parametrize(
    ('name', 'bone'), [('pelvis', 'root'), ('head', 'head'), ('spine2', 'spine02'), ('jaw', 'head.jaw')]
)
def test_trunk_bones(name, bone):
    assert BONE_LABELS[CARRIERS[NAMES.index(name)]] == bone


def test_limbs_and_fingers_are_on_their_side():
    for name, chain in zip(NAMES, CHAINS):
        side = {'left': 'L', 'right': 'R'}.get(name.split('_')[0])
        if side is None:
            continue
        part = name.split('_')[1]
        assert all(label.endswith(f'.{side}') for label in chain)
        if part[:-1] in NUMBERS:
            assert chain == (f'finger{NUMBERS[part[:-1]]}-{part[-1]}.{side}',)
    for joint, bone in LIMB_JOINTS.items():
        assert NAMES[JOINT_OF_BONE[BONE_LABELS.index(bone)]] == joint


def test_bones_hang_from_the_last_bone_of_their_joints_parent():
    parents = bone_parents()
    assert parents[0] == -1
    assert all(0 <= parent < k for k, parent in enumerate(parents) if k)
    for bone, parent in enumerate(parents):
        joint = JOINT_OF_BONE[bone]
        same = parent >= 0 and JOINT_OF_BONE[parent] == joint
        assert same == (BONE_LABELS[bone] in CHAINS[joint][1:])
        if not same and parent >= 0:
            assert BONE_LABELS[parent] == CHAINS[SMPLX_PARENTS[joint]][-1]
    assert np.array_equal(JOINT_OF_BONE[CARRIERS], np.arange(55))


def test_landmarks_are_checked():
    assert checked_landmarks(None, 10475) == OFFICIAL_LANDMARKS | OFFICIAL_FEET
    own = dict.fromkeys(OFFICIAL_LANDMARKS, 3) | {'chin': 4}
    assert checked_landmarks(own, 10) == own  # without small toes and heels
    assert checked_landmarks(own | {'left_heel': 5}, 10)['left_heel'] == 5
    with pytest.raises(ValueError, match='100 vertices'):
        checked_landmarks(None, 100)
    with pytest.raises(ValueError, match=r"'nose'.*missing.*'beard'.*unknown"):
        checked_landmarks({name: 3 for name in OFFICIAL_LANDMARKS if name != 'nose'} | {'beard': 1}, 10)
    with pytest.raises(ValueError, match='left_toe=10'):
        checked_landmarks(own | {'left_toe': 10}, 10)
