"""What lights a crowd that is rendered for a photo: sky, sun and ground, none of which is seen in the end."""

import numpy as np

from synpose.generation.primitives import Material, Mesh
from synpose.generation.rooms.finishes import Light
from synpose.generation.rooms.furniture import quad
from synpose.generation.rooms.textures import hsv, to_linear

_SKY_HEIGHT, _SKY_SIDE = 14.0, 40.0
_SUN_DISTANCE = 14.0


def open_air(rng: np.random.Generator, center: np.ndarray, photo: np.ndarray) -> tuple[list[Mesh], list[Light]]:
    """Build ground, backdrop and lights around a crowd.

    Strength, direction, size and tint of the light are random (LTSH randomizes the lighting and gives no ranges; ours:
    a sun of .5 to 4 times the sky's light, 20 to 75 degrees high, from anywhere). The ground has the color of the
    photo's lower half, so that what it scatters fits.

    Args:
        rng: Source of randomness.
        center: Middle of the crowd ``(3,)``, m.
        photo: sRGB ``(H, W, 3)`` uint8.

    Returns:
        Surfaces, and luminous surfaces.
    """
    color = to_linear(photo[len(photo) // 2 :].reshape(-1, 3).mean(0) / 255)
    ground = Material(np.clip(color, 0.02, 0.8))
    middle = np.array([center[0], center[1], 0.0])
    # A hair below zero: soles are not the ground's.
    floor = quad(middle - np.array([60, 60, 0.004]), [120, 0, 0], [0, 120, 0], ground)
    wall = quad(middle + np.array([-200, 90, -60]), [400, 0, 0], [0, 0, 200], Material(np.full(3, 0.2)))
    sky_tint = hsv(rng.uniform(0.5, 0.68), rng.uniform(0, 0.25), 1.0)
    sun_tint = hsv(rng.uniform(0.04, 0.15), rng.uniform(0, 0.35), 1.0)
    half = _SKY_SIDE / 2
    sky = quad(
        middle + np.array([-half, half, _SKY_HEIGHT]), [_SKY_SIDE, 0, 0], [0, -_SKY_SIDE, 0], Material(np.ones(3))
    )
    lights = [Light(sky, sky_tint, 1.0)]
    azimuth, height = rng.uniform(0, 2 * np.pi), np.deg2rad(rng.uniform(20, 75))
    toward = np.array([np.cos(height) * np.cos(azimuth), np.cos(height) * np.sin(azimuth), np.sin(height)])
    side = rng.uniform(0.8, 5.0)
    # Radiance x area / distance^2 is the irradiance: the sky's is about pi times its radiance.
    strength = rng.uniform(0.5, 4.0) * np.pi * _SUN_DISTANCE**2 / side**2
    lights.append(Light(_facing(center + _SUN_DISTANCE * toward, -toward, side), strength * sun_tint, 1.0))
    # Light from all around that sky and sun leave out, from the camera's side.
    ahead = np.array([0.0, 0.9, -0.3]) / np.hypot(0.9, 0.3)
    fill = rng.uniform(0.15, 0.6) * sky_tint
    lights.append(Light(_facing(center - 22 * ahead, ahead, 24.0), fill, 0.5))
    return [floor, wall], lights


def _facing(center: np.ndarray, direction: np.ndarray, side: float) -> Mesh:
    """Return a square of a given side (m) that faces a direction ``(3,)``."""
    across = np.cross([0.0, 0.0, 1.0], direction)
    across /= np.linalg.norm(across)
    up = np.cross(direction, across)
    return quad(center - (across + up) * side / 2, across * side, up * side, Material(np.ones(3)))
