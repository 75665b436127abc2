"""The 59-joint skeleton of synpose renderings and its maps to public skeletons.

Joints are always matched **by name**: a dataset file names its joints in ``categories[0]['keypoints']`` and a target
skeleton names the joints it wants. A target joint whose name is absent stays invisible (visibility 0); nothing is
guessed.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

FACE_JOINTS = ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'chin')
TORSO_JOINTS = ('head_top', 'neck', 'chest', 'spine', 'pelvis')
LIMB_JOINTS = ('clavicle', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle', 'toe')
FINGERS = ('thumb', 'index', 'middle', 'ring', 'little')
FINGER_JOINTS = ('1', '2', 'tip')  # '1' is the knuckle at the palm, '2' the next joint


def _hand(side: str) -> tuple[str, ...]:
    return (f'{side}_palm', *(f'{side}_{finger}_{joint}' for finger in FINGERS for joint in FINGER_JOINTS))


JOINT_NAMES: tuple[str, ...] = (
    *FACE_JOINTS,
    *TORSO_JOINTS,
    *(f'left_{joint}' for joint in LIMB_JOINTS),
    *(f'right_{joint}' for joint in LIMB_JOINTS),
    *_hand('left'),
    *_hand('right'),
)
"""The 59 joints in storage order: face 6, body 21, left hand 16, right hand 16."""
JOINT_ROW: dict[str, int] = {name: row for row, name in enumerate(JOINT_NAMES)}
"""Where each joint stands in :data:`JOINT_NAMES`."""

BODY_PARTS = (
    'background',
    'head',
    'torso',
    'right_upper_arm',
    'right_lower_arm',
    'right_hand',
    'left_upper_arm',
    'left_lower_arm',
    'left_hand',
    'right_upper_leg',
    'right_lower_leg',
    'right_foot',
    'left_upper_leg',
    'left_lower_leg',
    'left_foot',
)
"""Names of the part labels, by number: SURREAL's 14 parts in the order its evaluation uses, and 0 for all else."""

COCO17_NAMES: tuple[str, ...] = (
    *('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear'),
    *('left_shoulder', 'right_shoulder', 'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist'),
    *('left_hip', 'right_hip', 'left_knee', 'right_knee', 'left_ankle', 'right_ankle'),
)
CROWDPOSE14_NAMES: tuple[str, ...] = (*COCO17_NAMES[5:], 'top_head', 'neck')
MPII16_NAMES: tuple[str, ...] = (
    *('right_ankle', 'right_knee', 'right_hip', 'left_hip', 'left_knee', 'left_ankle', 'pelvis', 'thorax'),
    *('upper_neck', 'head_top', 'right_wrist', 'right_elbow', 'right_shoulder'),
    *('left_shoulder', 'left_elbow', 'left_wrist'),
)
"""MPII's joints in the order of its files; thorax and upper neck have no counterpart among ours."""
WHOLEBODY133_NAMES: tuple[str, ...] = (
    *COCO17_NAMES,
    *(f'{side}_{part}' for side in ('left', 'right') for part in ('big_toe', 'small_toe', 'heel')),
    *(f'face-{i}' for i in range(68)),
    *(
        name
        for side in ('left', 'right')
        for name in (
            f'{side}_hand_root',
            *(
                f'{side}_{finger}{i}'
                for finger in ('thumb', 'forefinger', 'middle_finger', 'ring_finger', 'pinky_finger')
                for i in (1, 2, 3, 4)
            ),
        )
    ),
)

WHOLEBODY_SLICES: dict[str, slice] = {
    'foot': slice(17, 23),
    'face': slice(23, 91),
    'lefthand': slice(91, 112),
    'righthand': slice(112, 133),
}
"""Where the parts beyond the body stand in :data:`WHOLEBODY133_NAMES`, by the prefix of their fields (`foot_kpts`)."""

_WHOLEBODY_FINGERS = dict(zip(FINGERS, ('thumb', 'forefinger', 'middle_finger', 'ring_finger', 'pinky_finger')))
# The thumb's first whole-body point is the carpal joint, so its knuckle is point 2; other fingers start at it.
_WHOLEBODY_POINTS = {finger: ('2', '3', '4') if finger == 'thumb' else ('1', '2', '4') for finger in FINGERS}

JOINT_ALIASES: dict[str, str] = {
    'top_head': 'head_top',
    'face-8': 'chin',
    **{f'{side}_big_toe': f'{side}_toe' for side in ('left', 'right')},
    **{
        f'{side}_{_WHOLEBODY_FINGERS[finger]}{point}': f'{side}_{finger}_{joint}'
        for side in ('left', 'right')
        for finger in FINGERS
        for joint, point in zip(FINGER_JOINTS, _WHOLEBODY_POINTS[finger])
    },
}
"""Names other skeletons give to our joints: ``{their name: our name}``."""


def _bones() -> list[tuple[str, str]]:
    bones = [('nose', 'left_eye'), ('nose', 'right_eye'), ('left_eye', 'left_ear'), ('right_eye', 'right_ear')]
    bones += [('nose', 'chin'), ('head_top', 'neck'), ('neck', 'chest'), ('chest', 'spine'), ('spine', 'pelvis')]
    for side in ('left', 'right'):
        chain = ('chest', *(f'{side}_{joint}' for joint in ('clavicle', 'shoulder', 'elbow', 'wrist', 'palm')))
        bones += pairwise(chain)
        chain = ('pelvis', *(f'{side}_{joint}' for joint in ('hip', 'knee', 'ankle', 'toe')))
        bones += pairwise(chain)
        for finger in FINGERS:
            chain = (f'{side}_palm', *(f'{side}_{finger}_{joint}' for joint in FINGER_JOINTS))
            bones += pairwise(chain)
    return bones


BONES: tuple[tuple[str, str], ...] = tuple(_bones())
"""Pairs of joint names joined by a line in drawings."""

LEFT_COLOR, RIGHT_COLOR, MIDDLE_COLOR = (0, 255, 0), (255, 128, 0), (51, 153, 255)
"""Colors of the sides of the body in drawings: red, green, blue from 0 to 255."""

# Measured by COCO, CrowdPose (head top, neck) and COCO-WholeBody (chin, toes, hands); joints nobody measured borrow:
# clavicles the shoulder's, chest, spine and pelvis the hip's.
_SIGMAS = {
    'nose': 0.026,
    'eye': 0.025,
    'ear': 0.035,
    'chin': 0.025,
    'head_top': 0.079,
    'neck': 0.079,
    'clavicle': 0.079,
    'chest': 0.107,
    'spine': 0.107,
    'pelvis': 0.107,
    'shoulder': 0.079,
    'elbow': 0.072,
    'wrist': 0.062,
    'hip': 0.107,
    'knee': 0.087,
    'ankle': 0.089,
    'toe': 0.068,
    'palm': 0.029,
    'thumb': 0.022,
    'index': 0.026,
    'middle': 0.022,
    'ring': 0.026,
    'little': 0.024,
}


def strip_side(name: str) -> str:
    """Return a joint name without its ``left_``/``right_`` prefix."""
    return name.removeprefix('left_').removeprefix('right_')


def flip_name(name: str) -> str:
    """Return the name of the joint on the other side of the body; a joint on the midline is its own mirror image."""
    if name.startswith('left_'):
        return 'right_' + name[len('left_') :]
    if name.startswith('right_'):
        return 'left_' + name[len('right_') :]
    return name


def joint_sigma(name: str) -> float:
    """Return the OKS constant of a joint (COCO keypoint evaluation; COCO-WholeBody for hands and toes).

    Raises:
        KeyError: If the joint is not one of :data:`JOINT_NAMES`.
    """
    part = strip_side(name)
    return _SIGMAS[part] if part in _SIGMAS else _SIGMAS[part.split('_')[0]]


def joint_indices(source_names: Sequence[str], target_names: Sequence[str]) -> np.ndarray:
    """Find where each target joint stands among the source joints.

    Args:
        source_names: Joint names of a file, in its order.
        target_names: Joint names wanted.

    Returns:
        Integer array ``(len(target_names),)``; -1 for a target joint that the source does not have.

    Raises:
        ValueError: If ``source_names`` holds a name twice.
    """
    if len(set(source_names)) != len(source_names):
        repeated = sorted({name for name in source_names if list(source_names).count(name) > 1})
        raise ValueError(f'joint names must be unique, but these stand more than once: {repeated}')
    # An alias on either side becomes our own name, so that 'top_head' meets 'head_top' in both directions.
    lookup = {JOINT_ALIASES.get(name, name): i for i, name in enumerate(source_names)}
    lookup.update({name: i for i, name in enumerate(source_names)})
    found = [lookup.get(name, lookup.get(JOINT_ALIASES.get(name, name), -1)) for name in target_names]
    return np.array(found, dtype=int)


def map_keypoints(keypoints: np.ndarray, source_names: Sequence[str], target_names: Sequence[str]) -> np.ndarray:
    """Select and reorder keypoints by joint name.

    Args:
        keypoints: ``(..., len(source_names), C)``; x px, y px, visibility (or any other channels).
        source_names: Joint names of the second-to-last axis.
        target_names: Joint names wanted.

    Returns:
        ``(..., len(target_names), C)``; all channels of a joint the source lacks are 0.
    """
    return take_joints(keypoints, joint_indices(source_names, target_names))


def take_joints(keypoints: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Select and reorder keypoints by index.

    Args:
        keypoints: ``(..., J, C)``.
        indices: ``(K,)``, as :func:`joint_indices` returns them.

    Returns:
        ``(..., K, C)``; all channels are 0 where the index is -1.
    """
    taken = keypoints[..., np.maximum(indices, 0), :]
    taken[..., indices < 0, :] = 0
    return taken


def side_color(name: str) -> tuple[int, int, int]:
    """Return the color of a joint, red, green, blue from 0 to 255, by the side its name states."""
    if name.startswith('left_'):
        return LEFT_COLOR
    return RIGHT_COLOR if name.startswith('right_') else MIDDLE_COLOR


def person_category(joint_names: Sequence[str] = JOINT_NAMES) -> dict[str, Any]:
    """Describe a skeleton as COCO's category of people; the links of its ``skeleton`` count from 1.

    Args:
        joint_names: Joints, each one of :data:`JOINT_NAMES`.
    """
    number = {name: i for i, name in enumerate(joint_names, 1)}
    links = [[number[a], number[b]] for a, b in BONES if a in number and b in number]
    return {
        'id': 1,
        'name': 'person',
        'supercategory': 'person',
        'keypoints': list(joint_names),
        'skeleton': links,
    }


def build_metainfo(dataset_name: str, joint_names: Sequence[str] = JOINT_NAMES) -> dict[str, Any]:
    """Describe a skeleton in the form MMPose's datasets read as ``METAINFO``.

    Args:
        dataset_name: Value of the ``dataset_name`` field.
        joint_names: Joints of the skeleton, each one of :data:`JOINT_NAMES` or an alias of one.

    Returns:
        A dict with ``dataset_name``, ``keypoint_info``, ``skeleton_info``, ``joint_weights`` (as in MMPose's COCO: 1.2
        on elbows and knees, 1.5 on wrists and ankles) and ``sigmas``.
    """
    own_names = [JOINT_ALIASES.get(name, name) for name in joint_names]
    weights = {'elbow': 1.2, 'knee': 1.2, 'wrist': 1.5, 'ankle': 1.5}
    keypoint_info = {
        i: {
            'name': name,
            'id': i,
            'color': list(side_color(name)),
            'type': 'lower' if strip_side(name) in ('pelvis', 'hip', 'knee', 'ankle', 'toe') else 'upper',
            'swap': flip_name(name) if flip_name(name) != name else '',
        }
        for i, name in enumerate(joint_names)
    }
    shown = dict(zip(own_names, joint_names))
    links = [(shown[a], shown[b]) for a, b in BONES if a in shown and b in shown]
    skeleton_info = {i: {'link': link, 'id': i, 'color': list(side_color(link[1]))} for i, link in enumerate(links)}
    return {
        'dataset_name': dataset_name,
        'keypoint_info': keypoint_info,
        'skeleton_info': skeleton_info,
        'joint_weights': [weights.get(strip_side(name), 1.0) for name in own_names],
        'sigmas': [joint_sigma(name) for name in own_names],
    }
