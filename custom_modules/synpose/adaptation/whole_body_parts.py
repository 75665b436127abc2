"""The parts of the 133 joints of COCO-WholeBody, and where they stand among the joints of a teacher."""

from collections.abc import Sequence

import numpy as np

from synpose.skeletons import WHOLEBODY133_NAMES, WHOLEBODY_SLICES

FIELDS: dict[str, str] = {'foot': 'foot', 'face': 'face', 'left_hand': 'lefthand', 'right_hand': 'righthand'}
"""How the fields of each part begin in a file: ``face_kpts``, ``face_valid``, ``face_box``, ..."""
PARTS: dict[str, slice] = {
    'body': slice(0, WHOLEBODY_SLICES['foot'].start),
    **{part: WHOLEBODY_SLICES[name] for part, name in FIELDS.items()},
}
"""Where each part stands among the 133 joints."""
PSEUDO_PARTS: tuple[str, ...] = tuple(PARTS)[1:]
"""The parts that teachers label; the body's joints are the annotated ones."""
BOXED_PARTS: tuple[str, ...] = ('face', 'left_hand', 'right_hand')
"""The parts that have a box of their own."""
HALPE26_FEET: tuple[int, ...] = (20, 22, 24, 21, 23, 25)
"""Halpe's foot joints (it has both big toes first, then both small toes, both heels) in COCO-WholeBody's order."""
NUM_JOINTS = len(WHOLEBODY133_NAMES)


def teacher_joints(names: Sequence[str], part: str) -> np.ndarray:
    """Find the joints of a part among those that a model predicts.

    Joints go by the names of the model's metainfo, which those of COCO-WholeBody, its face and hand subsets, Halpe,
    300W, OneHand10K, FreiHAND, RHD and InterHand give in one of three ways: ``left_thumb1``; without the side where the
    model knows one hand of 21 joints (``thumb1``, ``wrist`` for the root); by numbers where it knows a face of 68
    (``kpt-0``).

    Args:
        names: Names of the K joints, in the model's order.
        part: One of :data:`PARTS`.

    Returns:
        ``(J,)`` int, the place of each joint of the part, in COCO-WholeBody's order.

    Raises:
        ValueError: If the model lacks a joint of the part; says how many are needed and how many there are.
    """
    wanted = WHOLEBODY133_NAMES[PARTS[part]]
    places = {name: place for place, name in enumerate(names)}
    for name in wanted:
        joint = name.partition('_')[2]
        other = 'wrist' if joint == 'hand_root' else joint
        if part.endswith('hand') and len(names) == len(wanted) and other in places:
            places.setdefault(name, places[other])
        if part == 'face' and len(names) == len(wanted) and name.replace('face', 'kpt') in places:
            places.setdefault(name, places[name.replace('face', 'kpt')])
    missing = [name for name in wanted if name not in places]
    if missing:
        raise ValueError(
            f'{part}: needs {len(wanted)} joints, but the model predicts {len(names)}, without {missing[0]} '
            f'({len(missing)} missing)'
        )
    return np.array([places[name] for name in wanted])
