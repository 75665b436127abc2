"""Two seated people of balls and sticks, seen by two cameras: labels, stencils and depth that an audit finds clean."""

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from synpose.files import write_json
from synpose.skeletons import BONES, FINGERS, JOINT_NAMES, person_category, strip_side

IMAGE_SIZE, FOCAL = (480, 270), 400.0  # px
CAMERAS = ((0.45, 4.0, 2.2), (-2.0, 3.2, 2.4))  # m, positions
TARGET = (0.45, 0.0, 0.7)
PLACES = ((0.0, 0.0, 0.0), (0.9, 0.1, 0.0))
WALL = 9.0  # m, depth of the background
_STATURE = 1.6

# The body's midline, then one side of it: m aside, ahead, up from the floor below the pelvis.
_MIDDLE = {
    'head_top': (0, 0.03, 1.25),
    'chin': (0, 0.1, 1.06),
    'nose': (0, 0.13, 1.12),
    'neck': (0, 0, 1.0),
    'chest': (0, -0.02, 0.82),
    'spine': (0, -0.02, 0.65),
    'pelvis': (0, 0, 0.5),
}
_SIDE = {
    'eye': (0.03, 0.11, 1.15),
    'ear': (0.075, 0.03, 1.13),
    'clavicle': (0.03, 0, 0.97),
    'shoulder': (0.17, 0, 0.95),
    'elbow': (0.22, 0.1, 0.7),
    'wrist': (0.18, 0.32, 0.76),
    'palm': (0.18, 0.39, 0.76),
    'hip': (0.09, 0, 0.5),
    'knee': (0.12, 0.4, 0.5),
    'ankle': (0.12, 0.4, 0.11),
    'toe': (0.13, 0.56, 0.06),
}


def seated_joints() -> np.ndarray:
    """Return the joints ``(59, 3)`` m of someone who sits over the origin and faces +y; z is up."""
    places = {name: np.array(place, dtype=float) for name, place in _MIDDLE.items()}
    side = {name: np.array(place, dtype=float) for name, place in _SIDE.items()}
    for number, finger in enumerate(FINGERS):
        for step, joint in enumerate(('1', '2', 'tip')):
            side[f'{finger}_{joint}'] = side['palm'] + ((number - 1.5) * 0.02, 0.03 + 0.03 * step, -0.005)
    for name, place in side.items():
        places[f'left_{name}'] = place * (-1, 1, 1)
        places[f'right_{name}'] = place
    return np.stack([places[name] for name in JOINT_NAMES])


def look_at(position: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return rotation ``(3, 3)`` and translation ``(3,)`` of a camera that looks at the people."""
    ahead = np.subtract(TARGET, position)
    ahead = ahead / np.linalg.norm(ahead)
    right = np.cross(ahead, (0, 0, 1))
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(ahead, right), ahead])
    return rotation, -rotation @ np.array(position)


def write_posed_dataset(root: str | os.PathLike) -> Path:
    """Write a dataset of one scene, one frame and two cameras in the SynPose format.

    Args:
        root: Folder to write, created when missing.

    Returns:
        ``root`` as a path.
    """
    root = Path(root)
    for folder in ('images', 'stencils', 'depth'):
        (root / folder).mkdir(parents=True, exist_ok=True)
    people = [seated_joints() + place for place in PLACES]
    K = np.array([[FOCAL, 0, (IMAGE_SIZE[0] - 1) / 2], [0, FOCAL, (IMAGE_SIZE[1] - 1) / 2], [0, 0, 1]])
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, position in enumerate(CAMERAS):
        R, t = look_at(position)
        points = [np.round(joints @ R.T + t, 6) for joints in people]
        stencil, depth = _draw(points, K)
        shade = np.random.default_rng(number).integers(60, 90, (*stencil.shape, 3), dtype=np.uint8)
        shade[stencil > 0] += 60
        stem = f'{number + 1:06d}'
        cv2.imwrite(str(root / 'images' / f'{stem}.png'), shade)
        cv2.imwrite(str(root / 'stencils' / f'{stem}.png'), stencil)
        cv2.imwrite(str(root / 'depth' / f'{stem}.png'), np.round(depth * 1000).astype(np.uint16))
        images.append(_image(number, stem, K, R, t))
        for person, joints in enumerate(points):
            label = _annotation(person, joints, K, stencil, depth)
            annotations.append({'id': len(annotations) + 1, 'image_id': number + 1, **label})
    content = {
        'info': {'description': 'generated test data'},
        'images': images,
        'annotations': annotations,
        'categories': [person_category()],
    }
    write_json(root / 'annotations' / 'train.json', content)
    counts = {'train': {'images': len(images), 'people': len(annotations), 'left_out': 0}}
    write_json(root / 'dataset.json', {'format': 'SynPose', 'generator': {'type': 'posed_scene'}, 'counts': counts})
    return root


def _draw(people: list[np.ndarray], K: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw balls along the bones of people ``(59, 3)`` in the camera frame; returns stencil and depth ``(H, W)``."""
    width, height = IMAGE_SIZE
    depth = np.full((height, width), WALL)
    stencil = np.zeros((height, width), np.uint16)
    index = {name: i for i, name in enumerate(JOINT_NAMES)}
    for number, joints in enumerate(people, 1):
        for first, second in BONES:
            finger = strip_side(second).split('_')[0] in FINGERS
            middle = not second.startswith(('left_', 'right_'))
            radius = 0.015 if finger else 0.07 if middle else 0.035
            for share in np.linspace(0, 1, 30):
                x, y, z = (1 - share) * joints[index[first]] + share * joints[index[second]]
                column, row = K[0, 0] * x / z + K[0, 2], K[1, 1] * y / z + K[1, 2]
                reach = max(FOCAL * radius / z, 1.0)
                rows = np.arange(max(int(row - reach), 0), min(int(row + reach) + 2, height))[:, None]
                columns = np.arange(max(int(column - reach), 0), min(int(column + reach) + 2, width))
                ball = (rows - row) ** 2 + (columns - column) ** 2 <= reach**2
                nearer = ball & (z - radius < depth[rows, columns])
                depth[rows, columns] = np.where(nearer, z - radius, depth[rows, columns])
                stencil[rows, columns] = np.where(nearer, number, stencil[rows, columns])
    return stencil, depth


def _image(number: int, stem: str, K: np.ndarray, R: np.ndarray, t: np.ndarray) -> dict[str, Any]:
    return {
        'id': number + 1,
        'file_name': f'{stem}.png',
        'stencil_file': f'stencils/{stem}.png',
        'depth_file': f'depth/{stem}.png',
        'width': IMAGE_SIZE[0],
        'height': IMAGE_SIZE[1],
        'scene_id': 0,
        'frame_id': 0,
        'camera_id': number,
        'room_size': 'small',
        'viewpoint': 'front',
        'camera': {'K': K.tolist(), 'R': R.tolist(), 't': t.tolist()},
        'camera_pitch': float(-np.arcsin(R[2, 2])),
        'domain': 'synthetic',
    }


def _annotation(
    person: int, points: np.ndarray, K: np.ndarray, stencil: np.ndarray, depth: np.ndarray
) -> dict[str, Any]:
    from synpose.generation.rendering.annotator import joint_visibility

    image = points @ K.T
    xy = np.round(image[:, :2] / image[:, 2:], 3)
    visibility = joint_visibility(xy, points[:, 2], depth, stencil, person + 1)
    mask = stencil == person + 1
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    size = int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
    return {
        'category_id': 1,
        'keypoints': np.column_stack([xy * (visibility > 0)[:, None], visibility]).ravel().tolist(),
        'num_keypoints': int((visibility > 0).sum()),
        'bbox': [int(columns[0]), int(rows[0]), *size],
        'area': int(mask.sum()),
        'iscrowd': 0,
        'stencil_id': person + 1,
        'is_synthetic': True,
        'keypoints_3d': points.tolist(),
        'behavior': ('writing', 'reading')[person],
        'attributes': {'stature': _STATURE, 'identity': f'p{person:03d}', 'movement': ('write', 'read')[person]},
    }
