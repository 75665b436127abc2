"""Things held in hands, placed by the posed joints."""

import numpy as np

from synpose.generation.kinematics import normalized
from synpose.generation.primitives import Material, Mesh
from synpose.generation.shells import tube
from synpose.skeletons import JOINT_NAMES

HELD = ('pen', 'phone', 'cup', 'book', 'sheet')
"""Things people hold."""

_ROW = {name: i for i, name in enumerate(JOINT_NAMES)}
# Corners of a box in the order of the faces below.
_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float) / 2
_SIDES = np.array(
    [0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1, 2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3],
    dtype=np.int32,
).reshape(-1, 3)


def _block(center: np.ndarray, axes: np.ndarray, size: tuple[float, float, float], color: np.ndarray) -> Mesh:
    """Return a box of a size (m) whose sides lie along the columns of ``axes`` ``(3, 3)``."""
    if np.linalg.det(axes) < 0:  # a left hand's axes are a mirror image: keep the faces pointing outward
        axes = axes * [-1, 1, 1]
    vertices = center + (_CORNERS * size) @ axes.T
    return Mesh(vertices.astype(np.float32), _SIDES, Material(np.asarray(color, dtype=np.float32)))


def _rod(start: np.ndarray, end: np.ndarray, radii: tuple[float, float], color: np.ndarray, sides: int = 12) -> Mesh:
    """Return a round body between two points (m), closed at both ends."""
    axis = normalized(end - start)
    across = normalized(np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))]))
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)[:, None]
    ring = np.cos(angles) * across + np.sin(angles) * np.cross(axis, across)
    rings = np.stack([start + 0 * ring, start + radii[0] * ring, end + radii[1] * ring, end + 0 * ring])
    material = Material(np.asarray(color, dtype=np.float32))
    return Mesh(rings.reshape(-1, 3).astype(np.float32), tube(rings), material)


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
        return [_rod(grip - 0.035 * back, grip + 0.105 * back, (0.003, 0.0045), color)]
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
        return [_rod(center - 0.05 * size * up, center + 0.05 * size * up, (0.029 * size, 0.036 * size), color, 20)]
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
