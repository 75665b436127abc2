"""The whole-body labels of a file against the truth of another one."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synpose.datasets.metainfo import mmpose_metainfo
from synpose.datasets.validation import read_coco_json
from synpose.skeletons import WHOLEBODY_SLICES

from .functional import box_side, inter_ocular, label_errors

_FOOT = 3  # points of a foot: big toe, small toe, heel
_BOX_TOLERANCE = 1.0  # px
SIZES = {
    'foot': "longer side of the box of the larger foot's three points",
    'face': 'distance between the outer corners of the eyes',
    'lefthand': 'longer side of the box of its points',
    'righthand': 'longer side of the box of its points',
}
"""What distances are divided by."""


@dataclass
class _Labels:
    """The people of a file, by annotation id.

    Attributes:
        images: File name of each one's image.
        records: Their annotations.
    """

    images: dict[int, str]
    records: dict[int, dict[str, Any]]


def compare_labels(truth_file: str | os.PathLike, label_file: str | os.PathLike) -> dict[str, Any]:
    """Measure the whole-body labels of a file, by part, see :func:`~synpose.evaluation.functional.label_errors`.

    People are the same where their ids are; image and box must agree. Parts that the truth calls not valid, and crowds,
    take no part.

    Args:
        truth_file: COCO-WholeBody fields that are true, e.g. rendered ones.
        label_file: The same people with labels; ``keypoint_scores``, 133 of a person, are their confidences (1 where
            the file has none).

    Returns:
        ``people``, how many; ``parts``, for ``foot``, ``face``, ``lefthand`` and ``righthand`` the figures, with
        ``size``, what distances are divided by.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a file is no COCO file, the people differ, a field is missing or wrong, or no person has a valid
            part; names file, annotation and field.
    """
    truth, labels = _read(truth_file), _read(label_file)
    _check_same(truth, labels, truth_file, label_file)
    sigmas = np.array(mmpose_metainfo('coco_wholebody', 'coco_wholebody')['sigmas'])
    ids = list(truth.records)
    areas = np.array([_area(truth.records[number], truth_file) for number in ids])
    scores = np.stack([_scores(labels.records[number], label_file) for number in ids])
    parts = {}
    for part, where in WHOLEBODY_SLICES.items():
        known = _points((truth.records[number] for number in ids), part, truth_file)
        valid = np.array([bool(truth.records[number].get(f'{part}_valid', True)) for number in ids])
        known[~valid] = 0
        made = _points((labels.records[number] for number in ids), part, label_file)
        made[~valid] = 0  # nobody knows whether a label of such a part is wrong
        figures = label_errors(known, made, scores[:, where], _sizes(known, part), areas, sigmas[where])
        parts[part] = {'size': SIZES[part], **figures}
    if not any(figures['parts'] for figures in parts.values()):
        raise ValueError(f'{truth_file}: annotations: no person has a valid part')
    return {'people': len(ids), 'parts': parts}


def _read(path: str | os.PathLike) -> _Labels:
    content = read_coco_json(path)
    names = {image['id']: image['file_name'] for image in content['images']}
    images: dict[int, str] = {}
    records: dict[int, dict[str, Any]] = {}
    for record in content['annotations']:
        if record.get('iscrowd'):
            continue
        number = record.get('id')
        if number in records:
            raise ValueError(f'{path}: annotation {number}: id: used twice')
        if record.get('image_id') not in names:
            raise ValueError(f'{path}: annotation {number}: image_id: there is no image {record.get("image_id")!r}')
        images[number], records[number] = Path(names[record['image_id']]).stem, record
    if not records:
        raise ValueError(f'{path}: annotations: there are no people')
    return _Labels(images, records)


def _check_same(truth: _Labels, labels: _Labels, truth_file: str | os.PathLike, label_file: str | os.PathLike) -> None:
    for one, other, path, where in (
        (truth, labels, label_file, truth_file),
        (labels, truth, truth_file, label_file),
    ):
        lost = next((number for number in one.records if number not in other.records), None)
        if lost is not None:
            raise ValueError(
                f'{path}: annotations: there is no annotation {lost}, which {where} has: not the same people'
            )
    for number, record in truth.records.items():
        if truth.images[number] != labels.images[number]:
            raise ValueError(
                f'{label_file}: annotation {number}: image_id: is of image {labels.images[number]!r}, but in '
                f'{truth_file} of {truth.images[number]!r}: not the same images'
            )
        box = _numbers(record, 'bbox', 4, truth_file)
        label_box = _numbers(labels.records[number], 'bbox', 4, label_file)
        if np.abs(box - label_box).max() > _BOX_TOLERANCE:
            raise ValueError(
                f'{label_file}: annotation {number}: bbox: is {label_box.tolist()}, but in {truth_file} '
                f'{box.tolist()}: not the same people'
            )


def _points(records: Iterable[dict[str, Any]], part: str, path: str | os.PathLike) -> np.ndarray:
    """Return the points ``(N, K, 3)`` of a part."""
    where, field = WHOLEBODY_SLICES[part], f'{part}_kpts'
    return np.stack(
        [_numbers(record, field, 3 * (where.stop - where.start), path).reshape(-1, 3) for record in records]
    )


def _scores(record: dict[str, Any], path: str | os.PathLike) -> np.ndarray:
    if 'keypoint_scores' not in record:
        return np.ones(133)
    return _numbers(record, 'keypoint_scores', 133, path)


def _area(record: dict[str, Any], path: str | os.PathLike) -> float:
    return float(_numbers(record, 'area', 1, path)[0])


def _numbers(record: dict[str, Any], field: str, count: int, path: str | os.PathLike) -> np.ndarray:
    where = f'{path}: annotation {record.get("id")}: {field}'
    if record.get(field) is None:
        raise ValueError(f'{where}: missing')
    try:
        values = np.array(record[field], dtype=float).ravel()
    except (TypeError, ValueError):
        values = np.empty(0)
    if len(values) != count or not np.isfinite(values).all():
        raise ValueError(f'{where}: must be {count} finite number(s)')
    return values


def _sizes(points: np.ndarray, part: str) -> np.ndarray:
    if part == 'face':
        return inter_ocular(points)
    if part == 'foot':
        return np.fmax(box_side(points[:, :_FOOT]), box_side(points[:, _FOOT:]))
    return box_side(points)
