"""Rotations, forward kinematics and two-bone inverse kinematics: pure arrays in, arrays out. Radians and metres."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def normalized(vectors: np.ndarray) -> np.ndarray:
    """Return ``(..., 3)`` vectors at length 1 (zero vectors stay zero)."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def rotation(axis: ArrayLike, angle: float) -> np.ndarray:
    """Return the ``(3, 3)`` rotation by ``angle`` rad about ``axis`` ``(3,)`` (Rodrigues' formula)."""
    x, y, z = normalized(np.asarray(axis, dtype=float))
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def lean(pitch: float, yaw: float, roll: float) -> np.ndarray:
    """Return the ``(3, 3)`` rotation of a trunk or head in a frame with x right, y ahead, z up.

    Args:
        pitch: Forward bend, rad.
        yaw: Turn to the right, rad.
        roll: Tilt to the right, rad.
    """
    return rotation([0, 0, 1], -yaw) @ rotation([1, 0, 0], -pitch) @ rotation([0, 1, 0], roll)


def aligning(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the smallest rotation ``(3, 3)`` that takes the direction ``source`` to ``target`` (both ``(3,)``)."""
    source, target = normalized(source), normalized(target)
    axis = np.cross(source, target)
    if np.linalg.norm(axis) < 1e-9:
        if source @ target > 0:
            return np.eye(3)
        axis = np.cross(source, np.eye(3)[np.argmin(np.abs(source))])
    return rotation(axis, float(np.arctan2(np.linalg.norm(np.cross(source, target)), source @ target)))


def frame(direction: np.ndarray, hint: np.ndarray) -> np.ndarray:
    """Return the ``(3, 3)`` basis whose columns are ``direction``, ``hint`` made orthogonal to it, and their cross."""
    first = normalized(direction)
    second = normalized(hint - first * (hint @ first))
    return np.stack([first, second, np.cross(first, second)], axis=1)


def twist_angle(matrix: np.ndarray, axis: np.ndarray) -> float:
    """Return the angle (rad, in [-pi, pi]) a rotation ``(3, 3)`` turns about ``axis`` (swing-twist decomposition)."""
    # The quaternion's vector part is proportional to the antisymmetric part, its real part to 1 + trace.
    vector = np.array([matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]])
    return float(2 * np.arctan2(vector @ normalized(axis), 1 + np.trace(matrix)))


def limited(matrix: np.ndarray, angle: float) -> np.ndarray:
    """Return a rotation ``(3, 3)`` about the same axis, by at most ``angle`` rad."""
    vector = np.array([matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]])
    size = np.arctan2(np.linalg.norm(vector), np.trace(matrix) - 1)
    return matrix if size <= angle else rotation(vector, angle)


def two_bone_ik(
    root: np.ndarray, target: np.ndarray, upper: float, lower: float, pole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Place the middle joint of a two-bone limb by the law of cosines.

    Args:
        root: Shoulder or hip ``(3,)``, m.
        target: Where the end of the limb should be ``(3,)``, m. Beyond reach, the limb straightens toward it.
        upper: Length of the first bone, m.
        lower: Length of the second bone, m.
        pole: Directions ``(..., 3)`` in which the middle joint is pushed out of the line from root to target.

    Returns:
        Middle joint for each pole ``(..., 3)``, and the limb's end ``(3,)``, m.

    Raises:
        ValueError: If a bone's length is not positive.
    """
    if upper <= 0 or lower <= 0:
        raise ValueError(f'bone lengths must be positive, got upper={upper} and lower={lower}')
    line = normalized(target - root)
    # A limb neither stretches quite straight nor folds onto itself: joints stay well defined.
    distance = np.clip(np.linalg.norm(target - root), abs(upper - lower) + 1e-3, (upper + lower) * 0.998)
    along = (upper**2 - lower**2 + distance**2) / (2 * distance)
    out = np.sqrt(max(upper**2 - along**2, 0.0))
    side = normalized(pole - line * (pole @ line)[..., None])
    return root + line * along + side * out, root + line * distance


def within_reach(target: np.ndarray, root: np.ndarray, reach: float) -> np.ndarray:
    """Move a target ``(3,)`` horizontally toward the root until it is within ``reach`` m, keeping its height."""
    drop = target[2] - root[2]
    flat = target[:2] - root[:2]
    allowed = np.sqrt(max(reach**2 - drop**2, 0.0))
    scale = min(1.0, allowed / max(float(np.linalg.norm(flat)), 1e-9))
    return np.array([*(root[:2] + flat * scale), target[2]])


def depth_in_box(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return how deep each point ``(..., 3)`` lies in the axis-aligned box ``[low, high]``, ``(...)`` m; 0 outside."""
    return np.maximum(np.minimum(points - low, high - points).min(axis=-1), 0.0)


def forward_kinematics(
    heads: np.ndarray, parents: Sequence[int], local: np.ndarray, origin: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pose a skeleton from rotations about its joints.

    A bone's rotation is given in the axes of the rest pose, before its ancestors' rotations, so no bone needs axes of
    its own: ``R_b = R_parent L_b`` and ``p_b = p_parent + R_parent (h_b - h_parent)``.

    Args:
        heads: Joints at rest ``(B, 3)``, m.
        parents: Index of each bone's parent, smaller than its own; -1 at the root.
        local: Rotations ``(B, 3, 3)``.
        origin: Where the root's joint goes ``(3,)``, m.

    Returns:
        Global rotations ``(B, 3, 3)`` and joints ``(B, 3)``, m.
    """
    ancestors = _ancestors(tuple(parents))
    first = ancestors[0][:-1]
    transforms = np.tile(np.eye(4), (len(parents) + 1, 1, 1))  # the last one, the identity, is above the root
    transforms[:-1, :3, :3] = local
    transforms[:-1, :3, 3] = heads - heads[np.minimum(first, len(parents) - 1)]
    transforms[np.flatnonzero(first == len(parents)), :3, 3] = origin
    # Each step doubles how many bones up the chain a transform covers.
    for above in ancestors:
        transforms = transforms[above] @ transforms
    return np.ascontiguousarray(transforms[:-1, :3, :3]), np.ascontiguousarray(transforms[:-1, :3, 3])


@lru_cache
def _ancestors(parents: tuple[int, ...]) -> list[np.ndarray]:
    """Return the bones 1, 2, 4, ... above each bone ``(B + 1,)``, as far as there are any; ``B`` is above the root."""
    top = len(parents)
    above = np.array([*(parent if parent >= 0 else top for parent in parents), top])
    steps = [above]
    while (above := above[above]).min() < top:
        steps.append(above)
    return steps


def blend_skinning(
    weights: Any, rotations: np.ndarray, heads: np.ndarray, positions: np.ndarray, points: np.ndarray
) -> np.ndarray:
    """Move points at rest with a posed skeleton (linear blend skinning).

    Args:
        weights: Sparse skinning weights ``(N, B)``.
        rotations: Global rotations of the bones ``(B, 3, 3)``.
        heads: Joints of the bones at rest ``(B, 3)``, m.
        positions: Joints of the posed bones ``(B, 3)``, m.
        points: Points at rest ``(N, 3)``, m.

    Returns:
        ``(N, 3)``, m.
    """
    shifts = positions - (rotations @ heads[..., None])[..., 0]
    transforms = np.concatenate([rotations, shifts[..., None]], axis=-1).reshape(len(rotations), 12)
    blended = (weights @ transforms).reshape(-1, 3, 4)
    return np.einsum('nij,nj->ni', blended[..., :3], points) + blended[..., 3]
