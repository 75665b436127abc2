"""People annotated in real photos, in the SynPose format, and what they tell about the camera. Pure arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synpose.generation.rendering.cameras import Camera
from synpose.skeletons import JOINT_ROW

_STATURE = 1.7
# Lengths as shares of the stature (D. Winter, "Biomechanics and Motor Control of Human Movement", 2009, Figure 4.1,
# after Drillis and Contini); the distance of the shoulders' centers is ours.
_LIMBS = (
    *(
        (f'{side}_{a}', f'{side}_{b}', share * _STATURE)
        for side in ('left', 'right')
        for a, b, share in (
            ('shoulder', 'elbow', 0.186),
            ('elbow', 'wrist', 0.146),
            ('hip', 'knee', 0.245),
            ('knee', 'ankle', 0.246),
            ('shoulder', 'hip', 0.288),
        )
    ),
    ('left_shoulder', 'right_shoulder', 0.22 * _STATURE),
)
# Heights above the ground of someone who stands, best known first (same source).
_LEVELS = (('ankle', 0.039 * _STATURE), ('hip', 0.53 * _STATURE), ('shoulder', 0.818 * _STATURE))
_HEIGHTS = (0.2, 8.0)  # m


@dataclass(frozen=True)
class RealPerson:
    """Someone in a photo.

    Attributes:
        fields: The annotation in the SynPose format without ids and ``stencil_id``: every field of the source, the
            source's joints, and the 59 joints by name.
        mask: Its segmentation as COCO writes it (polygons or a run-length mask), None if there is none.
    """

    fields: dict[str, Any]
    mask: Any = None

    @property
    def keypoints(self) -> np.ndarray:
        """The joints ``(59, 3)``: x px, y px, visibility."""
        return np.array(self.fields['keypoints'], dtype=float).reshape(-1, 3)


@dataclass(frozen=True)
class RealPhoto:
    """A photo with its people.

    Attributes:
        number: From 0, in the order of the annotation file.
        file_name: Below the folder of photos.
        width: px.
        height: px.
        people: Whoever is annotated.
        source: The photo's record in the annotation file.
    """

    number: int
    file_name: str
    width: int
    height: int
    people: tuple[RealPerson, ...]
    source: dict[str, Any] = field(default_factory=dict)


def pixels_per_metre(person: RealPerson) -> float:
    """Estimate how large a person is: by the limb that looks longest for its kind, since perspective only shortens.

    Without two joined joints the height of the box stands for the stature.
    """
    points = person.keypoints
    scales = [
        float(np.linalg.norm(points[JOINT_ROW[a], :2] - points[JOINT_ROW[b], :2])) / length
        for a, b, length in _LIMBS
        if points[JOINT_ROW[a], 2] > 0 and points[JOINT_ROW[b], 2] > 0
    ]
    best = max(scales, default=0.0) or person.fields['bbox'][3] / _STATURE
    return max(float(best), 1.0)


def fit_camera(photo: RealPhoto, fov: float, pitch: float) -> tuple[Camera, np.ndarray]:
    """Find the height at which a camera of a given lens and pitch sees the photo's people on the ground.

    A person's size gives its distance, ``z = f / (pixels per metre)``. A joint of known height ``l`` above the ground
    (the ankles; else hips or shoulders, as if standing) seen at ``y`` px below the principal point then gives the
    camera's height ``l + (y z / f) cos(pitch) + z sin(pitch)``; the median over the people is taken.

    Args:
        photo: The photo.
        fov: Horizontal field of view, rad.
        pitch: Angle of the optical axis below the horizon, rad.

    Returns:
        The camera, above the world's origin and looking along +y, and the people's distances along its axis ``(N,)``,
        m (crowds, which have no size, left out; one of 5 m if nobody is left).
    """
    ahead = np.array([0.0, np.cos(pitch), -np.sin(pitch)])

    def at(height: float) -> Camera:
        position = np.array([0.0, 0.0, height])
        return Camera.look_at(position, position + ahead, fov, (photo.width, photo.height))

    focal, row = at(0.0).K[1, 1], at(0.0).K[1, 2]
    people = [person for person in photo.people if not person.fields.get('iscrowd')]
    distances = np.array([focal / pixels_per_metre(person) for person in people] or [5.0])
    heights = []
    for person, z in zip(people, distances):
        y, level = _reference(person)
        heights.append(level + (y - row) * z / focal * np.cos(pitch) + z * np.sin(pitch))
    return at(float(np.clip(np.median(heights or [1.5]), *_HEIGHTS))), distances


def _reference(person: RealPerson) -> tuple[float, float]:
    """Return the row (px) of a part of the person and its height above the ground, m."""
    points = person.keypoints
    for part, level in _LEVELS:
        rows = [JOINT_ROW[f'{side}_{part}'] for side in ('left', 'right')]
        seen = points[rows][points[rows, 2] > 0]
        if len(seen):
            return float(seen[:, 1].mean()), level
    box = person.fields['bbox']
    return float(box[1] + box[3]), 0.0


def spot_among(
    rng: np.random.Generator, camera: Camera, distances: Sequence[float] | np.ndarray, spread: float
) -> tuple[np.ndarray, float]:
    """Draw a place on the ground as far away as one of the photo's people, the hips in the image.

    The last of 100 tries is taken if none fits, e.g. when nobody could stand where the ground should be.

    Args:
        rng: Source of place and heading.
        camera: It looks along +y.
        distances: Of the photo's people along the optical axis, m.
        spread: Standard deviation of the distance's logarithm.

    Returns:
        Position ``(3,)`` m and heading, rad.
    """
    hips, height = 0.9, camera.position[2]
    for _ in range(100):
        z = max(float(rng.choice(distances)) * np.exp(spread * rng.standard_normal()), 1.0)
        # z = y cos(pitch) + (height - hips) sin(pitch)
        y = (z - (height - hips) * np.sin(camera.pitch)) / np.cos(camera.pitch)
        x = (rng.uniform(0, camera.width) - camera.K[0, 2]) * z / camera.K[0, 0]
        row = camera.project(camera.to_camera(np.array([x, y, hips])))[1]
        if -0.05 * camera.height <= row < 1.05 * camera.height:
            break
    return np.array([x, y, 0.0]), float(rng.uniform(-np.pi, np.pi))


def cover(person: RealPerson, covered: np.ndarray) -> dict[str, Any]:
    """Return a person's fields with the visible joints that something now covers as occluded.

    Args:
        person: The person.
        covered: ``(H, W)`` bool.
    """
    points = person.keypoints
    height, width = covered.shape
    column, row = np.floor(points[:, :2] + 0.5).astype(int).T
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    hidden = inside & covered[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    keypoints = list(person.fields['keypoints'])
    for joint in np.flatnonzero(hidden & (points[:, 2] == 2)).tolist():
        keypoints[3 * joint + 2] = 1
    return {**person.fields, 'keypoints': keypoints}


def number_people(people: Sequence[RealPerson], stencil: np.ndarray, covered: np.ndarray, first: int) -> list[int]:
    """Add the people's own outlines to a stencil, as far as they are known and uncovered.

    Of two outlines on one pixel the smaller person's wins; crowds lie below everybody.

    Args:
        people: The people.
        stencil: Person numbers ``(H, W)`` uint16; changed in place.
        covered: Pixels that are somebody else's already, ``(H, W)`` bool.
        first: Number of the first person.

    Returns:
        Each person's number; 0 where no pixel shows the person.
    """
    masks = [_mask(person.mask, stencil.shape) for person in people]
    order = sorted(range(len(people)), key=lambda i: (not people[i].fields.get('iscrowd'), -int(masks[i].sum())))
    for i in order:
        stencil[masks[i] & ~covered] = first + i
    shown = set(np.unique(stencil).tolist())
    return [first + i if first + i in shown else 0 for i in range(len(people))]


def _mask(segmentation: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Draw a COCO segmentation, ``(H, W)`` bool."""
    from pycocotools import mask as coco_mask

    height, width = shape
    if not segmentation:
        return np.zeros(shape, dtype=bool)
    if isinstance(segmentation, Mapping):
        packed = isinstance(segmentation['counts'], str | bytes)
        code = segmentation if packed else coco_mask.frPyObjects(segmentation, height, width)
        return coco_mask.decode(code).astype(bool)
    parts = coco_mask.frPyObjects(segmentation, height, width)
    return coco_mask.decode(coco_mask.merge(parts)).astype(bool)
