"""SMPL-X's 55 joints under the names of the bones that posers turn, and its landmarks on the skin."""

from collections.abc import Mapping

import numpy as np

from synpose.skeletons import FINGERS

SMPLX_PARENTS = (
    *(-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15),
    *(
        parent
        for wrist, hand in ((20, 25), (21, 40))
        for k in range(hand, hand + 15, 3)
        for parent in (wrist, k, k + 1)
    ),
)
"""Parent of each joint, in SMPL-X's order.

Pelvis, left and right hip, spine 1, knees, spine 2, ankles, spine 3, feet, neck, collars, head, shoulders, elbows,
wrists, jaw, eyes; then three each of index, middle, little, ring finger and thumb of the left hand and of the right.
"""

CHAINS: tuple[tuple[str, ...], ...] = (
    ('root',),
    *((f'upperleg01.{side}', f'upperleg02.{side}') for side in 'LR'),
    ('spine05', 'spine04'),
    *((f'lowerleg01.{side}', f'lowerleg02.{side}') for side in 'LR'),
    ('spine03', 'spine02'),
    *((f'foot.{side}',) for side in 'LR'),
    ('spine01',),
    *((f'toe2-1.{side}',) for side in 'LR'),
    ('neck01', 'neck02'),
    *((f'clavicle.{side}', f'shoulder01.{side}') for side in 'LR'),
    ('neck03', 'head'),
    *((f'upperarm01.{side}', f'upperarm02.{side}') for side in 'LR'),
    *((f'lowerarm01.{side}', f'lowerarm02.{side}') for side in 'LR'),
    *((f'wrist.{side}',) for side in 'LR'),
    *(('head.jaw',), ('eye.L',), ('eye.R',)),
    *((f'finger{number}-{k}.{side}',) for side in 'LR' for number in (2, 3, 5, 4, 1) for k in (1, 2, 3)),
)
"""The bones that stand for each joint, in SMPL-X's order.

The last bone of each carries the joint's skinning weights, but for the forearms the first, since elbows do not twist.
The others sit at the same joint without any, so that posers may share out a bend or a twist along them. The toes, one
joint of SMPL-X's, have further bones without weights beside the second toe's.
"""

_TOES = {f'toe{number}-1.{side}': joint for side, joint in (('L', 10), ('R', 11)) for number in (1, 3, 4, 5)}

BONE_LABELS = (*(label for chain in CHAINS for label in chain), *_TOES)
"""Names of the ``B`` bones."""

JOINT_OF_BONE = np.array([*(joint for joint, chain in enumerate(CHAINS) for _ in chain), *_TOES.values()])
"""SMPL-X joint of each bone ``(B,)``."""

_FOREARMS = ('lowerarm01.L', 'lowerarm01.R')
CARRIERS = np.array([BONE_LABELS.index(chain[0] if chain[0] in _FOREARMS else chain[-1]) for chain in CHAINS])
"""The bone that carries each joint's skinning weights ``(55,)``."""

LIMB_JOINTS = {
    f'{side}_{joint}': f'{bone}.{suffix}'
    for side, suffix in (('left', 'L'), ('right', 'R'))
    for joint, bone in (
        *(('shoulder', 'upperarm01'), ('elbow', 'lowerarm01'), ('wrist', 'wrist')),
        *(('hip', 'upperleg01'), ('knee', 'lowerleg01'), ('ankle', 'foot')),
    )
}
"""The bone whose joint each of these joints is."""

OFFICIAL_VERTICES = 10475
OFFICIAL_LANDMARKS = {
    'nose': 9120,
    'left_eye': 9448,
    'right_eye': 9929,
    'left_ear': 6,
    'right_ear': 616,
    'left_toe': 5770,
    'right_toe': 8463,
    **{f'left_{finger}_tip': vertex for finger, vertex in zip(FINGERS, (5361, 4933, 5058, 5169, 5286))},
    **{f'right_{finger}_tip': vertex for finger, vertex in zip(FINGERS, (8079, 7669, 7794, 7905, 8022))},
}
"""Vertices of the official topology, as published in ``smplx/vertex_ids.py`` of github.com/vchoutas/smplx."""

OFFICIAL_FEET = {
    'left_small_toe': 5780,
    'left_heel': 8846,
    'right_small_toe': 8474,
    'right_heel': 8635,
}
"""Vertices of COCO-WholeBody's further points of the feet, from the same list."""


def bone_parents() -> list[int]:
    """Return the index of each bone's parent ``(B,)``; -1 at the root."""
    ends = [BONE_LABELS.index(chain[-1]) for chain in CHAINS]
    parents: list[int] = []
    for parent, chain in zip(SMPLX_PARENTS, CHAINS):
        first = -1 if parent < 0 else ends[parent]
        parents += [first, *range(len(parents), len(parents) + len(chain) - 1)]
    return parents + [ends[SMPLX_PARENTS[joint]] for joint in _TOES.values()]


def checked_landmarks(landmarks: Mapping[str, int] | None, num_vertices: int) -> dict[str, int]:
    """Return the vertex of each landmark by joint name; the official ones by default.

    A topology's own landmarks may lack small toes and heels: then its people have no such points.

    Raises:
        ValueError: If one is missing, unknown or no vertex, or none are given for another topology.
    """
    if landmarks is None:
        if num_vertices != OFFICIAL_VERTICES:
            raise ValueError(
                f'landmarks: the model has {num_vertices} vertices and the official landmarks are for '
                f'{OFFICIAL_VERTICES}, so its own must be given'
            )
        return OFFICIAL_LANDMARKS | OFFICIAL_FEET
    missing = set(OFFICIAL_LANDMARKS) - set(landmarks)
    unknown = set(landmarks) - {*OFFICIAL_LANDMARKS, *OFFICIAL_FEET, 'chin', 'head_top'}
    if missing or unknown:
        raise ValueError(f'landmarks: {sorted(missing)} missing, {sorted(unknown)} unknown')
    for name, vertex in landmarks.items():
        if not 0 <= vertex < num_vertices:
            raise ValueError(f'landmarks: {name}={vertex!r} is not one of the {num_vertices} vertices')
    return {name: int(vertex) for name, vertex in landmarks.items()}
