"""What lights a crowd that is rendered for a photo: sky, sun and ground, none of which is seen in the end."""

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rooms.finishes import Light
from synpose.generation.rooms.textures import hsv, to_linear
from synpose.generation.shapes import quad

# Measures of the stage of a crowd of up to 7 m around its middle, m; larger crowds and farther cameras scale it up.
_REACH = 7.0
_FLOOR, _WALL = 60.0, 90.0  # half the floor's side, and the backdrop's distance
_SKY_HEIGHT, _SKY_SIDE = 17.0, 48.0
_SUN_DISTANCE = 14.0
_FILL_DISTANCE, _FILL_SIDE = 22.0, 24.0
_FILL_FROM = -np.array([0.0, 0.9, -0.3]) / np.hypot(0.9, 0.3)  # the camera's side
_UP = np.array([0.0, 0.0, 1.0])
_MARGIN = 2.0  # m between a light's plane and whoever is nearest to it


def open_air(
    rng: np.random.Generator, points: np.ndarray, eye: np.ndarray, photo: np.ndarray
) -> tuple[list[Mesh], list[Light]]:
    """Build ground, backdrop and lights around a crowd.

    Strength, direction, size and tint of the light are random (LTSH randomizes the lighting and gives no ranges; ours:
    a sun of .5 to 4 times the sky's light, 20 to 75 degrees high, from anywhere). The ground has the color of the
    photo's lower half, so that what it scatters fits.

    Every light is a square with the camera and the whole crowd on its shining side, so none can hide anybody; the stage
    grows with the crowd and the camera's distance (:func:`stage_scale`), so the light stays the same.

    Args:
        rng: Source of randomness.
        points: Points all over the crowd, e.g. its joints, ``(N, 3)``, m.
        eye: The camera's place ``(3,)``, m; it looks along +y.
        photo: sRGB ``(H, W, 3)`` uint8.

    Returns:
        Surfaces, and luminous surfaces.
    """
    color = to_linear(photo[len(photo) // 2 :].reshape(-1, 3).mean(0) / 255)
    ground = Material(np.clip(color, 0.02, 0.8))
    center = points.mean(axis=0)
    middle = center * (1, 1, 0)
    sky_tint = hsv(rng.uniform(0.5, 0.68), rng.uniform(0, 0.25), 1.0)
    sun_tint = hsv(rng.uniform(0.04, 0.15), rng.uniform(0, 0.35), 1.0)
    azimuth, height = rng.uniform(0, 2 * np.pi), np.deg2rad(rng.uniform(20, 75))
    toward_sun = np.array([np.cos(height) * np.cos(azimuth), np.cos(height) * np.sin(azimuth), np.sin(height)])
    scale = stage_scale(points, eye, toward_sun)
    # A hair below zero: soles are not the ground's.
    half, wall = _FLOOR * scale, _WALL * scale
    floor = quad(middle - np.array([half, half, 0.004]), [2 * half, 0, 0], [0, 2 * half, 0], ground)
    backdrop = quad(
        middle + np.array([-2 * wall, wall, -wall]), [4 * wall, 0, 0], [0, 0, 3 * wall], Material(np.full(3, 0.2))
    )
    half = _SKY_SIDE / 2 * scale
    sky = quad(
        middle + np.array([-half, half, _SKY_HEIGHT * scale]), [2 * half, 0, 0], [0, -2 * half, 0], Material(np.ones(3))
    )
    lights = [Light(sky, sky_tint, 1.0)]
    side = rng.uniform(0.8, 5.0)
    # Radiance x area / distance^2 is the irradiance: the sky's is about pi times its radiance.
    strength = rng.uniform(0.5, 4.0) * np.pi * _SUN_DISTANCE**2 / side**2
    sun = _facing(center + _SUN_DISTANCE * scale * toward_sun, -toward_sun, side * scale)
    lights.append(Light(sun, strength * sun_tint, 1.0))
    # Light from all around that sky and sun leave out, from behind the camera.
    fill = _facing(center + _FILL_DISTANCE * scale * _FILL_FROM, -_FILL_FROM, _FILL_SIDE * scale)
    lights.append(Light(fill, rng.uniform(0.15, 0.6) * sky_tint, 0.5))
    return [floor, backdrop], lights


def stage_scale(points: np.ndarray, eye: np.ndarray, toward_sun: np.ndarray) -> float:
    """Tell how many times its normal size a stage must have.

    The half-spaces before the lights are convex: what is between a camera and a person who both lie in them does too,
    and so is no light.

    Args:
        points: The crowd ``(N, 3)``, m.
        eye: The camera's place ``(3,)``, m.
        toward_sun: Direction ``(3,)``.

    Returns:
        At least 1.
    """
    center = points.mean(axis=0)
    inside = np.concatenate([points, eye[None]])
    reach = np.linalg.norm(points - center, axis=1).max()
    scales = [1.0, reach / _REACH]
    for origin, toward, distance in (
        (center * (1, 1, 0), _UP, _SKY_HEIGHT),
        (center, toward_sun, _SUN_DISTANCE),
        (center, _FILL_FROM, _FILL_DISTANCE),
    ):
        scales.append((((inside - origin) @ toward).max() + _MARGIN) / distance)
    return float(max(scales))


def _facing(center: np.ndarray, direction: np.ndarray, side: float) -> Mesh:
    """Return a square of a given side (m) that faces a direction ``(3,)``."""
    across = np.cross([0.0, 0.0, 1.0], direction)
    across /= np.linalg.norm(across)
    up = np.cross(direction, across)
    return quad(center - (across + up) * side / 2, across * side, up * side, Material(np.ones(3)))
