"""Records as COCO's evaluator reads them, and what it would refuse in them."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from synpose.datasets.record_checks import is_number

from .benchmarks import Benchmark
from .people import PosesByImage, ScoredPose

COORDINATE_DIGITS = 3
"""Digits after the point of a px; COCO recommends to round."""


def coco_records(poses: PosesByImage, benchmark: Benchmark) -> list[dict[str, Any]]:
    """Make one record a person: the best of each image, best first, of plain Python numbers.

    A record has no ``bbox``: COCO's ``loadRes`` takes a file that has one for boxes, and the person's area from it.

    Args:
        poses: The people.
        benchmark: Which fields they get.

    Returns:
        Records with ``image_id``, ``category_id``, the benchmark's fields and ``score``, by image id.
    """
    records = []
    for image_id in sorted(poses):
        best_first = sorted(poses[image_id], key=lambda pose: -pose.score)  # stable; before anyone is left out
        records += [_record(image_id, pose, benchmark) for pose in best_first[: benchmark.max_people]]
    return records


def _record(image_id: int, pose: ScoredPose, benchmark: Benchmark) -> dict[str, Any]:
    record: dict[str, Any] = {'image_id': int(image_id), 'category_id': 1}
    ends = np.cumsum(list(benchmark.fields.values()))
    for field, joints in zip(benchmark.fields, np.split(pose.joints.astype(float), ends[:-1])):
        record[field] = joints.round(COORDINATE_DIGITS).ravel().tolist()
    return {**record, 'score': float(pose.score)}


def encode_coco(poses: PosesByImage, benchmark: Benchmark) -> bytes:
    """Make the content of a benchmark's JSON file.

    Raises:
        ValueError: If the server would refuse it.
    """
    records = coco_records(poses, benchmark)
    problems = record_problems(records, benchmark)
    if problems:
        raise ValueError('\n'.join(problems))
    return json.dumps(records, allow_nan=False).encode()


def decode_coco(content: bytes) -> list[Any]:
    """Read a JSON file of results.

    Raises:
        ValueError: If it is not JSON, or no list.
    """
    try:
        records = json.loads(content)
    except ValueError as error:
        raise ValueError(f'not valid JSON: {error}') from error
    if not isinstance(records, list):
        raise ValueError(f'must be a list of records, but is of type {type(records).__name__}')
    return records


def record_problems(
    records: Sequence[Any], benchmark: Benchmark, image_ids: Collection[int] | None = None
) -> list[str]:
    """List what COCO's evaluator would refuse, or score as something else.

    Args:
        records: As read from a file, or as Python objects before they are written.
        benchmark: Which fields they must have.
        image_ids: The images of the test set; None if not known.

    Returns:
        One line a problem, which names record (counted from 0) and field.
    """
    problems = []
    people: Counter[Any] = Counter()
    seen: dict[Any, int] = {}
    ids: dict[Any, int] = {}
    for number, record in enumerate(records):
        name = f'record {number}'
        if not isinstance(record, dict):
            problems.append(f'{name}: must be an object, but is {record!r:.40}')
            continue
        problems += [f'{name}: {problem}' for problem in _problems(record, benchmark)]
        image_id = record.get('image_id')
        if not isinstance(image_id, int):
            continue
        if image_ids is not None and image_id not in image_ids:
            problems.append(f'{name}: image_id: no image of the test set has the id {image_id}')
        people[image_id] += 1
        if 'id' in record and ids.setdefault(repr(record['id']), number) != number:
            problems.append(f'{name}: id: {record["id"]!r:.40} is that of record {ids[repr(record["id"])]}')
        pose = repr([image_id, *(record.get(field) for field in benchmark.fields)])
        if seen.setdefault(pose, number) != number:
            problems.append(f'{name}: the same pose of image {image_id} as record {seen[pose]}')
    if benchmark.max_people is not None:
        for image_id, count in people.items():
            if count > benchmark.max_people:
                problems.append(f'image {image_id}: {count} people, of whom {benchmark.max_people} count')
    return problems + _padded_joints(records, benchmark)


def _problems(record: dict[str, Any], benchmark: Benchmark) -> list[str]:
    """Say what is wrong with a record by itself."""
    problems = []
    for field in ('image_id', 'category_id'):
        if type(record.get(field)) is not int:
            problems.append(f'{field}: {_must_be("an integer", record, field)}')
    if type(record.get('category_id')) is int and record['category_id'] != 1:
        problems.append(f'category_id: must be 1, a person, but is {record["category_id"]}')
    if not is_number(record.get('score')):
        problems.append(f'score: {_must_be("a finite number", record, "score")}')
    for field, count in benchmark.fields.items():
        value = record.get(field)
        if not isinstance(value, list):
            problems.append(f'{field}: {_must_be("a list of numbers", record, field)}')
        elif len(value) != 3 * count:
            problems.append(f'{field}: must be {3 * count} numbers for {count} joints, but is {len(value)}')
        else:
            bad = [index for index, number in enumerate(value) if not is_number(number)]
            problems += [f'{field}: {_must_be("a finite number", value, index)} at {index}' for index in bad[:1]]
    for field in record.keys() - {*benchmark.fields, 'image_id', 'category_id', 'score', 'id'}:
        note = ', which makes COCO take the file for boxes' if field == 'bbox' else ''
        problems.append(f'{field}: is no field of {benchmark.name}{note}')
    return problems


def _must_be(what: str, values: Any, key: Any) -> str:
    if isinstance(values, dict) and key not in values:
        return 'missing'
    value = values[key]
    return f'must be {what}, but is {value!r:.40} of type {type(value).__name__}'


def _padded_joints(records: Sequence[Any], benchmark: Benchmark) -> list[str]:
    """Find joints that lie in the corner in every record, as if the model had them."""
    problems = []
    for field, count in benchmark.fields.items():
        rows = [record.get(field) for record in records if isinstance(record, dict)]
        whole = [row for row in rows if isinstance(row, list) and len(row) == 3 * count]
        for joint in range(count) if whole else ():
            if all(row[3 * joint] == 0 and row[3 * joint + 1] == 0 for row in whole):
                problems.append(
                    f'{field}: joint {joint} lies at 0, 0 in every record: a joint the model does not have?'
                )
    return problems
