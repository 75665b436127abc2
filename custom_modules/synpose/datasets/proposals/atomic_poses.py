"""Poses of people of any size and place, made comparable."""

from collections.abc import Sequence

import numpy as np

TORSO = ('left_shoulder', 'right_shoulder', 'left_hip', 'right_hip')
"""Joints that a pose is aligned by."""


def torso_joints(names: Sequence[str]) -> list[int]:
    """Return where :data:`TORSO` stands among joint names.

    Raises:
        ValueError: If one is not there.
    """
    missing = [name for name in TORSO if name not in names]
    if missing:
        raise ValueError(f'joints: {", ".join(missing)}: missing; poses are aligned by the torso')
    return [list(names).index(name) for name in TORSO]


def align_poses(keypoints: np.ndarray, labeled: np.ndarray, torso: Sequence[int]) -> np.ndarray:
    """Move poses so that the middle of the hips is the origin, and scale them so that the torso's length is 1.

    Args:
        keypoints: ``(N, J, 2)`` px.
        labeled: ``(N, J)`` bool.
        torso: Where both shoulders and both hips stand among the joints, in this order.

    Returns:
        ``(N, J, 2)``; nan at joints without label, and everywhere if a joint of the torso has none or it has no length.
    """
    shoulders, hips = keypoints[:, torso[:2]].mean(axis=1), keypoints[:, torso[2:]].mean(axis=1)
    length = np.sqrt(np.square(shoulders - hips).sum(axis=1))
    known = labeled[:, torso].all(axis=1) & (length > 0)
    aligned = (keypoints - hips[:, None]) / np.where(length > 0, length, 1)[:, None, None]
    return np.where((labeled & known[:, None])[..., None], aligned, np.nan)


def nearest_poses(aligned: np.ndarray, atomic: np.ndarray) -> np.ndarray:
    """Say which atomic pose each pose is nearest to, by the mean squared distance of its labeled joints.

    Args:
        aligned: ``(N, J, 2)``, of :func:`align_poses`.
        atomic: ``(A, J, 2)``.

    Returns:
        ``(N,)``; -1 for a pose that could not be aligned.
    """
    known = np.isfinite(aligned).all(axis=2)
    # |p - a|^2 without |p|^2 and the mean's divisor, which are the same for all of a pose: no (N, A, J) array is made.
    distances = known @ np.square(atomic).sum(axis=-1).T - 2 * np.tensordot(
        np.nan_to_num(aligned), atomic, axes=((1, 2), (1, 2))
    )
    return np.where(known.any(axis=1), distances.argmin(axis=1), -1)
