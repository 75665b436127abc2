"""Where a person looks, roughly, from the joints of the head."""

from collections.abc import Sequence

import numpy as np

DIRECTIONS = ('to the camera', 'left', 'right', 'down', 'away', 'unknown')
"""Left and right as in the picture."""
MIN_JOINT_SCORE = 0.2
"""From which score a joint counts as seen."""

EXPLANATION = (
    f'Computed from nose, eyes and ears with a score of {MIN_JOINT_SCORE} or more, for the picture, not for the room. '
    'Away: an ear, but neither nose nor eyes. Left or right (of the picture): with both ears, the nose is off their '
    'middle by more than .35 of half their distance; with one ear, on the side of the nose; without ears, where the '
    "nose lies from the eyes' middle by more than .35 of their distance. Else down: the nose is lower than the ears' "
    'middle by more than .6 of their distance. Else to the camera. Unknown: fewer joints, or a skeleton without them.'
)


def looking_directions(poses: np.ndarray, names: Sequence[str], min_score: float = MIN_JOINT_SCORE) -> list[str]:
    """Say where each person looks; :data:`EXPLANATION` says how.

    Args:
        poses: ``(N, K, 3)`` x px, y px, score.
        names: K names.
        min_score: From which score a joint counts as seen.

    Returns:
        N of :data:`DIRECTIONS`.
    """
    index = {name: i for i, name in enumerate(names)}

    def seen(pose: np.ndarray, name: str) -> np.ndarray | None:
        joint = pose[index[name]] if name in index else None
        return joint[:2] if joint is not None and joint[2] >= min_score and np.isfinite(joint).all() else None

    return [
        _direction(
            seen(pose, 'nose'),
            [eye for side in ('left', 'right') if (eye := seen(pose, f'{side}_eye')) is not None],
            [ear for side in ('left', 'right') if (ear := seen(pose, f'{side}_ear')) is not None],
        )
        for pose in poses
    ]


def _direction(nose: np.ndarray | None, eyes: list[np.ndarray], ears: list[np.ndarray]) -> str:
    if nose is None:
        return 'away' if ears and not eyes else 'unknown'
    if len(ears) == 1:
        return 'left' if nose[0] < ears[0][0] else 'right'
    pair = ears or eyes
    if len(pair) < 2:
        return 'unknown'
    middle, distance = (pair[0] + pair[1]) / 2, max(float(np.linalg.norm(pair[0] - pair[1])), 1e-6)
    aside = (nose[0] - middle[0]) / (distance / 2 if ears else distance)
    if abs(aside) > 0.35:
        return 'left' if aside < 0 else 'right'
    return 'down' if ears and nose[1] - middle[1] > 0.6 * distance else 'to the camera'
