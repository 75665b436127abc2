"""Pinhole cameras on the walls of a room.

World frame as in :mod:`synpose.generation.primitives`. Camera frame as in OpenCV: x right, y down, z along the
optical axis; ``x_cam = R @ x_world + t``. Image coordinates are OpenCV's and COCO's: the center of the pixel in column
``j`` and row ``i`` is at ``(j, i)``, so the image spans ``[-.5, W - .5) x [-.5, H - .5)``, its middle is at
``((W - 1) / 2, (H - 1) / 2)``, the joint at ``(x, y)`` lies in pixel ``(floor(x + .5), floor(y + .5))`` and mirroring
an image turns ``x`` into ``W - 1 - x``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from synpose.generation.jobs.options import check_keys, check_range

NUM_CAMERAS = 8
CLEARANCE = 1.25
"""Distance that cameras keep from where heads can be, m."""
_INSET, _TRIES = 0.22, 24
_LIMITS = {'fov': (5.0, 150.0), 'height': (0.3, 15.0), 'pitch': (-80.0, 80.0)}  # degrees, m, degrees


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        camera_id: Mounting place, 0-7 (see :func:`sample_camera`).
        width: Image width, px.
        height: Image height, px.
        K: Intrinsic matrix ``(3, 3)``, px; pixel centers are at whole numbers.
        R: World-to-camera rotation ``(3, 3)``.
        t: World-to-camera translation ``(3,)``, m.
    """

    camera_id: int
    width: int
    height: int
    K: np.ndarray
    R: np.ndarray
    t: np.ndarray

    @classmethod
    def look_at(
        cls, position: np.ndarray, target: np.ndarray, fov: float, size: tuple[int, int], camera_id: int = 0
    ) -> 'Camera':
        """Place an upright camera.

        Args:
            position: ``(3,)`` m, world.
            target: ``(3,)`` m, world, a point on the optical axis; not straight above or below ``position``.
            fov: Horizontal field of view, rad.
            size: (width, height), px.
            camera_id: Kept as it is.
        """
        position = np.asarray(position, dtype=float)
        forward = np.asarray(target, dtype=float) - position
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        R = np.stack([right, np.cross(forward, right), forward])
        width, height = size
        focal = 0.5 * width / np.tan(0.5 * fov)
        K = np.array([[focal, 0, 0.5 * (width - 1)], [0, focal, 0.5 * (height - 1)], [0, 0, 1]])
        return cls(camera_id, width, height, K, R, -R @ position)

    @property
    def position(self) -> np.ndarray:
        """Optical center in the world, ``(3,)`` m."""
        return -self.R.T @ self.t

    @property
    def pitch(self) -> float:
        """Angle of the optical axis below the horizon, rad; positive when the camera looks down."""
        return float(-np.arcsin(np.clip(self.R[2, 2], -1, 1)))

    @property
    def viewpoint(self) -> str:
        """``'front'`` when the camera looks toward the back wall (it sees faces), else ``'back'``."""
        return 'front' if self.R[2, 1] < 0 else 'back'

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """Move world points ``(..., 3)`` m into the camera frame ``(..., 3)`` m."""
        return np.asarray(points, dtype=float) @ self.R.T + self.t

    def project(self, points: np.ndarray) -> np.ndarray:
        """Project points of the camera frame.

        Args:
            points: ``(..., 3)`` m, camera frame; z must not be 0.

        Returns:
            ``(..., 2)`` px; meaningless for points behind the camera (z < 0).
        """
        image = np.asarray(points, dtype=float) @ self.K.T
        return image[..., :2] / image[..., 2:]

    def ray_cosines(self) -> np.ndarray:
        """Cosine between each pixel center's ray and the optical axis ``(height, width)``: depth / distance."""
        x = (np.arange(self.width) - self.K[0, 2]) / self.K[0, 0]
        y = (np.arange(self.height) - self.K[1, 2]) / self.K[1, 1]
        return 1 / np.sqrt(1 + x[None] ** 2 + y[:, None] ** 2)


# Where a camera hangs and the point of the seating area it aims at, both as fractions of the room's width
# (-.5 left wall .. .5 right wall) and depth (0 back wall .. 1 front wall): four corners, then four wall middles.
_MOUNTS: tuple[tuple[tuple[float, float], tuple[float, float]], ...] = (
    ((-0.5, 1.0), (0.08, 0.38)),
    ((-0.5, 0.0), (0.08, 0.62)),
    ((0.5, 1.0), (-0.08, 0.38)),
    ((0.5, 0.0), (-0.08, 0.62)),
    ((0.0, 1.0), (0.0, 0.36)),
    ((0.0, 0.0), (0.0, 0.64)),
    ((-0.5, 0.6), (0.0, 0.38)),
    ((0.5, 0.4), (0.0, 0.62)),
)


class Space(Protocol):
    """What :func:`sample_camera` needs of :class:`synpose.generation.rooms.building.Room`."""

    extent: tuple[float, float, float]
    headroom: float

    def floor(self, x: float, y: float) -> float:
        """Height of the floor at a point, m."""

    def heads(self) -> np.ndarray:
        """Where heads can be, ``(N, 3)`` m."""


def check_camera(ranges: Mapping[str, Any]) -> None:
    """Check the ranges of :func:`sample_camera`.

    Raises:
        ValueError: If one is unknown, missing or no (low, high) within its limits.
    """
    check_keys(ranges, 'camera', tuple(_LIMITS))
    for name, limits in _LIMITS.items():
        check_range(ranges[name], f'camera: {name}', *limits)


def sample_camera(
    rng: np.random.Generator,
    camera_id: int,
    room: Space,
    image_size: tuple[int, int],
    ranges: Mapping[str, tuple[float, float]],
) -> Camera:
    """Hang one of a room's eight cameras.

    Even numbers see faces (viewpoint ``front``), odd numbers see backs: 0-3 hang in the ceiling's corners, 4 and 5 in
    the middle of the front and back wall, 6 and 7 near the middle of the side walls. Cameras keep
    :data:`CLEARANCE` from where heads can be, as far as the room allows.

    Args:
        rng: Source of lens, height, place and aim.
        camera_id: 0-7.
        room: The room.
        image_size: (width, height), px.
        ranges: ``fov`` (horizontal, degrees), ``height`` (m above the floor below the camera, kept .1 m below the
            ceiling; halls higher than 3.3 m add half of what they have more) and ``pitch`` (degrees below the
            horizon), each (low, high).
    """
    width, depth, height = room.extent
    ceiling = min(height, room.headroom)
    (mount_x, mount_y), (aim_x, aim_y) = _MOUNTS[camera_id]
    fov = np.deg2rad(rng.uniform(*ranges['fov']))
    aim = np.array([aim_x * width + rng.normal(0, 0.05) * width, aim_y * depth + rng.normal(0, 0.05) * depth])
    heads = room.heads()
    best, clear = np.zeros(3), -1.0
    for k in range(_TRIES):
        # The first draw nearly always serves; later ones look farther along the walls, and higher.
        spread, lift = 0.15 + 0.02 * k, k / _TRIES
        x = np.clip(mount_x * width + rng.normal(0, spread), -0.5 * width + _INSET, 0.5 * width - _INSET)
        y = np.clip(mount_y * depth + rng.normal(0, spread), _INSET, depth - _INSET)
        floor = room.floor(x, y)
        low, high = ranges['height']
        z = floor + rng.uniform(low + lift * (high - low), high) + 0.5 * max(ceiling - floor - 3.3, 0.0)
        spot = np.array([x, y, min(z, ceiling - 0.1)])
        away = float(np.linalg.norm(heads - spot, axis=1).min(initial=np.inf))
        if away > clear:
            best, clear = spot, away
        if clear >= CLEARANCE:
            break
    distance = float(np.hypot(*(aim - best[:2])))
    # The aim at desk height gives the natural pitch for this room; it is jittered, then kept inside the range.
    pitch = np.arctan2(best[2] - room.floor(*aim) - 0.7, distance) + rng.normal(0, np.deg2rad(2.5))
    pitch = np.clip(pitch, *np.deg2rad(ranges['pitch']))
    target = np.array([*aim, best[2] - distance * np.tan(pitch)])
    return Camera.look_at(best, target, float(fov), image_size, camera_id)
