"""Making the columns of a COCO-style json."""

import logging
import os
from typing import Any

import numpy as np
import pyarrow as pa
from mmengine.logging import print_log

from ..coco_people import JOINT_FIELDS
from ..validation import ProblemLog, category_joint_names, check_categories
from .checks import odd_lengths
from .flags import PREFIX, people_flags
from .json_stream import SECTIONS, read_records
from .section import Section
from .sound import read_people, unsound_images, unsound_people


def build_table(path: str | os.PathLike, digest: Any, on_error: str = 'raise') -> tuple[pa.RecordBatch, dict[str, Any]]:
    """Read a COCO-style json into one record batch, a row an image.

    Args:
        path: The json.
        digest: A :mod:`hashlib` object that is fed the file's bytes.
        on_error: What a record does that no column can hold: ``'raise'``, or ``'skip'`` to leave it out.

    Returns:
        The batch, whose column ``annotations`` lists each image's people in the file's order, and a description:
        ``kinds`` of the columns of both sections, ``lengths`` of the lists of joints, the file's other members as
        ``header``, the problems of records ``left_out``, how many annotations were ``lost`` because their images are
        left out or not listed, and the problems of ``unsound_images`` and of ``unsound_people`` (each with the row of
        its image, -1 for none), which only some datasets read.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is broken or a record is bad, naming file, record and field.
    """
    path = str(path)
    log = ProblemLog(path, on_error)
    images, people, header = _read(path, digest, log)
    categories = header.get('categories')
    lengths = _equal_lengths(people, _named_joints(path, categories), log)
    bad_images = unsound_images(images.records, len(images))
    first, rows, lost = _group(images, people)
    unlisted = lost
    if len(lost):
        unlisted = lost[~np.isin(np.asarray(people.columns['image_id'])[lost], images.left_out)]
        text = f'{path}: {len(unlisted)} annotation(s) of images that the file does not list are left out'
        if len(unlisted):
            print_log(text, 'current', logging.WARNING)
    homeless = _people_of_no_image(people, unlisted, categories)
    people.take(rows)
    columns, bad_people = _people_columns(images, people, first, list(bad_images), categories)
    kinds = {
        'images': {name: kind for name, kind in images.kinds.items() if name != 'annotations'},
        'annotations': {name: kind for name, kind in people.kinds.items() if name in columns},
    }
    return _batch(images, first, columns, list(bad_images)), {
        'kinds': kinds,
        'lengths': lengths,
        'header': header,
        'left_out': [text.removeprefix(f'{path}: ') for text in log.problems],
        'lost': len(lost),
        'unsound_images': list(bad_images.values()),
        'unsound_people': [*((-1, text) for text in homeless), *bad_people],
    }


def _read(path: str, digest: Any, log: ProblemLog) -> tuple[Section, Section, dict[str, Any]]:
    """Read images, people, and what else the file holds."""
    sections = {name: Section(name, log) for name in SECTIONS}
    header: dict[str, Any] = {}
    for key, value in read_records(path, digest):
        if key in sections:
            sections[key].add(value)
        else:
            header[key] = value
    check_categories(header.get('categories'), path)
    for section in sections.values():
        section.finish()
    return sections['images'], sections['annotations'], header


def _named_joints(path: str, categories: list[dict[str, Any]] | None) -> int:
    try:
        return len(category_joint_names(categories, path))
    except ValueError:  # a matter only of datasets that go by names
        return 0


def _equal_lengths(people: Section, joints: int, log: ProblemLog) -> dict[str, int]:
    """Leave out people whose lists of joints are not as long as the others'; returns the length for each field."""
    lengths, bad = {}, np.zeros(len(people), bool)
    for name in ('bbox', *JOINT_FIELDS):
        if name not in people.columns:
            continue
        found = people.records.columns[name].lengths(0, len(people))
        odd, usual = odd_lengths(found, 3 * joints if name == 'keypoints' else 0)
        for row in odd.tolist():
            text = f'must be {usual} numbers for {usual // 3} joints as in most records, but is {found[row]}'
            log.add(f'annotation {people.columns["id"][row].as_py()}', name, text)
        lengths[name] = usual
        bad[odd] = True
    people.take(np.flatnonzero(~bad))
    return lengths


def _group(images: Section, people: Section) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bring the annotations into the order of their images.

    Returns:
        The first of each image, ``(I + 1,)``; the rows in their new order; the rows of images that are not listed.
    """
    if not len(people) or not len(images):
        return np.zeros(len(images) + 1, np.int64), np.zeros(0, np.int64), np.arange(len(people))
    ids = np.asarray(images.columns['id'])
    wanted = np.asarray(people.columns['image_id'])
    order = np.argsort(ids)
    found = order[np.searchsorted(ids, wanted, sorter=order).clip(max=len(ids) - 1)]
    known = ids[found] == wanted
    rows = np.argsort(np.where(known, found, len(ids)), kind='stable')
    first = np.concatenate([[0], np.cumsum(np.bincount(found[known], minlength=len(ids)))])
    return first.astype(np.int64), rows[: first[-1]], rows[first[-1] :]


def _people_of_no_image(people: Section, unlisted: np.ndarray, categories: list[dict[str, Any]] | None) -> list[str]:
    """Return the problem of each person whose image is not listed."""
    if not len(unlisted):
        return []
    numbers = [np.asarray(people.columns[name])[unlisted].tolist() for name in ('id', 'image_id')]
    read = read_people(people.records, len(people), categories)[unlisted]
    return [
        f'annotation {number}: image_id: no image has the id {image}'
        for number, image, is_person in zip(*numbers, read)
        if is_person
    ]


def _people_columns(
    images: Section, people: Section, first: np.ndarray, bad_images: list[int], categories: list[dict[str, Any]] | None
) -> tuple[dict[str, pa.Array], list[tuple[int, str]]]:
    """Return the people's columns with our own, and the problem of each unsound person with the row of its image."""
    if not len(people):
        return {}, []
    owners = np.repeat(np.arange(len(images)), np.diff(first))
    pixels = [images.records.values(side, 0, len(images)) for side in ('width', 'height')]
    sizes = np.array(pixels, np.float64).T[owners]
    sound = read_people(people.records, len(people), categories) & ~np.isin(owners, bad_images)
    problems = unsound_people(people.records, sound, sizes)
    sound[list(problems)] = False
    flags = people_flags(people.records, sizes, sound)
    return people.columns | flags, [(int(owners[row]), text) for row, text in problems.items()]


def _batch(images: Section, first: np.ndarray, columns: dict[str, pa.Array], bad_images: list[int]) -> pa.RecordBatch:
    sound = np.ones(len(images), np.uint8)
    sound[bad_images] = 0
    structs = (
        pa.StructArray.from_arrays(list(columns.values()), list(columns)) if columns else pa.array([], pa.struct([]))
    )
    arrays = {name: array for name, array in images.columns.items() if name != 'annotations'}
    arrays[f'{PREFIX}sound'] = pa.array(sound)
    arrays['annotations'] = pa.LargeListArray.from_arrays(pa.array(first), structs)
    return pa.RecordBatch.from_arrays(list(arrays.values()), list(arrays))
