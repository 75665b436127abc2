"""Puts things into hands, by the posed joints, and onto desks."""

import numpy as np

from synpose.generation.bodies.kinematics import normalized
from synpose.generation.people.things import LAPTOP_HEIGHT, THINGS, open_book
from synpose.generation.primitives import Mesh, Seat
from synpose.generation.shapes import moved
from synpose.skeletons import JOINT_ROW

__all__ = ['HELD', 'LAPTOP_HEIGHT', 'ON_DESK', 'hold', 'lay']

_IN_PALM = {'phone': 0.022, 'note': 0.012, 'eraser': 0.02, 'tissue': 0.0, 'sandwich': 0.018, 'closed_book': 0.02}
"""Flat things that lie against one palm, and how far their back is from its joint, m."""
_IN_FIST = {'cup': (0.042, 0.045), 'bottle': (0.040, 0.08), 'apple': (0.045, 0.032)}
"""Upright things a fist holds: how far their axis is from the palm's joint, and the grip above their foot, m."""
_BETWEEN = ('book', 'sheet', 'tablet')

HELD = ('pen', *_IN_PALM, *_IN_FIST, *_BETWEEN)
"""Things people hold."""

_SPOTS = {
    'paper': (0.05, 0.20),
    'notebook': (0.05, 0.20),
    'book': (0.0, 0.20),
    'closed_book': (-0.24, 0.26),
    'tablet': (0.0, 0.22),
    'phone': (0.08, 0.20),
    'calculator': (-0.24, 0.22),
    'bottle': (0.28, 0.34),
    'cup': (0.28, 0.28),
    'laptop': (0.0, 0.14),
}
"""Where things lie, m: toward the main hand, and ahead of the desk's near edge."""

ON_DESK = tuple(_SPOTS)
"""Things that lie before people."""

_DESK_EDGE = 0.01  # m between things and the desk's edges


def _put(meshes: list[Mesh], place: np.ndarray, axes: np.ndarray) -> list[Mesh]:
    """Move meshes so that their axes lie along the columns of ``axes`` ``(3, 3)`` and their origin at ``place``."""
    if np.linalg.det(axes) < 0:  # a left hand's axes are a mirror image: keep the faces pointing outward
        axes = axes * [-1, 1, 1]
    return [mesh.moved(place + mesh.vertices @ axes.T) for mesh in meshes]


def hold(rng: np.random.Generator, thing: str, joints: np.ndarray, side: str) -> list[Mesh]:
    """Put a thing into someone's hand.

    Args:
        rng: Source of its color and size.
        thing: One of :data:`HELD`.
        joints: Posed joints ``(59, 3)``, m.
        side: ``'left'`` or ``'right'`` hand; books, sheets and tablets lie between both.

    Raises:
        ValueError: If the thing is unknown.
    """
    if thing not in HELD:
        raise ValueError(f'unknown thing to hold {thing!r}, expected one of {HELD}')

    def at(name: str) -> np.ndarray:
        return joints[JOINT_ROW[f'{side}_{name}']].astype(float)

    if thing in _BETWEEN:
        return _between(rng, thing, joints)
    if thing == 'pen':
        grip = (at('index_tip') + at('thumb_tip') + at('middle_tip')) / 3
        back = normalized(at('index_1') - grip + np.array([0, -0.01, 0.03]))
        return _put(THINGS['pen'](rng), grip - 0.035 * back, _upright(back, at('index_1') - at('wrist')))
    fingers = normalized(at('middle_1') - at('wrist'))
    thumbward = normalized(at('index_1') - at('little_1'))
    palm = normalized(np.cross(fingers, thumbward) * (-1 if side == 'right' else 1))
    middle = (at('palm') + at('middle_2')) / 2
    if thing in _IN_PALM:
        axes = np.stack([thumbward, fingers, palm], axis=1)
        return _put(THINGS[thing](rng), middle + _IN_PALM[thing] * palm, axes)
    away, grip_height = _IN_FIST[thing]
    up = normalized(thumbward + 0.15 * fingers)
    return _put(THINGS[thing](rng), middle + away * palm - grip_height * up, _upright(up, fingers))


def _upright(up: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Return right-handed axes ``(3, 3)`` with z along ``up`` and y as near to ``ahead`` as can be."""
    y = normalized(ahead - up * (ahead @ up))
    return np.stack([np.cross(y, up), y, up], axis=1)


def _between(rng: np.random.Generator, thing: str, joints: np.ndarray) -> list[Mesh]:
    """Put a thing between both hands."""
    left, right = (joints[JOINT_ROW[f'{hand}_palm']].astype(float) for hand in ('left', 'right'))
    center, across = (left + right) / 2, normalized(right - left)
    fingertips = (joints[JOINT_ROW['left_middle_1']] + joints[JOINT_ROW['right_middle_1']]) / 2 - center
    ahead = normalized(np.array([0, 1.0, 0.8]) + 3 * fingertips)
    ahead = normalized(ahead - across * (ahead @ across))
    axes = np.stack([across, ahead, np.cross(across, ahead)], axis=1)
    if thing == 'book':  # its halves slope up from the fold to either hand
        width = float(np.clip(np.linalg.norm(right - left) / 2, 0.09, 0.16))
        return _put(open_book(rng, width, 0.25), center + 0.05 * ahead, axes)
    return _put(THINGS[thing](rng), center + 0.08 * ahead + 0.012 * axes[:, 2], axes)


def lay(rng: np.random.Generator, thing: str, seat: Seat, side: str) -> list[Mesh]:
    """Put a thing on the desk before someone, in the sitter's frame.

    Args:
        rng: Source of its color and turn.
        thing: One of :data:`ON_DESK`.
        seat: Where they sit.
        side: ``'left'`` or ``'right'``: the hand that writes.

    Raises:
        ValueError: If the thing is unknown.
    """
    if thing not in ON_DESK:
        raise ValueError(f'unknown thing on a desk {thing!r}, expected one of {ON_DESK}')
    outward = 1 if side == 'right' else -1
    meshes = THINGS['sheet' if thing == 'paper' else thing](rng)
    turn = 0.0 if thing == 'laptop' else outward * rng.uniform(0.0, 0.25)
    aside, ahead = _SPOTS[thing]
    meshes = moved(meshes, (outward * aside, seat.desk_near + ahead, 0.0), turn)
    points = np.concatenate([mesh.vertices for mesh in meshes])
    low, high = points.min(axis=0), points.max(axis=0)
    # On a small desk things move inward; where they do not fit they stay at the near edge.
    half, near, far = seat.desk_width / 2 - _DESK_EDGE, seat.desk_near + _DESK_EDGE, seat.desk_near + seat.desk_depth
    shift = np.array([0.0, min(0.0, far - _DESK_EDGE - high[1]), seat.desk_height - low[2]])
    shift[0] = max(0.0, -half - low[0]) + min(0.0, half - high[0])
    shift[1] += max(0.0, near - low[1] - shift[1])
    return moved(meshes, shift)
