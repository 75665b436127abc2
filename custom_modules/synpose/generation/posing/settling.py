"""How a rigid body comes to rest on level ground: pure arrays but for the bones' names."""

import numpy as np

from synpose.generation.bodies.body_model import BodyModel
from synpose.generation.bodies.kinematics import aligning, normalized

# Shares of the body's mass, by the bones at both ends of a segment (D. Winter, "Biomechanics and Motor Control of Human
# Movement", 4th edition, 2009, Table 4.1); a segment's center is taken in its middle.
_SEGMENTS = (
    ('neck01', 'head', 0.081),
    ('root', 'neck01', 0.497),
    *((f'upperarm01.{s}', f'lowerarm01.{s}', 0.028) for s in 'LR'),
    *((f'lowerarm01.{s}', f'finger3-1.{s}', 0.022) for s in 'LR'),
    *((f'upperleg01.{s}', f'lowerleg01.{s}', 0.100) for s in 'LR'),
    *((f'lowerleg01.{s}', f'foot.{s}', 0.061) for s in 'LR'),
)
_STEPS = np.geomspace(0.03, 0.001, 150)  # rad


def center_of_mass(model: BodyModel, positions: np.ndarray) -> np.ndarray:
    """Return the center of mass ``(3,)`` of a body whose bones' joints are at ``positions`` ``(B, 3)``, m."""
    centers = [(positions[model.bone[a]] + positions[model.bone[b]]) / 2 for a, b, _ in _SEGMENTS]
    return np.average(centers, axis=0, weights=[share for *_, share in _SEGMENTS])


def resting_rotation(points: np.ndarray, center: np.ndarray, limit: float = 0.6) -> np.ndarray:
    """Tip a rigid body until it rests: its center of mass as low as nearby poses allow.

    The height of the center over the lowest point is ``h(n) = n c - min_i n p_i`` for the upward direction ``n``; the
    gradient points from the lowest point to the center.

    Args:
        points: The surface ``(N, 3)``, m.
        center: Center of mass ``(3,)``, m.
        limit: Largest turn, rad.

    Returns:
        ``(3, 3)``, to be applied to points.
    """
    from scipy.spatial import ConvexHull

    hull = points[ConvexHull(points).vertices]
    up = start = np.array([0.0, 0.0, 1.0])
    for step in _STEPS:
        arm = center - hull[np.argmin(hull @ up)]
        tipped = normalized(up - step * normalized(arm - up * (arm @ up)))
        if tipped @ start < np.cos(limit):
            break
        up = tipped
    return aligning(up, start)
