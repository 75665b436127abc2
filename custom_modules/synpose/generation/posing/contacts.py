"""Contact of a sitter with chair, desk and floor: pure numpy on posed points in the frame of ``Seat``. Metres."""

import numpy as np

from synpose.generation.bodies.kinematics import depth_in_box
from synpose.generation.primitives import Seat

DESK_TOP = 0.028
"""Thickness of a desk's top, m."""
CLOTH = 0.012
"""Room that trousers need between thigh and desk top, m; the slab that bodies must stay out of is this much thicker."""
DESK_TOLERANCE = 0.01
"""Depth of skin in the slab that still counts as touching, m: flesh yields where it rests on an edge."""
SEAT_GAP, SEAT_SINK = 0.02, 0.03
"""How far the flesh of a sitter may be above the seat's top, and below it, m."""
SEAT_TOP, SEAT_HALF_WIDTH = 0.03, 0.2
"""Thickness of a chair's seat and half its width, m."""
_CLOSE = 0.08  # m: what is further below is a shin under the chair
_MIDDLE = 0.11  # m: hands that grip the seat's edge are further out


def slab(seat: Seat) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners (low, high) ``(3,)``, m, of the space closed to bodies: the desk's top and room for cloth."""
    x, near = seat.desk_width / 2, seat.desk_near
    low = np.array([-x, near, seat.desk_height - DESK_TOP - CLOTH])
    return low, np.array([x, near + seat.desk_depth, seat.desk_height])


def desk_penetration(points: np.ndarray, seat: Seat) -> float:
    """Return how deep a body reaches into its desk's top, m.

    The depth of a point is its distance to the nearest face of :func:`slab`; half the slab's thickness, 20 mm, is thus
    the largest value, which a limb that goes through reaches.

    Args:
        points: Posed skin ``(V, 3)``, m, in the seat's frame.
        seat: Measures of the desk.

    Returns:
        Depth of the deepest point; 0 if the body is clear of the desk.
    """
    return float(depth_in_box(points, *slab(seat)).max(initial=0.0))


def seat_gap(points: np.ndarray, seat: Seat) -> float:
    """Return the height of a sitter's flesh over the chair's seat, m; negative where it sinks in.

    Args:
        points: Posed skin ``(V, 3)``, m, in the seat's frame.
        seat: Measures of the chair.

    Returns:
        Height of the lowest point over the seat's rear three quarters (the shins may pass before the front edge);
        infinite if nothing is within 8 cm of it.
    """
    depth = seat.seat_depth
    over = (np.abs(points[:, 0]) < _MIDDLE) & (np.abs(points[:, 1] + depth / 8) < 3 * depth / 8)
    height = points[over, 2] - seat.seat_height
    return float(height[np.abs(height) < _CLOSE].min(initial=np.inf))


def sits(points: np.ndarray, seat: Seat) -> bool:
    """Tell whether a body's skin ``(V, 3)`` touches its chair: neither hovering nor sunk in."""
    return -SEAT_SINK <= seat_gap(points, seat) <= SEAT_GAP
