"""A SynPose file as a plain file of COCO or COCO-WholeBody, which MMPose's own datasets read."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from synpose.skeletons import COCO17_NAMES, WHOLEBODY_SLICES, joint_indices, person_category, take_joints

from ..coco_people import WHOLEBODY_PARTS
from ..columnar import open_store
from ..validation import category_joint_names
from .folder import write_coco


def write_plain_coco(
    source: str | os.PathLike, target: str | os.PathLike, wholebody: bool = False
) -> tuple[int, int, list[str]]:
    """Write a file with COCO's 17 joints in their order, every other field as it is.

    Joints go by name; those that the source lacks have visibility 0. ``keypoints_3d``, where it fits the joints, gets
    the same 17. ``segmentation`` is an empty list where the source has none: MMPose asks for the field.

    Args:
        source: A file in the SynPose format.
        target: The file to write.
        wholebody: Keep COCO-WholeBody's fields; those of parts that are not valid become zeros, as they are in
            COCO-WholeBody. Otherwise the fields are left out.

    Returns:
        Images and annotations written, and the joints that the source lacks.

    Raises:
        FileExistsError: If the target exists.
        FileNotFoundError: If the source does not exist.
        ValueError: If the source is broken or has no joint of COCO's, or ``wholebody`` is asked for and a person lacks
            a field; names file, record and field.
    """
    source, target = Path(source), Path(target)
    if target.exists():
        raise FileExistsError(f'{target}: exists; remove it or choose another name')
    store = open_store(source)
    names = category_joint_names(store.header.get('categories'), source, labeled=True)
    indices = joint_indices(names, COCO17_NAMES)
    if (indices < 0).all():
        raise ValueError(f"{source}: categories: keypoints: none of COCO's 17 joints: {', '.join(names)}")
    if wholebody and not set(WHOLEBODY_PARTS) <= store.people.columns.keys():
        missing = next(field for field in WHOLEBODY_PARTS if field not in store.people.columns)
        raise ValueError(f'{source}: annotations: {missing}: missing; tools/generate.py writes it for wholebody=True')
    images, people = store.num_images, int(store.first[-1])

    def annotations() -> Iterator[dict[str, Any]]:
        for record in store.people.records(0, people):
            try:
                yield plain_annotation(record, indices, wholebody)
            except ValueError as error:
                raise ValueError(f'{source}: annotation {record["id"]}: {error}') from error

    header = {**store.header, 'categories': [person_category(COCO17_NAMES)]}
    target.parent.mkdir(parents=True, exist_ok=True)
    write_coco(target, header, store.images.records(0, images), annotations())
    return images, people, [name for name, index in zip(COCO17_NAMES, indices) if index < 0]


def plain_annotation(record: dict[str, Any], indices: np.ndarray, wholebody: bool) -> dict[str, Any]:
    """Give an annotation COCO's 17 joints, see :func:`write_plain_coco`.

    Args:
        record: With ``keypoints`` of the source's joints, or without; not changed.
        indices: ``(17,)``, where COCO's joints stand among them; -1 for none.
        wholebody: Whether to keep the fields of feet, face and hands.

    Raises:
        ValueError: If one of these fields is missing.
    """
    plain = {'iscrowd': 0, 'segmentation': [], **record}
    joints = np.zeros((len(indices), 3))
    if record.get('keypoints'):
        joints = take_joints(np.array(record['keypoints'], float).reshape(-1, 3), indices)
    flat = joints.ravel().tolist()
    plain['keypoints'] = [int(value) if index % 3 == 2 else value for index, value in enumerate(flat)]
    plain['num_keypoints'] = int((joints[:, 2] > 0).sum())
    points = record.get('keypoints_3d')
    if points is not None:
        if len(points) * 3 == len(record.get('keypoints') or ()):
            plain['keypoints_3d'] = take_joints(np.array(points, float), indices).tolist()
        else:
            del plain['keypoints_3d']
    for part, where in WHOLEBODY_SLICES.items():
        fields = [f'{part}_kpts', f'{part}_valid', *([] if part == 'foot' else [f'{part}_box'])]
        if not wholebody:
            for field in fields:
                plain.pop(field, None)
            continue
        if missing := [field for field in fields if record.get(field) is None]:
            raise ValueError(f'{missing[0]}: missing')
        if not record[f'{part}_valid']:
            plain[f'{part}_kpts'] = [0] * (3 * (where.stop - where.start))
            if part != 'foot':
                plain[f'{part}_box'] = [0.0] * 4
    return plain
