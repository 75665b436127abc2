"""What a camera does to a picture after the lens: white balance, contrast, blur, noise. Pure arrays."""

from collections.abc import Mapping

import cv2
import numpy as np

from synpose.generation.jobs.options import check_keys, check_range

Range = float | tuple[float, float]

SENSOR_DEFAULTS: dict[str, Range] = {
    'exposure': 1.0,
    'white_balance': 0.0,
    'contrast': 1.0,
    'saturation': 1.0,
    'vignette': 0.0,
    'blur': 0.0,
    'noise': 0.0,
    'jpeg_quality': 95,
}
"""A camera without faults. Each value is a number or a (low, high) range, drawn anew for every image:

``exposure`` factor on the automatic exposure; ``white_balance`` red gain minus blue gain (0.2: 10% more red, 10% less
blue); ``contrast`` and ``saturation`` factors about gray; ``vignette`` share of light lost in the corners; ``blur``
standard deviation in px; ``noise`` standard deviation as a fraction of full scale at mid gray; ``jpeg_quality`` 1-100.
"""
_LIMITS: dict[str, tuple[float, float]] = {
    'exposure': (0.01, 100),
    'white_balance': (-2, 2),
    'contrast': (0, 10),
    'saturation': (0, 10),
    'vignette': (0, 1),
    'blur': (0, 100),
    'noise': (0, 1),
    'jpeg_quality': (1, 100),
}


def check_sensor(sensor: Mapping[str, Range]) -> None:
    """Check overrides of :data:`SENSOR_DEFAULTS`.

    Raises:
        ValueError: If a name is unknown, or a value is no number or (low, high) range within its limits.
    """
    check_keys(sensor, 'sensor', (), SENSOR_DEFAULTS)
    for name, value in sensor.items():
        check_range(value if isinstance(value, tuple | list) else (value, value), f'sensor: {name}', *_LIMITS[name])


def sample_sensor(rng: np.random.Generator, sensor: Mapping[str, Range]) -> dict[str, float]:
    """Draw one image's values from the ranges.

    Args:
        rng: Source of randomness.
        sensor: Overrides of :data:`SENSOR_DEFAULTS`.

    Raises:
        ValueError: As :func:`check_sensor`.
    """
    check_sensor(sensor)
    ranges = {**SENSOR_DEFAULTS, **sensor}
    return {
        key: float(rng.uniform(*value)) if isinstance(value, tuple | list) else float(value)
        for key, value in ranges.items()
    }


def expose(rng: np.random.Generator, image: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """Apply a sensor's faults to a tone-mapped image.

    Args:
        rng: Source of the noise.
        image: sRGB ``(H, W, 3)`` in [0, 1].
        values: As drawn by :func:`sample_sensor`; ``exposure`` and ``jpeg_quality`` are not used here.

    Returns:
        sRGB ``(H, W, 3)`` uint8.
    """
    height, width = image.shape[:2]
    shift = 0.5 * values['white_balance']
    result = image.astype(np.float32) * np.array([1 + shift, 1, 1 - shift], np.float32)
    gray = result.mean(-1, keepdims=True)
    result = gray + values['saturation'] * (result - gray)
    result = 0.5 + values['contrast'] * (result - 0.5)
    if values['vignette'] > 0:
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        result = result * (1 - values['vignette'] * 0.5 * (x * x + y * y))[..., None].astype(np.float32)
    if values['blur'] > 0:
        result = cv2.GaussianBlur(result, (0, 0), values['blur'])
    if values['noise'] > 0:
        # Shot noise grows with the root of the signal; half of it is a constant read noise.
        level = values['noise'] * (0.5 + 0.5 * np.sqrt(np.clip(result, 0, 1) / 0.5))
        result = result + level * rng.standard_normal(result.shape, dtype=np.float32)
    return np.round(np.clip(result, 0, 1) * 255).astype(np.uint8)
