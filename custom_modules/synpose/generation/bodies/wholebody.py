"""COCO-WholeBody's points of feet, face and hands on a body model's skin and bones."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from synpose.skeletons import FINGERS, JOINT_NAMES, WHOLEBODY133_NAMES, WHOLEBODY_SLICES, joint_indices

Place: TypeAlias = Sequence[int] | np.ndarray
"""A point of the skin: vertices whose mean it is, or weights over all vertices ``(V,)`` float."""
POINT_NAMES = WHOLEBODY133_NAMES[WHOLEBODY_SLICES['foot'].start :]
"""The 116 points: 6 of the feet, 68 of the face, 21 of the left hand and 21 of the right."""


def hand_bones() -> dict[str, str]:
    """Return the bone at each point of the hands that the 59 joints lack: wrists, roots of thumbs, third joints."""
    bones = {}
    for side, suffix in (('left', 'L'), ('right', 'R')):
        points = WHOLEBODY133_NAMES[WHOLEBODY_SLICES[f'{side}hand']]
        bones[points[0]] = f'wrist.{suffix}'
        bones[points[1]] = f'finger1-1.{suffix}'
        for number in range(2, len(FINGERS) + 1):
            bones[points[4 * number - 1]] = f'finger{number}-3.{suffix}'
    return bones


def wholebody_maps(
    joint_maps: tuple[Any, Any], bone: Mapping[str, int], on_skin: Mapping[str, Place]
) -> tuple[Any, Any, np.ndarray]:
    """Build the maps from a body to the points, those that are joints of ours exactly where these are.

    Args:
        joint_maps: Sparse maps from vertices ``(59, V)`` and from bones' joints ``(59, B)`` to the 59 joints.
        bone: Index of each bone by name.
        on_skin: Where further points lie, by name.

    Returns:
        Sparse maps from vertices ``(116, V)`` and from bones' joints ``(116, B)``, and which points are defined
        ``(116,)``.
    """
    from scipy.sparse import csr_matrix

    source = joint_indices(JOINT_NAMES, POINT_NAMES)
    shared = np.flatnonzero(source >= 0)
    select = csr_matrix((np.ones(len(shared)), (shared, source[shared])), (len(POINT_NAMES), len(JOINT_NAMES)))
    vertices, heads = ((select @ joint_map).tolil() for joint_map in joint_maps)
    defined = source >= 0
    for name, label in hand_bones().items():
        heads[POINT_NAMES.index(name), bone[label]] = 1
        defined[POINT_NAMES.index(name)] = True
    for name, place in on_skin.items():
        row = POINT_NAMES.index(name)
        if isinstance(place, np.ndarray):
            vertices[row] = place
        else:
            vertices[row, list(place)] = 1 / len(place)
        defined[row] = True
    return vertices.tocsr(), heads.tocsr(), defined
