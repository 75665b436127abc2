"""Cloth that hangs from the waist: the lower ends of tops and coats, skirts and dresses, as tubes around both legs."""

import numpy as np

from synpose.generation.people.clothing import Fitting
from synpose.generation.people.pieces import Surface
from synpose.generation.people.regions import METRES_PER_TILE
from synpose.generation.shells import tube


def support(points: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Return how far points ``(N, 2)`` reach in each direction ``(D, 2)``: their hull's support function ``(D,)``."""
    return (points @ directions.T).max(axis=0)


def drape(
    fitting: Fitting,
    top: float,
    bottom: float,
    looseness: float,
    flare: float = 0.0,
    pleats: int = 0,
    span: tuple[float, float] | None = None,
) -> Surface:
    """Hang cloth around trunk and legs.

    Args:
        fitting: The body.
        top: Height of its upper rim on the mean body, above the pelvis, m.
        bottom: Height of its hem likewise.
        looseness: Distance from the body at the top, m.
        flare: Extra distance at the hem, m.
        pleats: Number of folds around.
        span: Angles between which it hangs, 0 ahead, to the right, rad; all around by default.
    """
    body, regions = fitting.body, fitting.regions
    heights = fitting.height(np.linspace(bottom, top, max(5, int((top - bottom) / 0.035))))
    closed = span is None
    start, end = span or (0.0, 2 * np.pi)
    count = max(40, 4 * pleats)
    angles = np.linspace(start, end, count, endpoint=not closed)
    ring = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    below = fitting.tailor.off_arms & ~regions.is_head & (body.vertices[:, 2] < heights[-1] + 0.1)
    trunk = body.vertices[below]
    rings = []
    for height in heights:
        slab = trunk[np.abs(trunk[:, 2] - height) < 0.03, :2]
        middle = (slab.min(axis=0) + slab.max(axis=0)) / 2
        fall = (heights[-1] - height) / (heights[-1] - heights[0])
        fold = 0.5 * min(flare, 0.03) * fall * np.sin(pleats * angles) if pleats else 0.0
        reach = support(slab - middle, ring) + looseness + flare * fall + fold
        rings.append(np.concatenate([middle + ring * reach[:, None], np.full((count, 1), height)], axis=1))
    points = np.concatenate(rings)
    u = np.tile(angles / (2 * np.pi) * 3, len(heights))
    uv = np.stack([u, points[:, 2] / METRES_PER_TILE], axis=1)
    faces = tube(np.stack(rings), closed)[:, ::-1]  # the angles run clockwise seen from above
    if closed:  # a seam at the back keeps the texture from running back through a whole turn
        last = np.arange(len(heights)) * count
        points, uv = np.concatenate([points, points[last]]), np.concatenate([uv, uv[last] + [3.0, 0.0]])
        wraps = (np.isin(faces, last).any(axis=1)) & (np.isin(faces, last + count - 1).any(axis=1))
        faces[wraps] = np.where(faces[wraps] % count == 0, len(heights) * count + faces[wraps] // count, faces[wraps])
    return Surface(points, faces, uv, _hanging_weights(fitting, points))


def _hanging_weights(fitting: Fitting, points: np.ndarray) -> np.ndarray:
    """Skin hanging cloth: its halves follow thighs and shins, with a soft web between them, its top the pelvis."""
    heads, bone = fitting.body.heads, fitting.model.bone
    hip, knee = heads[bone['upperleg01.R'], 2], heads[bone['lowerleg01.R'], 2]
    right = 1 / (1 + np.exp(-points[:, 0] / 0.035))
    trunk = np.clip((points[:, 2] - hip + 0.03) / 0.10, 0, 1)
    shin = np.clip((knee - points[:, 2]) / 0.12 + 0.5, 0, 1)
    shares: dict[str, float | np.ndarray] = {'spine05': trunk}
    for side, share in (('R', right), ('L', 1 - right)):
        shares[f'upperleg01.{side}'] = share * (1 - trunk) * (1 - shin)
        shares[f'lowerleg01.{side}'] = share * (1 - trunk) * shin
    return fitting.follow(points, shares)
