"""Boxes of faces and hands from the joints of the body, for all people at once.

Joints are COCO's 17, ``(N, 17, 3)``: x and y in px and visibility, where 0 is a joint that nobody knows. Boxes are
``(N, 4)`` left, top, right, bottom in px, NaN where the joints that a box needs are not known.
"""

import numpy as np

from synpose.skeletons import COCO17_NAMES

JOINT = {name: place for place, name in enumerate(COCO17_NAMES)}
"""Where each of COCO's joints stands."""
FACE_JOINTS = tuple(JOINT[name] for name in ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear'))
BOX_STATES = ('good', 'no_box', 'outside_image', 'too_small')
"""What :func:`box_states` says of a box, by number."""


def known_points(joints: np.ndarray) -> np.ndarray:
    """Return the points of joints, ``(..., 2)`` px; NaN where the visibility is 0."""
    return np.where(joints[..., 2:] > 0, joints[..., :2], np.nan)


def distance(joints: np.ndarray, first: str, second: str) -> np.ndarray:
    """Return the distance between two joints, ``(N,)`` px; NaN where one is not known."""
    points = known_points(joints)
    return np.linalg.norm(points[:, JOINT[first]] - points[:, JOINT[second]], axis=-1)


def mean_known(values: np.ndarray) -> np.ndarray:
    """Average over the second axis, leaving NaN out; NaN where nothing is left."""
    known = np.isfinite(values)
    return np.where(known, values, 0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)


def face_boxes(joints: np.ndarray) -> np.ndarray:
    """Place a square on each face.

    Its center is the mean of the known ones of nose, eyes and ears. Its side is 3 times the distance of the eyes or 2
    times that of the ears, the mean of both where both are known (as OpenPose's face detector has it, whose neck COCO
    lacks). Without a pair, as in a profile with one eye and one ear, there is no box.

    Args:
        joints: ``(N, 17, 3)``.

    Returns:
        ``(N, 4)`` px, NaN where there is no box.
    """
    sides = mean_known(
        np.stack([3 * distance(joints, 'left_eye', 'right_eye'), 2 * distance(joints, 'left_ear', 'right_ear')], axis=1)
    )
    return square_boxes(mean_known(known_points(joints[:, list(FACE_JOINTS)])), sides)


def arm_lengths(joints: np.ndarray, side: str) -> np.ndarray:
    """Return the length of an arm's longer half as seen, ``(N,)`` px: max(|WE|, .9 |ES|).

    W, E and S are wrist, elbow and shoulder. Without shoulder it is |WE|, and NaN without wrist or elbow.

    Args:
        joints: ``(N, 17, 3)``.
        side: ``'left'`` or ``'right'``.
    """
    lower = distance(joints, f'{side}_wrist', f'{side}_elbow')
    upper = 0.9 * distance(joints, f'{side}_elbow', f'{side}_shoulder')
    return np.where(np.isnan(lower), np.nan, np.fmax(lower, upper))


def hand_boxes(joints: np.ndarray, side: str) -> np.ndarray:
    """Place a square on each hand, as OpenPose's hand detector does.

    Its center is W + .33 (W - E), its side 1.5 max(|WE|, .9 |ES|); see :func:`arm_lengths`.

    Args:
        joints: ``(N, 17, 3)``.
        side: ``'left'`` or ``'right'``.

    Returns:
        ``(N, 4)`` px, NaN where wrist or elbow is not known.
    """
    points = known_points(joints)
    wrists, elbows = points[:, JOINT[f'{side}_wrist']], points[:, JOINT[f'{side}_elbow']]
    return square_boxes(wrists + 0.33 * (wrists - elbows), 1.5 * arm_lengths(joints, side))


def derived_boxes(joints: np.ndarray) -> dict[str, np.ndarray]:
    """Return the boxes of face, left and right hand by the part's name, each ``(N, 4)`` px."""
    hands = {f'{side}_hand': hand_boxes(joints, side) for side in ('left', 'right')}
    return {'face': face_boxes(joints), **hands}


def square_boxes(centers: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Return squares ``(N, 4)`` px of centers ``(N, 2)`` and sides ``(N,)``; NaN where either is."""
    half = sides[:, None] / 2
    return np.concatenate([centers - half, centers + half], axis=1)


def scale_boxes(boxes: np.ndarray, factor: float | np.ndarray) -> np.ndarray:
    """Return boxes ``(N, 4)`` whose sides are ``factor`` times as long, about the same centers."""
    centers, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * factor
    return np.concatenate([centers - half, centers + half], axis=1)


def box_states(boxes: np.ndarray, image_sizes: np.ndarray, min_size: float) -> np.ndarray:
    """Say which boxes a model can look at.

    Args:
        boxes: ``(N, 4)`` px; NaN where there is none.
        image_sizes: ``(N, 2)`` width and height of each box's image, px.
        min_size: The shorter side that a box needs, px.

    Returns:
        ``(N,)`` int: 0 for a good one, 1 where there is none, 2 where it does not touch its image, 3 where it is
        smaller; see :data:`BOX_STATES`. A box that sticks out of its image is good.
    """
    with np.errstate(invalid='ignore'):
        outside = ((boxes[:, 2:] <= 0) | (boxes[:, :2] >= image_sizes)).any(axis=1)
        small = (boxes[:, 2:] - boxes[:, :2] < min_size).any(axis=1)
    missing = ~np.isfinite(boxes).all(axis=1)
    return np.select([missing, outside, small], [1, 2, 3])
