"""Where faces are, from poses, and hiding them. It errs towards hiding too much."""

from collections.abc import Sequence

import cv2
import numpy as np

from synpose.skeletons import FACE_JOINTS, JOINT_ALIASES

CELLS = 4
"""Cells that are left of a face, across and down."""
MIN_JOINT_SCORE = 0.1
"""From which score a joint says where the head is."""


def head_joints(names: Sequence[str]) -> np.ndarray:
    """Return which joints are of the head, ``(K,)`` bool: nose, eyes, ears, chin, top of the head, face landmarks."""
    own = [JOINT_ALIASES.get(name, name) for name in names]
    return np.array([name in (*FACE_JOINTS, 'head_top') or name.startswith('face-') for name in own], dtype=bool)


def face_boxes(
    poses: np.ndarray, names: Sequence[str], boxes: np.ndarray, min_score: float = MIN_JOINT_SCORE
) -> np.ndarray:
    """Return the region of each person's face.

    A head is taken to be as wide as the largest of: the extent of its joints, half the distance of the shoulders (where
    both are found), .27 times the longer side of the person's box, and .45 times its width. With two or more joints of
    the head that score ``min_score``, the region holds every head of that width that holds those joints, and a fifth of
    the width more on each side: the other half of a face of which one side is found is in it. With fewer: the upper 40%
    of the box in full width, widened by a quarter of the box's width around the one joint there may be. So no face is
    left for want of a joint.

    Args:
        poses: ``(N, K, 3)`` x px, y px, score.
        names: K names.
        boxes: ``(N, 4)`` left, top, width, height of the people, px, with margins.
        min_score: See above.

    Returns:
        ``(N, 4)`` left, top, right, bottom, px; not clipped to the image.
    """
    head = head_joints(names)
    sides = [list(names).index(name) if name in names else None for name in ('left_shoulder', 'right_shoulder')]
    found = [_face_box(pose, head, sides, box, min_score) for pose, box in zip(poses, boxes)]
    return np.array(found, dtype=float).reshape(-1, 4)


def _face_box(
    pose: np.ndarray, head: np.ndarray, shoulders: Sequence[int | None], box: np.ndarray, min_score: float
) -> np.ndarray:
    sure = (pose[:, 2] >= min_score) & np.isfinite(pose).all(axis=1)
    points = pose[sure & head, :2]
    if len(points) < 2:
        left, top, width, height = box
        low, high = np.array([left, top]), np.array([left + width, top + 0.4 * height])
        around = 0.25 * width
        for point in points:
            low, high = np.minimum(low, point - around), np.maximum(high, point + around)
        return np.concatenate([low, high])
    low, high = points.min(axis=0), points.max(axis=0)
    width = max((high - low).max(), 0.27 * box[2:].max(), 0.45 * box[2])
    left_shoulder, right_shoulder = shoulders
    if left_shoulder is not None and right_shoulder is not None and sure[left_shoulder] and sure[right_shoulder]:
        width = max(width, 0.5 * float(np.linalg.norm(pose[left_shoulder, :2] - pose[right_shoulder, :2])))
    return np.concatenate([high - 1.2 * width, low + 1.2 * width])


def hide_faces(image: np.ndarray, faces: np.ndarray) -> None:
    """Leave 4 x 4 mean colors of each region, which no filter turns back into a face.

    Args:
        image: ``(H, W, 3)`` uint8, changed in place.
        faces: ``(N, 4)`` left, top, right, bottom, px.
    """
    height, width = image.shape[:2]
    for left, top, right, bottom in np.asarray(faces, dtype=float).reshape(-1, 4):
        x1, y1 = (int(np.clip(np.floor(value), 0, most)) for value, most in ((left, width), (top, height)))
        x2, y2 = (int(np.clip(np.ceil(value), 0, most)) for value, most in ((right, width), (bottom, height)))
        if x2 > x1 and y2 > y1:
            region = image[y1:y2, x1:x2]
            small = cv2.resize(region, (min(CELLS, x2 - x1), min(CELLS, y2 - y1)), interpolation=cv2.INTER_AREA)
            region[:] = cv2.resize(small, (x2 - x1, y2 - y1), interpolation=cv2.INTER_NEAREST)
