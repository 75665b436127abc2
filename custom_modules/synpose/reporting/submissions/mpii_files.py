"""MPII's mat files: joints as a matrix or as MATLAB structs, in px that count from 1.

Formats: the README of MPII Human Pose's evaluation toolkit, for ``pred``; ``preds`` is what public code for the
single-person benchmark exchanges.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synpose.datasets.conversion.mpii import is_given, structs
from synpose.skeletons import MPII16_NAMES

from .mat_structs import encode_mat, joint_struct, struct_array
from .mpii_release import ReleasePlaces, release_structs
from .people import ScoredPose

NUM_JOINTS = len(MPII16_NAMES)


def encode_single(poses: Sequence[ScoredPose], places: ReleasePlaces | None = None) -> bytes:
    """Make the mat file of the single-person benchmark: ``preds`` ``(n, 16, 2)``, people in the order of their ids.

    Args:
        poses: The people.
        places: Where they are in the authors' file, to write ``pred`` too; None for ``preds`` alone.

    Raises:
        ValueError: If ids are not 0 to n - 1, each once.
    """
    ordered = sorted(poses, key=lambda pose: pose.id)
    ids = [pose.id for pose in ordered]
    if ids != list(range(len(ids))):
        absent = next(i for i in range(len(ids) + 1) if ids.count(i) != 1)
        raise ValueError(f'person {absent}: has {ids.count(absent)} predictions, but everybody needs one')
    variables: dict[str, Any] = {'preds': np.stack([pose.joints[:, :2] for pose in ordered]).astype(float) + 1}
    if places is not None:
        variables['pred'] = release_structs(places, ordered)
    return encode_mat(variables)


def encode_multi(groups: Sequence[Sequence[ScoredPose]]) -> bytes:
    """Make the mat file of the multi-person benchmark: ``pred``, one struct a group, in the order of the groups.

    Args:
        groups: The people of each, px of the whole image; joints that are nan are left out.
    """
    entries = [
        {'annorect': struct_array(['annopoints'], [{'annopoints': joint_struct(pose)} for pose in people])}
        for people in groups
    ]
    return encode_mat({'pred': struct_array(['annorect'], entries)})


def single_problems(content: Mapping[str, Any], num_people: int | None = None) -> list[str]:
    """List what keeps ``preds``, and ``pred`` where it is there, from being scored.

    Args:
        content: The file's variables.
        num_people: How many people the benchmark's annotation file lists; None if not known.
    """
    if 'preds' not in content:
        return ['preds: missing']
    preds = np.asarray(content['preds'])
    if preds.dtype.kind not in 'fiu':
        return [f'preds: must be numbers, but is of type {preds.dtype}']
    if preds.shape == (NUM_JOINTS, 2):  # SciPy leaves out the axis of a single person
        preds = preds[None]
    if preds.ndim != 3 or preds.shape[1:] != (NUM_JOINTS, 2):
        return [f'preds: must be n x {NUM_JOINTS} x 2, but is {" x ".join(map(str, preds.shape))}']
    problems = []
    if num_people is not None and len(preds) != num_people:
        problems.append(f'preds: must be of {num_people} people, but is of {len(preds)}')
    broken = np.flatnonzero(~np.isfinite(preds).all(axis=(1, 2)))
    problems += [f'person {number}: preds: must be finite numbers' for number in broken]
    padded = np.flatnonzero((preds == 1).all(axis=(0, 2))) if len(preds) else ()
    problems += [f'preds: joint {joint} lies at 1, 1 in every person' for joint in padded]
    return problems + (_struct_problems(content['pred'], ('x', 'y', 'id')) if 'pred' in content else [])


def multi_problems(content: Mapping[str, Any], num_groups: int | None = None) -> list[str]:
    """List what keeps ``pred`` from being scored.

    Args:
        content: The file's variables.
        num_groups: How many groups the benchmark has; None if not known.
    """
    if 'pred' not in content:
        return ['pred: missing']
    count = len(structs(content['pred']))
    problems = []
    if num_groups is not None and count != num_groups:
        problems.append(f'pred: must be of {num_groups} groups, but is of {count}')
    return problems + _struct_problems(content['pred'], ('x', 'y', 'id', 'score'))


def _struct_problems(pred: Any, fields: Sequence[str]) -> list[str]:
    """List what is wrong with the people of ``pred``, whose joints need these fields."""
    problems = []
    for index, image in enumerate(structs(pred), start=1):
        if 'annorect' not in image:
            problems.append(f'pred({index}): annorect: missing')
        for number, person in enumerate(structs(image.get('annorect')), start=1):
            name = f'pred({index}).annorect({number})'
            problems += [f'{name}: {problem}' for problem in _person_problems(person, fields)]
    return problems


def _person_problems(person: Mapping[str, Any], fields: Sequence[str]) -> list[str]:
    annopoints = person.get('annopoints')
    if 'score' not in fields and not is_given(annopoints):
        return []  # of people who are not part of the benchmark
    points = structs(annopoints.get('point')) if isinstance(annopoints, dict) else []
    if not points:
        return ['annopoints.point: missing']
    problems, seen = [], set()
    for number, point in enumerate(points, start=1):
        where = f'annopoints.point({number})'
        for field in fields:
            value = point.get(field)
            if not is_given(value):
                problems.append(f'{where}.{field}: missing')
            elif not _is_finite(value):
                problems.append(f'{where}.{field}: must be a finite number, but is {value!r:.40}')
        joint = point.get('id')
        if _is_finite(joint) and (joint not in range(NUM_JOINTS) or joint in seen):
            problems.append(f'{where}.id: {joint:g} is none of 0 to {NUM_JOINTS - 1}, or appears twice')
        seen.add(joint if _is_finite(joint) else None)
    return problems


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))
