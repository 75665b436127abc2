"""MPII for people in close proximity: training images, groups held out for validation, groups for the benchmark."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from synpose.files import atomic_path, sha256
from synpose.skeletons import MPII16_NAMES, person_category

from ..validation import ProblemLog
from .annotation import AREA_OF_BOX, clipped_box, plain_numbers
from .folder import check_target, describe, write_coco
from .mpii import PERSON_HEIGHT, MPIIMatSource
from .mpii_groups import Group, PeopleByPlace, draw_groups, find_groups, read_groups
from .pictures import is_below, picture_size, place_files
from .source import BadRecordError, SourcePerson


def split_mpii(
    annotations: str | os.PathLike,
    images: str | os.PathLike,
    root: str | os.PathLike,
    groups: str | os.PathLike | None = None,
    num_groups: int = 343,
    seed: int = 0,
    reach: float = 1.0,
    border: float = 0.75,
    on_error: str = 'raise',
) -> dict[str, int]:
    """Hold groups of close people out of MPII's training images, as Learning to Train with Synthetic Humans does.

    Writes ``annotations/train.json``, the images without a group held out, and ``annotations/val.json``, of which an
    image is the crop of one group and its people are the group's. Both have MPII's 16 joints, px from 0, and the fields
    ``center``, ``scale`` and ``head_box``. A crop has ``crop_corner`` (its pixel 0, 0 in the image), ``group_box``
    (left, top, right and bottom of the people's centers) and ``group_scale`` (their mean scale), px of the crop.

    Args:
        annotations: ``mpii_human_pose_v1_u12_1.mat``.
        images: Folder of its images.
        root: Dataset folder to write.
        groups: The toolkit's ``groups_v12.mat``; None finds groups by distance, see ``reach``.
        num_groups: How many are held out.
        seed: Same seed, same groups.
        reach: People are close whose centers are less than this many of their mean height apart.
        border: Of a crop around the group's centers, in mean person heights (200 px x scale).
        on_error: What a bad person does: ``'raise'``, or ``'skip'`` to leave it out and log it.

    Returns:
        How many ``train_images``, ``train_people``, ``val_groups`` and ``val_people`` there are.

    Raises:
        FileExistsError: If a split is there.
        FileNotFoundError: If a file is missing.
        ValueError: If a file is broken, or there are fewer groups.
    """
    source, images, root = MPIIMatSource(Path(annotations)), Path(images), Path(root)
    targets = {split: check_target(root, split) for split in ('train', 'val')}
    people = _read_people(source, ProblemLog(annotations, on_error))
    found = find_groups(people, reach) if groups is None else read_groups(Path(groups), source)
    held_out = draw_groups([group for group in found if _known(group, people)], num_groups, seed)
    without = {group.image for group in held_out}
    names = {number: name for number, name in _file_names(source).items() if number not in without}
    crops = _cut(held_out, people, _file_names(source), images, root, border)
    place_files(images, root / 'images', names.values(), copy=False)
    records = [_image_record(number, name, picture_size(images / name)) for number, name in names.items()]
    sizes = {record['id']: (record['width'], record['height']) for record in records}
    train = [(person, image, (0, 0)) for (image, _), person in people.items() if image in sizes]
    val = [
        (people[group.image, place], crop['id'], crop['crop_corner'])
        for group, crop in zip(held_out, crops)
        for place in _known(group, people)
    ]
    sizes_of_crops = {crop['id']: (crop['width'], crop['height']) for crop in crops}
    made = {'train': (records, _annotations(train, sizes)), 'val': (crops, _annotations(val, sizes_of_crops))}
    origin = {'annotations': Path(annotations).name, 'sha256': sha256(annotations), 'seed': seed, 'reach': reach}
    for split, (entries, labels) in made.items():
        write_coco(targets[split], _header(), entries, labels)
        describe(root, split, {'format': 'mpii groups', **origin}, len(entries), len(labels))
    return {
        'train_images': len(records),
        'train_people': len(made['train'][1]),
        'val_groups': len(crops),
        'val_people': len(made['val'][1]),
    }


def cut_test_groups(
    annotations: str | os.PathLike,
    images: str | os.PathLike,
    root: str | os.PathLike,
    groups: str | os.PathLike,
    border: float = 0.75,
) -> int:
    """Cut the groups of MPII's multi-person benchmark out, without labels: ``annotations/test.json``.

    Args:
        annotations: See :func:`split_mpii`, as for the following.
        images: Folder of the images.
        root: Dataset folder to write.
        groups: The toolkit's ``groups_v12.mat``; the benchmark's order is its own.
        border: Of a crop.

    Returns:
        How many groups.

    Raises:
        FileExistsError: If the split is there.
        FileNotFoundError: If a file is missing.
        ValueError: If a file is broken, there is no group, or one has a person without a place.
    """
    source, root = MPIIMatSource(Path(annotations), training=False), Path(root)
    target = check_target(root, 'test')
    found = read_groups(Path(groups), source)
    if not found:
        raise ValueError(f'{groups}: groups: none for the images that are for testing')
    people = _read_people(source, ProblemLog(annotations))
    for group in found:
        for place in set(group.people) - set(_known(group, people)):
            raise ValueError(
                f'{annotations}: annolist({group.image}).annorect({place}): objpos: missing, but in a group'
            )
    crops = _cut(found, people, _file_names(source), Path(images), root, border)
    write_coco(target, _header(), crops, [])
    origin = {'format': 'mpii groups', 'annotations': Path(annotations).name, 'sha256': sha256(annotations)}
    describe(root, 'test', origin, len(crops), 0)
    return len(crops)


def _read_people(source: MPIIMatSource, log: ProblemLog) -> dict[tuple[int, int], SourcePerson]:
    people = {}
    for name, record in source.person_records():
        try:
            people[record[0], record[1]] = source.person(record)
        except BadRecordError as error:
            log.add(name, error.field, error.message)
    log.report()
    return people


def _file_names(source: MPIIMatSource) -> dict[int, str]:
    names = {}
    for name, record in source.image_records():
        try:
            file_name = source.image(record).file_name
        except BadRecordError as error:
            raise ValueError(f'{source.path}: {name}: {error}') from error
        if not is_below(file_name):
            raise ValueError(f'{source.path}: {name}: image.name: {file_name!r} leaves the folder of images')
        names[source.image_id(record)] = file_name
    return names


def _known(group: Group, people: PeopleByPlace) -> list[int]:
    return [place for place in group.people if (group.image, place) in people]


def _header() -> dict[str, Any]:
    return {'info': {'description': 'MPII Human Pose'}, 'categories': [person_category(MPII16_NAMES)]}


def _image_record(number: int, name: str, size: tuple[int, int], **fields: Any) -> dict[str, Any]:
    return {'id': number, 'file_name': name, 'width': size[0], 'height': size[1], 'domain': 'real', **fields}


def _cut(
    groups: Sequence[Group],
    people: PeopleByPlace,
    names: Mapping[int, str],
    images: Path,
    root: Path,
    border: float,
) -> list[dict[str, Any]]:
    """Write each group's crop, without loss, and return its image record."""
    records = []
    for number, group in enumerate(groups, start=1):
        name = names[group.image]
        picture_size(images / name)  # says what is wrong with a picture
        members = [people[group.image, place] for place in _known(group, people)]
        centers = np.array([person.fields['center'] for person in members])
        scale = float(np.mean([person.fields['scale'] for person in members]))
        low, high = centers.min(axis=0), centers.max(axis=0)
        file_name = f'groups/{Path(name).stem}_{"-".join(map(str, group.people))}.png'
        with Image.open(images / name) as picture:
            margin = border * PERSON_HEIGHT * scale
            left, top = (max(0, math.floor(value)) for value in low - margin)
            right, bottom = (min(side, math.ceil(value) + 1) for side, value in zip(picture.size, high + margin))
            if left >= right or top >= bottom:
                raise ValueError(f'{images / name}: the group of annolist({group.image}) lies outside the image')
            with atomic_path(root / 'images' / file_name) as temporary:
                picture.convert('RGB').crop((left, top, right, bottom)).save(temporary)
        place = {'crop_corner': [left, top], 'group_box': np.subtract([*low, *high], [left, top] * 2).round(4).tolist()}
        where = {'group_scale': round(scale, 6), 'source': name, 'annorect': list(group.people)}
        records.append(_image_record(number, file_name, (right - left, bottom - top), **place, **where))
    return records


def _annotations(
    people: Iterable[tuple[SourcePerson, int, Sequence[int]]], sizes: Mapping[int, tuple[int, int]]
) -> list[dict[str, Any]]:
    """Make annotations of people, the id of their image, and its corner in the source's image."""
    made: list[dict[str, Any]] = []
    for person, image_id, corner in people:
        x, y = corner
        box = clipped_box([person.box[0] - x, person.box[1] - y, *person.box[2:]], sizes[image_id])
        if box[2] <= 0 or box[3] <= 0:
            continue  # a person marked beside the image
        joints = person.joints.copy()
        joints[joints[:, 2] > 0, :2] -= corner
        fields = {**person.fields, 'center': np.subtract(person.fields['center'], corner).round(4).tolist()}
        if 'head_box' in fields:
            fields['head_box'] = np.subtract(fields['head_box'], [x, y, 0, 0]).round(4).tolist()
        made.append(
            {
                **fields,
                'id': len(made) + 1,
                'image_id': image_id,
                'category_id': 1,
                'iscrowd': 0,
                'bbox': plain_numbers(box),
                'area': round(AREA_OF_BOX * box[2] * box[3], 4),
                'keypoints': plain_numbers(joints.round(4).ravel().tolist()),
                'num_keypoints': int(np.count_nonzero(joints[:, 2])),
            }
        )
    return made
