"""Which of a teacher's joints become labels: rules about one person's joints, for all people at once.

Points are ``(N, J, 2)`` px. Every rule returns what it rejects, ``(N, J)`` bool, and rejects nothing where it cannot
tell, e.g. since the joint of the body that it compares with is not known. :func:`judge` applies them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .part_boxes import JOINT, arm_lengths, distance, known_points, mean_known, scale_boxes
from .whole_body_parts import NUM_JOINTS, PARTS, PSEUDO_PARTS

RULES = ('kept', 'not_predicted', 'not_finite', 'low_score', 'outside_image', 'outside_box', 'long_bone', 'crossed')
"""What :func:`judge` says of a joint, by number."""

# Root, then five fingers of four joints: each finger starts at the root.
_HAND_BONES = tuple((0 if place % 4 == 1 else place - 1, place) for place in range(1, 21))
_EYES = {'left': slice(42, 48), 'right': slice(36, 42)}  # of the 68 points of a face; sides as the person has them
_FEET = {'left': slice(0, 3), 'right': slice(3, 6)}


@dataclass(frozen=True)
class Limits:
    """What makes a joint implausible.

    Attributes:
        score: Joints of a lower confidence are not used (AlphaPose's 0.35).
        box_margin: How far a joint may lie outside the box of its part (feet: of the person), in the box's sides.
        hand_bone: Longest bone of a hand, in the arm's longer half as seen (``arm_lengths``). A palm has about .4.
        foot_bone: Longest distance from the ankle to toe or heel, in the leg's longer half as seen. A foot has about
            .6.
        crossing: Whether parts on the wrong side of the body are rejected.
    """

    score: float = 0.35
    box_margin: float = 0.25
    hand_bone: float = 0.7
    foot_bone: float = 0.9
    crossing: bool = True

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not (0 <= value < float('inf')):
                raise ValueError(f'{name} must be a number from 0, but is {value!r}')
        if not 0 < self.score <= 1:
            raise ValueError(f'score must be above 0 and at most 1, but is {self.score}')


def outside_image(points: np.ndarray, image_sizes: np.ndarray) -> np.ndarray:
    """Reject points that no pixel of the image holds; ``image_sizes`` is ``(N, 2)`` width and height, px."""
    return np.any((points < 0) | (points > image_sizes[:, None] - 1), axis=2)


def outside_box(points: np.ndarray, boxes: np.ndarray, margin: float) -> np.ndarray:
    """Reject points further outside their box than ``margin`` times its sides; nothing where the box is NaN.

    Args:
        points: ``(N, J, 2)`` px.
        boxes: ``(N, 4)`` left, top, right, bottom, px.
        margin: In sides of the box.
    """
    grown = scale_boxes(boxes, 1 + 2 * margin)[:, None]
    with np.errstate(invalid='ignore'):
        return np.any((points < grown[..., :2]) | (points > grown[..., 2:]), axis=2)


def long_bones(starts: np.ndarray, ends: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Reject the ends of bones that are longer than the body allows; nothing where a start or the length is NaN.

    Args:
        starts: ``(N, J, 2)`` px, where each bone begins.
        ends: ``(N, J, 2)`` px.
        lengths: ``(N,)`` px, the longest bone allowed.
    """
    with np.errstate(invalid='ignore'):
        return np.linalg.norm(ends - starts, axis=2) > lengths[:, None]


def crossed(points: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Tell which parts are nearer to the other side's joint of the body than to their own, ``(N,)`` bool.

    Args:
        points: ``(N, 2)`` px, one for each part.
        own: ``(N, 2)`` px, the joint of the body that it belongs to; NaN where not known.
        other: ``(N, 2)`` px, the same joint of the other side; NaN where not known.
    """
    with np.errstate(invalid='ignore'):
        return np.linalg.norm(points - own, axis=1) > np.linalg.norm(points - other, axis=1)


def judge(
    points: np.ndarray,
    scores: np.ndarray,
    joints: np.ndarray,
    boxes: Mapping[str, np.ndarray],
    image_sizes: np.ndarray,
    predicted: np.ndarray,
    limits: Limits,
) -> np.ndarray:
    """Judge all joints beyond the body.

    A joint is judged by the rules in the order of :data:`RULES`, and the first that rejects it is told. Bones are
    measured between joints that the rules before have kept. A hand or foot that is nearer to the other side's wrist or
    ankle is rejected whole, and a face whose eyes are on the wrong sides.

    Args:
        points: ``(N, 133, 2)`` px.
        scores: ``(N, 133)`` confidences.
        joints: ``(N, 17, 3)``, the body's joints.
        boxes: For face, hands and ``'foot'`` (there the person's) the box ``(N, 4)`` px, NaN where there is none.
        image_sizes: ``(N, 2)`` width and height, px.
        predicted: ``(N, 133)`` bool, what a teacher has given.
        limits: The thresholds.

    Returns:
        ``(N, 133)`` int, places in :data:`RULES`; 0 is kept. The body's joints are always 1.
    """
    verdicts = np.zeros((len(points), NUM_JOINTS), int)

    def reject(part: str, rule: str, bad: np.ndarray) -> None:
        mine = verdicts[:, PARTS[part]]
        mine[(mine == 0) & bad] = RULES.index(rule)

    verdicts[:, PARTS['body']] = RULES.index('not_predicted')
    body = known_points(joints)
    for part in PSEUDO_PARTS:
        here = PARTS[part]
        reject(part, 'not_predicted', ~predicted[:, here])
        reject(part, 'not_finite', ~(np.isfinite(points[:, here]).all(axis=2) & np.isfinite(scores[:, here])))
        reject(part, 'low_score', ~(scores[:, here] >= limits.score))
        reject(part, 'outside_image', outside_image(points[:, here], image_sizes))
        reject(part, 'outside_box', outside_box(points[:, here], boxes[part], limits.box_margin))
        kept = np.where((verdicts[:, here] == 0)[..., None], points[:, here], np.nan)
        reject(part, 'long_bone', _long_bones(part, kept, joints, limits))
        kept[verdicts[:, here] != 0] = np.nan
        if limits.crossing:
            reject(part, 'crossed', _crossed(part, kept, body))
    return verdicts


def _long_bones(part: str, points: np.ndarray, joints: np.ndarray, limits: Limits) -> np.ndarray:
    bad = np.zeros(points.shape[:2], bool)
    if part.endswith('hand'):
        starts, ends = np.array(_HAND_BONES).T
        longest = limits.hand_bone * arm_lengths(joints, part.removesuffix('_hand'))
        bad[:, ends] = long_bones(points[:, starts], points[:, ends], longest)
    elif part == 'foot':
        for side, mine in _FEET.items():
            thigh = distance(joints, f'{side}_hip', f'{side}_knee')
            shin = distance(joints, f'{side}_knee', f'{side}_ankle')
            ankles = known_points(joints)[:, None, JOINT[f'{side}_ankle']]
            bad[:, mine] = long_bones(ankles, points[:, mine], limits.foot_bone * np.fmax(thigh, shin))
    return bad


def _crossed(part: str, points: np.ndarray, body: np.ndarray) -> np.ndarray:
    """Compare a part, whose rejected points are NaN, with both sides of the body."""
    wrong = np.zeros(points.shape[:2], bool)
    if part.endswith('hand'):
        side = part.removesuffix('_hand')
        wrong[_nearer_to_other(points[:, 0], body, side, 'wrist')] = True
    elif part == 'foot':
        for side, mine in _FEET.items():
            wrong[:, mine] = _nearer_to_other(mean_known(points[:, mine]), body, side, 'ankle')[:, None]
    else:
        for side, mine in _EYES.items():
            wrong[_nearer_to_other(mean_known(points[:, mine]), body, side, 'eye')] = True
    return wrong


def _nearer_to_other(points: np.ndarray, body: np.ndarray, side: str, joint: str) -> np.ndarray:
    other = 'left' if side == 'right' else 'right'
    return crossed(points, body[:, JOINT[f'{side}_{joint}']], body[:, JOINT[f'{other}_{joint}']])
