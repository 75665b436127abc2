"""Reads people annotated in real photos: COCO keypoint files and MMPose's MPII files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.crowds.photos import photo_size
from synpose.generation.crowds.real_people import RealPerson, RealPhoto
from synpose.skeletons import JOINT_NAMES, MPII16_NAMES, map_keypoints

FORMATS = ('coco', 'mpii')
_MPII_BOX = 200.0  # px of a person's height that a scale of 1 stands for


def read_people(path: Path, folder: Path, kind: str | None = None) -> tuple[list[RealPhoto], tuple[str, ...]]:
    """Read an annotation file and check it against its photos.

    Args:
        path: The file: COCO keypoints, or MPII as MMPose has it (a list of {image, joints, joints_vis, center, scale}).
        folder: Of the photos.
        kind: ``'coco'`` or ``'mpii'``; told by the content by default.

    Returns:
        The photos that have people, and the names of the file's joints.

    Raises:
        FileNotFoundError: If the file or a photo is missing.
        ValueError: Naming file, record and field of the first thing that is wrong.
    """
    if not path.is_file():
        raise FileNotFoundError(f'annotations: {path}: no such file')
    if not folder.is_dir():
        raise FileNotFoundError(f'photos: {folder}: no such folder')
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f'{path}: broken JSON ({error})') from error
    found = 'mpii' if isinstance(content, list) else 'coco'
    if (kind or found) != found:
        raise ValueError(f'{path}: is not {kind} but looks like {found}')
    photos, names = (_read_mpii if found == 'mpii' else _read_coco)(content, path, folder)
    if not photos:
        raise ValueError(f'{path}: no image has a person')
    return photos, names


def _read_coco(content: Any, path: Path, folder: Path) -> tuple[list[RealPhoto], tuple[str, ...]]:
    for section in ('images', 'annotations', 'categories'):
        if not isinstance(content, Mapping) or not isinstance(content.get(section), list):
            raise ValueError(f'{path}: {section}: missing or no list')
    category = next((c for c in content['categories'] if c.get('name') == 'person'), None)
    names = tuple((category or {}).get('keypoints') or ())
    if category is None or not names:
        raise ValueError(f"{path}: categories: no 'person' with keypoints; a file of person keypoints is needed")
    people: dict[Any, list[RealPerson]] = {}
    for annotation in content['annotations']:
        if annotation.get('category_id') == category['id']:
            person = _coco_person(annotation, names, f'{path}: annotation {annotation.get("id")}')
            people.setdefault(annotation['image_id'], []).append(person)
    photos: list[RealPhoto] = []
    known = set()
    for image in content['images']:
        where = f'{path}: image {image.get("id")}'
        for key in ('id', 'file_name', 'width', 'height'):
            if key not in image:
                raise ValueError(f'{where}: {key}: missing')
        known.add(image['id'])
        if image['id'] in people:
            size = _size(folder / image['file_name'], f'{where}: file_name')
            if size != (image['width'], image['height']):
                stated = f'{image["width"]}x{image["height"]}'
                raise ValueError(f'{where}: width, height: {stated} px, but the photo has {size[0]}x{size[1]} px')
            photos.append(RealPhoto(len(photos), image['file_name'], *size, tuple(people[image['id']]), dict(image)))
    if unknown := sorted(set(people) - known, key=str):
        raise ValueError(f'{path}: annotations: image_id: no image {unknown[0]}')
    return photos, names


def _coco_person(annotation: dict[str, Any], names: Sequence[str], where: str) -> RealPerson:
    for key in ('id', 'image_id', 'bbox', 'keypoints'):
        if key not in annotation:
            raise ValueError(f'{where}: {key}: missing')
    _numbers(annotation['bbox'], 4, f'{where}: bbox')
    points = _numbers(annotation['keypoints'], 3 * len(names), f'{where}: keypoints').reshape(-1, 3)
    if not np.isin(points[:, 2], (0, 1, 2)).all():
        raise ValueError(f'{where}: keypoints: a visibility is none of 0, 1, 2')
    moved = ('id', 'image_id', 'category_id', 'keypoints', 'num_keypoints')
    fields = {key: value for key, value in annotation.items() if key not in moved}
    fields |= {f'source_{key}': annotation[key] for key in moved if key in annotation}
    return RealPerson(fields | _own(points, names), annotation.get('segmentation'))


def _read_mpii(content: Any, path: Path, folder: Path) -> tuple[list[RealPhoto], tuple[str, ...]]:
    people: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for number, record in enumerate(content):
        for key in ('image', 'joints', 'joints_vis', 'center', 'scale'):
            if not isinstance(record, Mapping) or key not in record:
                raise ValueError(f'{path}: record {number}: {key}: missing')
        people.setdefault(record['image'], []).append((number, dict(record)))
    photos: list[RealPhoto] = []
    for name, records in people.items():
        size = _size(folder / name, f'{path}: record {records[0][0]}: image')
        members = tuple(_mpii_person(record, size, f'{path}: record {number}', number) for number, record in records)
        photos.append(RealPhoto(len(photos), name, *size, members, {'image': name}))
    return photos, MPII16_NAMES


def _mpii_person(record: dict[str, Any], size: tuple[int, int], where: str, number: int) -> RealPerson:
    """Make a person of a record, whose pixels count from 1; the box is the square that center and scale stand for."""
    places = _numbers(record['joints'], 2 * len(MPII16_NAMES), f'{where}: joints').reshape(-1, 2)
    visible = _numbers(record['joints_vis'], len(MPII16_NAMES), f'{where}: joints_vis')
    center = _numbers(record['center'], 2, f'{where}: center')
    half = _numbers([record['scale']], 1, f'{where}: scale')[0] * _MPII_BOX / 2
    # The files do not tell occluded joints from visible ones.
    points = np.where(visible[:, None] > 0, np.column_stack([places - 1, np.full(len(places), 2)]), 0.0)
    low, high = np.maximum(center - 1 - half, 0), np.minimum(center - 1 + half, size)
    width, height = np.maximum(high - low, 0).tolist()
    box = {'bbox': [*low.tolist(), width, height], 'area': width * height, 'iscrowd': 0}
    return RealPerson({**box, 'source': record, 'source_id': number, **_own(points, MPII16_NAMES)})


def _own(points: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """Return the fields that hold the 59 joints, from joints ``(K, 3)`` by name."""
    mapped = map_keypoints(points, names, JOINT_NAMES)
    mapped[mapped[:, 2] == 0] = 0
    return {
        'category_id': 1,
        'keypoints': [int(value) if value == int(value) else value for value in mapped.ravel().tolist()],
        'num_keypoints': int((mapped[:, 2] > 0).sum()),
        'is_synthetic': False,
    }


def _numbers(value: Any, count: int, where: str) -> np.ndarray:
    try:
        numbers = np.array(value, dtype=float).ravel()
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ValueError(f'{where}: not {count} numbers')
    return numbers


def _size(path: Path, where: str) -> tuple[int, int]:
    if not path.is_file():
        raise FileNotFoundError(f'{where}: {path}: no such photo')
    return photo_size(path)
