"""Single people's joints in the place that MPII's toolkit looks them up: the structs of its own annotations."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synpose.datasets.conversion.mpii import MPIIMatSource
from synpose.datasets.conversion.source import BadRecordError, need, numbers, read_json_list

from .mat_structs import joint_struct, struct_array
from .people import ScoredPose

NEAREST = 1.0
"""Px by which a center may differ between the two files."""


@dataclass(frozen=True)
class ReleasePlaces:
    """Where the people of the single-person benchmark are in the authors' file.

    Attributes:
        images: Places in ``annolist`` of the images for testing, from 1, in order.
        people: For each person the places in ``annolist`` and ``annorect``, from 1.
    """

    images: list[int]
    people: list[tuple[int, int]]


def find_places(release: str | os.PathLike, people: str | os.PathLike) -> ReleasePlaces:
    """Find the people of MMPose's list in the authors' file, by image and center.

    Args:
        release: ``mpii_human_pose_v1_u12_1.mat``.
        people: ``mpii_test.json`` as MMPose has it, each with ``image`` and ``center``.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is broken, or a person stands nowhere in the release.
    """
    source = MPIIMatSource(Path(release), training=False)
    centers = _centers(source)
    places = []
    for number, record in enumerate(read_json_list(Path(people), 'is it of people?')):
        try:
            name, center = need(record, 'image', str), numbers(need(record, 'center'), 2, 'center')
        except BadRecordError as error:
            raise ValueError(f'{people}: record {number}: {error}') from error
        here = centers.get(name, [])
        distances = [float(np.linalg.norm(center - 1 - where)) for _, _, where in here]
        if not distances or min(distances) > NEAREST:
            raise ValueError(f'{people}: record {number}: center: nobody of {release} stands there on {name}')
        image, rect, _ = here.pop(int(np.argmin(distances)))
        places.append((image, rect))
    return ReleasePlaces([source.image_id(record) for _, record in source.image_records()], places)


def release_structs(places: ReleasePlaces, poses: Sequence[ScoredPose]) -> np.ndarray:
    """Make ``pred`` of the single-person benchmark: one struct a test image, its ``annorect`` as the authors number it.

    Args:
        places: Where the people are.
        poses: Their joints, one pose each.

    Returns:
        Struct array ``(1, images)``; people without a prediction have empty ``annopoints``.
    """
    found: dict[int, dict[int, Any]] = {}
    for (image, rect), pose in zip(places.people, poses, strict=True):
        found.setdefault(image, {})[rect] = joint_struct(pose, with_score=False)
    entries = []
    for image in places.images:
        rects = found.get(image, {})
        members = [{'annopoints': rects.get(i, np.zeros((0, 0)))} for i in range(1, max(rects, default=0) + 1)]
        entries.append({'annorect': struct_array(['annopoints'], members)})
    return struct_array(['annorect'], entries)


def _centers(source: MPIIMatSource) -> dict[str, list[tuple[int, int, np.ndarray]]]:
    """Read where people are: image name -> place in ``annolist`` and ``annorect``, and center, px from 0."""
    names = {source.image_id(record): source.image(record).file_name for _, record in source.image_records()}
    centers: dict[str, list[tuple[int, int, np.ndarray]]] = {}
    for name, record in source.person_records():
        try:
            center = source.person(record).fields['center']
        except BadRecordError as error:
            raise ValueError(f'{source.path}: {name}: {error}') from error
        centers.setdefault(names[record[0]], []).append((record[0], record[1], np.asarray(center)))
    return centers
