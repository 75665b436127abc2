"""Predictions in the formats that other tools open: COCO results, Ultralytics pose labels, tables."""

import csv
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from synpose.datasets.coco_people import JOINT_FIELDS
from synpose.datasets.conversion.pictures import picture_size
from synpose.datasets.conversion.source import BadRecordError, need, numbers
from synpose.evaluation import margin_fitting
from synpose.files import atomic_path, write_json
from synpose.json_records import iter_records
from synpose.reporting.submissions.archive import read_archive
from synpose.reporting.submissions.coco_records import decode_coco
from synpose.skeletons import MPII16_NAMES, WHOLEBODY133_NAMES

SKELETONS: dict[str, tuple[str, ...]] = {
    **margin_fitting.SKELETONS,
    'mpii16': MPII16_NAMES,
    'wholebody133': WHOLEBODY133_NAMES,
}
"""Joints of predictions, by name of the skeleton."""


@dataclass(frozen=True)
class Person:
    """A predicted person.

    Attributes:
        image_id: Id of the image.
        joints: ``(K, 3)`` x, y (px of the image) and score.
        score: Of the person.
        box: ``(4,)`` left, top, width, height, px; the extent of the joints where the file has none.
        file_name: Of the image, where the file says; else ''.
    """

    image_id: int
    joints: np.ndarray
    score: float
    box: np.ndarray
    file_name: str = ''


@dataclass(frozen=True)
class ImageInfo:
    """An image that predictions are of: its file name, width and height, px."""

    file_name: str
    size: tuple[int, int]


def read_people(path: str | os.PathLike) -> list[Person]:
    """Read predictions: those of ``tools/predict.py`` or of a test's results folder, or a submission's JSON or zip.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is broken; names file, record and field.
    """
    try:
        records = decode_coco(read_archive(path)[1])
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error
    people = []
    for number, record in enumerate(records):
        try:
            people.append(_person(record))
        except BadRecordError as error:
            raise ValueError(f'{path}: record {number}: {error}') from error
        if len(people[-1].joints) != len(people[0].joints):
            text = f'{len(people[-1].joints)} joints, but record 0 has {len(people[0].joints)}'
            raise ValueError(f'{path}: record {number}: keypoints: {text}')
    return people


def _person(record: Any) -> Person:
    if not isinstance(record, dict):
        raise BadRecordError('record', f'must be an object, but is {record!r:.40}')
    flat = [value for field in JOINT_FIELDS for value in _list(record, field)]
    if not flat or len(flat) % 3:
        raise BadRecordError('keypoints', f'must be x, y and score a joint, but is {len(flat)} numbers')
    joints = numbers(flat, len(flat), 'keypoints').reshape(-1, 3)
    low, high = joints[:, :2].min(axis=0), joints[:, :2].max(axis=0)
    box = numbers(record['bbox'], 4, 'bbox') if 'bbox' in record else np.concatenate([low, high - low])
    score = numbers([need(record, 'score')], 1, 'score')[0]
    return Person(need(record, 'image_id', int), joints, float(score), box, str(record.get('file_name', '')))


def _list(record: dict[str, Any], field: str) -> list[Any]:
    return need(record, field, list) if field in record else []


def read_images(path: str | os.PathLike) -> dict[int, ImageInfo]:
    """Read the images of a COCO-style file by id.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is broken; names file, record and field.
    """
    images = {}
    for key, _, _, record in iter_records(path):
        if key != 'images':
            continue
        try:
            size = need(record, 'width', int), need(record, 'height', int)
            images[need(record, 'id', int)] = ImageInfo(need(record, 'file_name', str), size)
        except BadRecordError as error:
            raise ValueError(f'{path}: image number {len(images)}: {error}') from error
    return images


def image_of(person: Person, images: dict[int, ImageInfo]) -> ImageInfo:
    """Return the image a person was found on: that of the id, or the file that the predictions name.

    Raises:
        FileNotFoundError: If the file is gone.
        ValueError: If nothing says which image it is.
    """
    if person.image_id not in images:
        if not person.file_name:
            raise ValueError(f'image {person.image_id}: no file name; give the annotation file with its images')
        images[person.image_id] = ImageInfo(person.file_name, picture_size(Path(person.file_name)))
    return images[person.image_id]


def write_coco_results(people: Iterable[Person], out: str | os.PathLike) -> None:
    """Write COCO keypoint results; without boxes, since COCO's ``loadRes`` takes results that have one for boxes."""
    records = [
        {
            'image_id': person.image_id,
            'category_id': 1,
            'keypoints': person.joints.ravel().tolist(),
            'score': person.score,
        }
        for person in people
    ]
    write_json(out, records)


def write_ultralytics(
    people: Iterable[Person], images: dict[int, ImageInfo], out: str | os.PathLike, person_score: bool = False
) -> int:
    """Write Ultralytics pose files, one ``<stem of the image>.txt`` an image, a line a person.

    A line is class 0, box center x and y, width and height, then x, y and score of each joint; places and sizes are
    parts of the image's, clipped to it as Ultralytics does. https://docs.ultralytics.com/datasets/pose/

    Args:
        people: The people.
        images: The images, for their sizes; one without people gets an empty file.
        out: Folder to write.
        person_score: Whether the person's score ends the line, as after ``save_conf=True``.

    Returns:
        How many files were written.

    Raises:
        ValueError: If two images would have the same file.
    """
    images = dict(images)
    lines: dict[int, list[str]] = {number: [] for number in images}
    for person in people:
        size = np.array(image_of(person, images).size, dtype=float)
        low, high = (np.clip(part, 0, size) for part in (person.box[:2], person.box[:2] + person.box[2:]))
        joints = np.column_stack([np.clip(person.joints[:, :2], 0, size) / size, person.joints[:, 2]])
        values = [*((low + high) / 2 / size), *((high - low) / size), *joints.ravel()]
        values += [person.score] if person_score else []
        lines.setdefault(person.image_id, []).append(' '.join(['0', *(f'{value:.6g}' for value in values)]))
    names = {number: PurePosixPath(images[number].file_name).stem + '.txt' for number in lines}
    if len(set(names.values())) < len(names):
        twice = sorted(name for name in set(names.values()) if list(names.values()).count(name) > 1)
        raise ValueError(f'{out}: {twice[0]} would be written for several images of the same name')
    for number, name in names.items():
        with atomic_path(Path(out, name)) as temporary:
            temporary.write_text(''.join(f'{line}\n' for line in lines[number]))
    return len(names)


def write_csv(
    people: Iterable[Person], images: dict[int, ImageInfo], out: str | os.PathLike, joint_names: Sequence[str]
) -> None:
    """Write a table: a row a person with image, box, score, and x, y and score of each joint by name.

    Raises:
        ValueError: If people have another number of joints than there are names.
    """
    columns = ['image_id', 'file_name', 'person', 'score', 'left', 'top', 'width', 'height']
    columns += [f'{name}_{part}' for name in joint_names for part in ('x', 'y', 'score')]
    counts: dict[int, int] = {}
    with atomic_path(out) as temporary, open(temporary, 'w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(columns)
        for person in people:
            if len(person.joints) != len(joint_names):
                raise ValueError(f'joints: people have {len(person.joints)}, but there are {len(joint_names)} names')
            name = images[person.image_id].file_name if person.image_id in images else person.file_name
            counts[person.image_id] = number = counts.get(person.image_id, 0) + 1
            values = [person.score, *person.box.tolist(), *person.joints.ravel().tolist()]
            writer.writerow([person.image_id, name, number, *values])


def joint_names_of(path: str | os.PathLike, skeleton: str | None = None) -> tuple[str, ...]:
    """Return the joints of predictions: of the skeleton named, or those that the test recorded beside them.

    Raises:
        ValueError: If neither tells.
    """
    if skeleton is not None:
        return SKELETONS[skeleton]
    record = Path(path).with_name('metrics.json')
    try:
        names = json.loads(record.read_bytes())['provenance']['metainfo_joint_names']
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(f'{path}: no {record.name} beside it names the joints; give --joints') from None
    return tuple(names)
