"""Lays rendered people over a photo. Pure arrays."""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

from synpose.generation.rendering.denoise import tone_map
from synpose.generation.rendering.sensor import expose
from synpose.generation.rooms.textures import to_linear

_GRAY, _BRIGHT = 0.18, 0.5  # where the exposure puts the median, and the highest place of the brightest tenth
_EDGE = 3.0  # px around the silhouette that take the color of the nearest whole pixel


def lay_over(
    rng: np.random.Generator,
    color: np.ndarray,
    coverage: np.ndarray,
    photo: np.ndarray,
    values: Mapping[str, float],
    match_brightness: bool = False,
) -> np.ndarray:
    """Blend people into a photo by the share of each pixel that they cover.

    At silhouettes the rendered color holds some of the stage behind; there a pixel takes the color of the nearest one
    inside. The people are exposed by their own median; the photo keeps its every value
    where nobody is, and the sensor's faults are the people's alone: the photo has its own already.

    Args:
        rng: Source of the noise.
        color: Rendered linear radiance ``(H, W, 3)``.
        coverage: Share of each pixel covered by people ``(H, W)``, [0, 1].
        photo: sRGB ``(H, W, 3)`` uint8.
        values: As drawn by :func:`~synpose.generation.rendering.sensor.sample_sensor`.
        match_brightness: Expose the people to the photo's median brightness, within a factor of 3, instead of to .18.

    Returns:
        sRGB ``(H, W, 3)`` uint8.
    """
    whole = coverage >= 0.999
    if not whole.any():
        return photo
    exposure = values['exposure'] * _headroom(color[whole])
    if match_brightness:
        median = float(np.median(to_linear(photo[::4, ::4] / 255.0).mean(-1)))
        exposure *= float(np.clip(median / _GRAY, 1 / 3, 3))
    shown = coverage > 0
    layer = np.zeros(photo.shape, np.float32)
    layer[whole] = tone_map(color[whole][None], exposure)[0]
    inner = binary_erosion(whole, np.ones((3, 3)), border_value=1)
    distance, (rows, columns) = distance_transform_edt(~(inner if inner.any() else whole), return_indices=True)
    # Thin parts have no inside: their whole pixels stay, and so does what surrounds them.
    near = (distance > 0) & (distance <= _EDGE + 3 * values['blur']) & ~(whole & (distance > 1.5))
    layer[near] = layer[rows[near], columns[near]]
    thin = shown & ~whole & ~near
    if thin.any():
        rows, columns = distance_transform_edt(~whole, return_distances=False, return_indices=True)
        layer[thin] = layer[rows[thin], columns[thin]]
    layer = expose(rng, layer, values).astype(np.float32)
    share = coverage[..., None]
    return np.round(share * layer + (1 - share) * photo).astype(np.uint8)


def _headroom(people: np.ndarray) -> float:
    """Return how far an exposure by the median must be lowered for light skin not to burn out among dark clothes.

    Args:
        people: Linear radiance of their pixels ``(N, 3)``.
    """
    brightness = people.mean(-1)
    median, bright = np.quantile(brightness, (0.5, 0.9))
    return float(min(1.0, _BRIGHT / _GRAY * median / max(bright, 1e-6)))
