"""How far behind the surface of its own body each joint may lie and still be seen."""

import numpy as np

from synpose.skeletons import JOINT_ALIASES, JOINT_NAMES, WHOLEBODY133_NAMES, strip_side

_TOLERANCES = {
    **dict.fromkeys(('chest', 'spine', 'pelvis', 'hip'), 0.20),
    **dict.fromkeys(('head_top', 'neck', 'shoulder', 'clavicle'), 0.15),
    **dict.fromkeys(('knee', 'elbow', 'ankle', 'ear'), 0.10),
    **dict.fromkeys(('nose', 'eye', 'chin', 'wrist', 'toe', 'palm'), 0.07),
}
OWN_BODY_TOLERANCE = np.array([_TOLERANCES.get(strip_side(name), 0.04) for name in JOINT_NAMES])
"""How far behind its own body's surface a joint may lie and still be seen, ``(59,)`` m; our choice.

A joint is inside the body: about half the limb's thickness below the skin, more where the line of sight is oblique.
Beyond this the surface belongs to another part of the body (a wrist behind the back). Finger joints take .04.
"""


_FACE_TOLERANCE = 0.03  # points of the face lie on the skin; hair and glasses lie over it


def _wholebody_tolerances() -> list[float]:
    own = [JOINT_ALIASES.get(name, name) for name in WHOLEBODY133_NAMES[17:]]
    known = dict(zip(JOINT_NAMES, OWN_BODY_TOLERANCE.tolist()))
    others = {'heel': _TOLERANCES['toe'], 'toe': _TOLERANCES['toe'], 'root': _TOLERANCES['palm']}
    rest = [_FACE_TOLERANCE if 'face' in name else others.get(name.split('_')[-1], 0.04) for name in own]
    return [known.get(name, value) for name, value in zip(own, rest)]


WHOLEBODY_TOLERANCE = np.array(_wholebody_tolerances())
""":data:`OWN_BODY_TOLERANCE` of COCO-WholeBody's points of feet, face and hands, ``(116,)`` m.

Points that are joints of ours have theirs; those of the face .03, feet and wrists .07, the rest of the fingers .04.
"""
