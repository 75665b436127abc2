"""Write a tiny, valid dataset folder in the SynPose format without a renderer."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from synpose.files import write_json
from synpose.skeletons import JOINT_NAMES, person_category
from synpose.version import __version__

ROOM_SIZES = ('small', 'medium', 'large')
VIEWPOINTS = ('front', 'back')
BEHAVIORS = ('writing', 'reading', 'hand_raised')
BACKGROUND_DEPTH = 6.0  # m


def write_synpose_dataset(
    root: str | os.PathLike,
    num_images: int = 4,
    num_people: int = 3,
    image_size: tuple[int, int] = (192, 128),
    splits: Sequence[str] = ('train', 'val', 'test'),
    joint_names: Sequence[str] = JOINT_NAMES,
    suffix: str = '.png',
    seed: int = 0,
    parts: bool = False,
) -> Path:
    """Write flat colored people on noise, with stencils, depth and annotations that agree with each other.

    Every person is an ellipse in a cell of its own, so boxes, stencils and areas are exact and nobody overlaps. A joint
    stands at the same relative place in every box, up to a jitter, so that a model can learn it; one joint a person is
    out of sight (visibility 0). Room sizes cycle small, medium, large and viewpoints front, back over the images of a
    split; each split has a scene of its own.

    Args:
        root: Folder to write, created when missing.
        num_images: Images per split.
        num_people: People per image.
        image_size: Width and height, px.
        splits: Names of the annotation files.
        joint_names: Joints that the file stores, in its order.
        suffix: Image format, ``.png`` or ``.jpg``.
        seed: Same seed, same bytes.
        parts: Write body parts too: 14 bands from the top of a person to the bottom.

    Returns:
        ``root`` as a path.
    """
    root = Path(root)
    for folder in ('images', 'stencils', 'depth', 'annotations', *['parts'][: int(parts)]):
        (root / folder).mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    layout = np.random.default_rng(len(joint_names)).uniform(0.15, 0.85, (len(joint_names), 2))
    image_id = annotation_id = 0
    for scene_id, split in enumerate(splits):
        images, annotations = [], []
        for index in range(num_images):
            image_id += 1
            pixels, stencil, depth, people = _draw_people(rng, num_people, image_size, layout)
            stem = f'{image_id:06d}'
            cv2.imwrite(str(root / 'images' / f'{stem}{suffix}'), pixels)
            cv2.imwrite(str(root / 'stencils' / f'{stem}.png'), stencil)
            cv2.imwrite(str(root / 'depth' / f'{stem}.png'), np.round(depth * 1000).astype(np.uint16))
            images.append(_image_record(image_id, stem, suffix, image_size, scene_id, index))
            if parts:
                images[-1]['parts_file'] = f'parts/{stem}.png'
                cv2.imwrite(str(root / images[-1]['parts_file']), _banded(stencil))
            for person in people:
                annotation_id += 1
                annotations.append({'id': annotation_id, 'image_id': image_id, 'category_id': 1, **person})
        content = {
            'info': {'description': 'generated test data'},
            'images': images,
            'annotations': annotations,
            'categories': [person_category(joint_names)],
        }
        write_json(root / 'annotations' / f'{split}.json', content)
    write_json(root / 'dataset.json', {'seed': seed, 'versions': {'synpose': __version__}, 'num_images': image_id})
    return root


def _banded(stencil: np.ndarray) -> np.ndarray:
    """Return parts 1 to 14 of each person, in bands of equal height, ``(H, W)`` uint8."""
    parts = np.zeros(stencil.shape, np.uint8)
    for number in np.unique(stencil[stencil > 0]):
        rows, columns = np.nonzero(stencil == number)
        parts[rows, columns] = (rows - rows.min()) * 14 // (rows.max() + 1 - rows.min()) + 1
    return parts


def camera_matrix(image_size: tuple[int, int]) -> np.ndarray:
    """Return the ``(3, 3)`` pinhole matrix of the fixture's cameras: focal length = image width, center = middle."""
    width, height = image_size
    return np.array([[width, 0, (width - 1) / 2], [0, width, (height - 1) / 2], [0, 0, 1]], dtype=float)


def _image_record(
    image_id: int, stem: str, suffix: str, image_size: tuple[int, int], scene_id: int, index: int
) -> dict[str, Any]:
    return {
        'id': image_id,
        'file_name': f'{stem}{suffix}',
        'stencil_file': f'stencils/{stem}.png',
        'depth_file': f'depth/{stem}.png',
        'width': image_size[0],
        'height': image_size[1],
        'scene_id': scene_id,
        'camera_id': index % 8,
        'room_size': ROOM_SIZES[index % len(ROOM_SIZES)],
        'viewpoint': VIEWPOINTS[index % len(VIEWPOINTS)],
        'camera': {'K': camera_matrix(image_size).tolist(), 'R': np.eye(3).tolist(), 't': [0.0, 0.0, 0.0]},
        'camera_pitch': 0.0,
        'domain': 'synthetic',
    }


def _draw_people(
    rng: np.random.Generator, num_people: int, image_size: tuple[int, int], layout: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
    """Draw one image; returns color ``(H, W, 3)``, stencil ``(H, W)``, depth ``(H, W)`` in m, and the people."""
    width, height = image_size
    pixels = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
    stencil = np.zeros((height, width), np.uint16)
    depth = np.full((height, width), BACKGROUND_DEPTH)
    columns = math.ceil(math.sqrt(num_people)) if num_people else 1
    cell = np.array([width / columns, height / math.ceil(num_people / columns) if num_people else height])
    people = []
    for k in range(1, num_people + 1):
        corner = cell * ((k - 1) % columns, (k - 1) // columns)
        low = corner + cell * rng.uniform(0.05, 0.2, 2)
        high = corner + cell * rng.uniform(0.8, 0.95, 2)
        mask = _ellipse_mask(image_size, low, high)
        distance = round(2.0 + 0.05 * k, 3)
        stencil[mask], depth[mask] = k, distance
        pixels[mask] = rng.integers(120, 255, 3)
        people.append(_person_record(rng, k, mask, distance, layout, camera_matrix(image_size)))
    return pixels, stencil, depth, people


def _ellipse_mask(image_size: tuple[int, int], low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Mark the pixels ``(H, W)`` whose center lies in the ellipse inscribed in the box ``low``-``high``, px."""
    ys, xs = np.mgrid[: image_size[1], : image_size[0]]
    center, radius = (low + high) / 2, (high - low) / 2
    return ((xs - center[0]) / radius[0]) ** 2 + ((ys - center[1]) / radius[1]) ** 2 <= 1


def _person_record(
    rng: np.random.Generator, k: int, mask: np.ndarray, distance: float, layout: np.ndarray, K: np.ndarray
) -> dict[str, Any]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    x, y = float(columns[0]), float(rows[0])
    size = np.array([columns[-1] + 1 - x, rows[-1] + 1 - y])
    points = (x, y) + size * np.clip(layout + rng.normal(0, 0.02, layout.shape), 0.02, 0.98)
    visibility = rng.choice([1, 2], len(layout), p=[0.3, 0.7])
    visibility[rng.integers(len(layout))] = 0
    keypoints = np.column_stack([points.round(2), visibility]) * (visibility > 0)[:, None]
    ray = np.column_stack([(points - K[:2, 2]) / K[[0, 1], [0, 1]], np.ones(len(points))])
    x2, y2 = x + float(size[0]), y + float(size[1])
    return {
        'bbox': [x, y, float(size[0]), float(size[1])],
        'area': float(mask.sum()),
        'segmentation': [[x, y, x2, y, x2, y2, x, y2]],
        'iscrowd': 0,
        'keypoints': keypoints.ravel().tolist(),
        'num_keypoints': int((visibility > 0).sum()),
        'stencil_id': k,
        'is_synthetic': True,
        'keypoints_3d': (ray * distance).round(4).tolist(),
        'behavior': BEHAVIORS[k % len(BEHAVIORS)],
    }


def read_tree(root: str | os.PathLike) -> dict[str, bytes]:
    """Return the content of every file below a folder by its path from there, to compare folders byte for byte."""
    paths = sorted(Path(root).rglob('*'))
    return {str(path.relative_to(root)): path.read_bytes() for path in paths if path.is_file()}
