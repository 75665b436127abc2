"""Groups of people in close proximity, which MPII's multi-person measure is taken on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .mpii import PERSON_HEIGHT, MPIIMatSource
from .source import SourcePerson

PeopleByPlace = Mapping[tuple[int, int], SourcePerson]
"""Places in ``annolist`` and ``annorect``, from 1 -> the person."""


@dataclass(frozen=True)
class Group:
    """People of an image who are close to each other.

    Attributes:
        image: Place of the image in ``annolist``, from 1.
        people: Places of the people in its ``annorect``, from 1.
    """

    image: int
    people: tuple[int, ...]


def close_groups(centers: np.ndarray, heights: np.ndarray, reach: float = 1.0) -> list[list[int]]:
    """Join people who are near each other, and those near them, into groups.

    Args:
        centers: ``(N, 2)`` px.
        heights: ``(N,)`` px.
        reach: Two people are near if their centers are less than this many of their mean height apart.

    Returns:
        The groups of two or more people, each a sorted list of indices, by their first.
    """
    distances = np.linalg.norm(centers[:, None] - centers[None], axis=2)
    near = distances < reach * (heights[:, None] + heights[None]) / 2
    groups, left = [], set(range(len(centers)))
    while left:
        group, border = set(), {min(left)}
        while border:
            group |= border
            border = set(np.flatnonzero(near[sorted(border)].any(axis=0)).tolist()) - group
        left -= group
        if len(group) > 1:
            groups.append(sorted(group))
    return groups


def find_groups(people: PeopleByPlace, reach: float = 1.0) -> list[Group]:
    """Find the groups of close people in every image; see :func:`close_groups`."""
    by_image: dict[int, list[int]] = {}
    for image, place in people:
        by_image.setdefault(image, []).append(place)
    found = []
    for image, places in by_image.items():
        members = [people[image, place] for place in places]
        centers = np.array([person.fields['center'] for person in members])
        heights = PERSON_HEIGHT * np.array([person.fields['scale'] for person in members])
        found += [Group(image, tuple(places[i] for i in group)) for group in close_groups(centers, heights, reach)]
    return found


def read_groups(path: Path, source: MPIIMatSource) -> list[Group]:
    """Read the groups that MPII's toolkit lists, in its order; a group with a person who stands apart is none.

    Args:
        path: ``groups_v12.mat`` of the toolkit.
        source: The annotations, for the images and for who stands apart.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no mat file with the cells ``groups``, one an image.
    """
    if not path.is_file():
        raise FileNotFoundError(f'{path}: no such file')
    from scipy.io import loadmat

    try:
        cells = loadmat(path)['groups'].ravel()
    except Exception as error:  # SciPy raises whatever it happens to hit
        raise ValueError(f'{path}: no readable mat file with groups: {error}') from error
    found = []
    for name, record in source.image_records():
        image = source.image_id(record)
        if image > len(cells):
            raise ValueError(f'{path}: groups: {len(cells)} cells, but there is {name}')
        for people in _members(cells[image - 1]):
            if not source.single_people(image) & set(people):
                found.append(Group(image, people))
    return found


def _members(cell: Any) -> Iterator[tuple[int, ...]]:
    """Walk through the groups of one image's cell: a cell of vectors, or an empty matrix."""
    groups = np.asarray(cell)
    for group in groups.ravel() if groups.dtype == object else [groups]:
        people = tuple(np.ravel(group).astype(int).tolist())
        if people:
            yield people


def draw_groups(groups: Sequence[Group], count: int, seed: int) -> list[Group]:
    """Draw groups at random, in their order.

    Raises:
        ValueError: If there are not that many.
    """
    if not 0 < count <= len(groups):
        raise ValueError(f'num_groups: {count} of {len(groups)} groups of close people cannot be drawn')
    return [groups[i] for i in sorted(np.random.default_rng(seed).choice(len(groups), count, replace=False))]
