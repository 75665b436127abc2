"""Things people hold, placed by the posed joints, and things that lie before them on the desk."""

import numpy as np

from synpose.generation.furniture import box, moved, rod
from synpose.generation.kinematics import normalized
from synpose.generation.primitives import Material, Mesh, Seat
from synpose.skeletons import JOINT_NAMES

HELD = ('pen', 'phone', 'cup', 'book', 'sheet')
"""Things people hold."""
ON_DESK = ('paper', 'laptop')
"""Things that lie before people."""
LAPTOP_HEIGHT = 0.012
"""Height of a laptop's keyboard above the desk, m."""

_ROW = {name: i for i, name in enumerate(JOINT_NAMES)}


def _block(center: np.ndarray, axes: np.ndarray, size: tuple[float, float, float], color: np.ndarray) -> Mesh:
    """Return a box of a size (m) whose sides lie along the columns of ``axes`` ``(3, 3)``."""
    if np.linalg.det(axes) < 0:  # a left hand's axes are a mirror image: keep the faces pointing outward
        axes = axes * [-1, 1, 1]
    half = 0.5 * np.asarray(size)
    block = box(-half, half, _plain(color))
    block.vertices = (center + block.vertices @ axes.T).astype(np.float32)
    return block


def _plain(color: np.ndarray) -> Material:
    return Material(np.asarray(color, dtype=np.float32))


def hold(rng: np.random.Generator, thing: str, joints: np.ndarray, side: str) -> list[Mesh]:
    """Put a thing into someone's hand.

    Args:
        rng: Source of its color and size.
        thing: One of :data:`HELD`.
        joints: Posed joints ``(59, 3)``, m.
        side: ``'left'`` or ``'right'`` hand; books and sheets lie between both.

    Raises:
        ValueError: If the thing is unknown.
    """
    if thing not in HELD:
        raise ValueError(f'unknown thing to hold {thing!r}, expected one of {HELD}')

    def at(name: str) -> np.ndarray:
        return joints[_ROW[f'{side}_{name}']].astype(float)

    color = np.array([0.05, 0.05, 0.06]) if rng.random() < 0.5 else rng.uniform(0.03, 0.6, 3)
    if thing == 'pen':
        grip = (at('index_tip') + at('thumb_tip') + at('middle_tip')) / 3
        back = normalized(at('index_1') - grip + np.array([0, -0.01, 0.03]))
        return [rod(grip - 0.035 * back, grip + 0.105 * back, (0.003, 0.0045), _plain(color), 12, closed=True)]
    fingers = normalized(at('middle_1') - at('wrist'))
    thumbward = normalized(at('index_1') - at('little_1'))
    palm = normalized(np.cross(fingers, thumbward) * (-1 if side == 'right' else 1))
    middle = (at('palm') + at('middle_2')) / 2
    if thing == 'phone':
        axes = np.stack([thumbward, fingers, palm], axis=1)
        center = middle + 0.026 * palm
        body = _block(center, axes, (0.072, 0.148, 0.008), color)
        screen = _block(center + 0.0045 * palm, axes, (0.066, 0.14, 0.001), np.array([0.02, 0.025, 0.03]))
        return [body, screen]
    if thing == 'cup':
        center = middle + 0.040 * palm
        up = normalized(thumbward + 0.15 * fingers)
        size = rng.uniform(0.9, 1.15)
        bottom, top = (center + sign * 0.05 * size * up for sign in (-1, 1))
        return [rod(bottom, top, (0.029 * size, 0.036 * size), _plain(color), 20, closed=True)]
    left, right = (joints[_ROW[f'{hand}_palm']].astype(float) for hand in ('left', 'right'))
    center, across = (left + right) / 2, normalized(right - left)
    fingertips = (joints[_ROW['left_middle_1']] + joints[_ROW['right_middle_1']]) / 2 - center
    ahead = normalized(np.array([0, 1.0, 0.8]) + 3 * fingertips)
    ahead = normalized(ahead - across * (ahead @ across))
    up = np.cross(across, ahead)
    if thing == 'sheet':
        axes = np.stack([across, ahead, up], axis=1)
        return [_block(center + 0.08 * ahead + 0.012 * up, axes, (0.21, 0.297, 0.002), np.full(3, 0.75))]
    width = float(np.clip(np.linalg.norm(right - left) / 2, 0.09, 0.16))
    meshes = []
    for sign in (-1, 1):  # an open book: two halves that slope down from the spine's fold to either hand
        slope = normalized(sign * across + 0.25 * up)
        axes = np.stack([slope, ahead, np.cross(slope, ahead)], axis=1)
        half = center + 0.05 * ahead + slope * width / 2 + 0.004 * up
        meshes.append(_block(half, axes, (width, 0.21, 0.004), color))
        page = half + np.cross(across, ahead) * 0.006
        meshes.append(_block(page, axes, (width - 0.01, 0.20, 0.008), np.full(3, 0.7)))
    return meshes


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
    edge = np.array([0.0, seat.desk_near, seat.desk_height])
    if thing == 'paper':
        outward = 1 if side == 'right' else -1
        sheet = box((-0.105, -0.148, 0), (0.105, 0.148, 0.002), _plain(np.full(3, rng.uniform(0.65, 0.8))))
        return moved([sheet], edge + np.array([0.05 * outward, 0.2, 0]), outward * rng.uniform(0.0, 0.3))
    shell = _plain(np.full(3, rng.uniform(0.03, 0.5)))
    base = box((-0.155, 0.03, 0), (0.155, 0.25, LAPTOP_HEIGHT), shell)
    lid = box((-0.155, 0.25, 0), (0.155, 0.256, 0.21), shell)
    lid.vertices[:, 1] += 0.3 * lid.vertices[:, 2]  # open by about 107 degrees: the screen faces the sitter
    return moved([base, lid], edge)
