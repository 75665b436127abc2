"""Checks of COCO-style annotation files: every problem names the file, the record and the field."""

import json
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mmengine.logging import print_log

from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_ALIASES, JOINT_NAMES, WHOLEBODY133_NAMES

from .record_checks import annotation_problem, are_finite, image_problem, record_name

KNOWN_JOINTS = frozenset((*JOINT_NAMES, *COCO17_NAMES, *CROWDPOSE14_NAMES, *WHOLEBODY133_NAMES, *JOINT_ALIASES))


class ProblemLog:
    """Decides what a bad record does: stop at the first one, or be left out, counted and listed.

    Args:
        file: The file the records come from; it opens every message.
        on_error: ``'raise'`` or ``'skip'``.
    """

    def __init__(self, file: str | os.PathLike, on_error: str = 'raise') -> None:
        if on_error not in ('raise', 'skip'):
            raise ValueError(f"on_error must be 'raise' or 'skip', but is {on_error!r}")
        self.file = str(file)
        self.on_error = on_error
        self.problems: list[str] = []

    def add(self, record: str, field: str, message: str, error: type[Exception] = ValueError) -> None:
        """Report one problem.

        Raises:
            ValueError: Or the ``error`` given, when ``on_error='raise'``.
        """
        text = f'{self.file}: {record}: {field}: {message}'
        if self.on_error == 'raise':
            raise error(text)
        self.problems.append(text)

    def report(self) -> None:
        """Log how many records were left out, and each of them."""
        if self.problems:
            lines = '\n  '.join(self.problems)
            print_log(f'{len(self.problems)} problem(s), skipped:\n  {lines}', 'current', logging.WARNING)


def read_coco_json(path: str | os.PathLike) -> dict[str, Any]:
    """Read a COCO-style annotation file and check its outermost shape.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it is not JSON, has no lists ``images`` and ``annotations``, or bad ``categories``.
    """
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: annotation file does not exist')
    try:
        with open(path, encoding='utf-8') as file:
            content = json.load(file)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f'{path}: not valid JSON: {error}') from error
    if not isinstance(content, dict):
        raise ValueError(f'{path}: must hold a JSON object, but holds a {type(content).__name__}')
    check_categories(content.get('categories'), path)
    for field in ('images', 'annotations'):
        records = content.get(field)
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise ValueError(f'{path}: {field}: must be a list of objects')
    return content


def check_categories(categories: Any, path: str | os.PathLike) -> None:
    """Check the categories of a COCO-style file, if it has any.

    Raises:
        ValueError: If they are no list of objects, or a category ``person`` has no id.
    """
    if categories is not None and not (isinstance(categories, list) and all(isinstance(c, dict) for c in categories)):
        raise ValueError(f'{path}: categories: must be a list of objects')
    for index, category in enumerate(categories or ()):
        number = category.get('id')
        if category.get('name') == 'person' and not isinstance(number, int | str):
            raise ValueError(f'{path}: category number {index}: id: must be an integer, but is {number!r:.40}')


def file_joint_names(content: dict[str, Any], path: str | os.PathLike) -> list[str]:
    """Return the joint names a COCO-style file stores in its categories.

    Returns:
        The names in the file's order; empty if no annotation has keypoints (a file of boxes).

    Raises:
        ValueError: If there are keypoints without names, names that are no list of texts, a name twice, or categories
            that disagree.
    """
    labeled = any('keypoints' in annotation for annotation in content['annotations'])
    return category_joint_names(content.get('categories'), path, labeled)


def category_joint_names(
    categories: Iterable[dict[str, Any]] | None, path: str | os.PathLike, labeled: bool = False
) -> list[str]:
    """Return the joint names that a COCO-style file's categories have; empty if they have none.

    Args:
        categories: The file's categories.
        path: The file, for messages.
        labeled: Whether the file has keypoints, so that it must name them.

    Raises:
        ValueError: If there are keypoints without names, names that are no list of texts, a name twice, or categories
            that disagree.
    """
    lists = [category['keypoints'] for category in categories or () if category.get('keypoints')]
    if not lists:
        if labeled:
            raise ValueError(f'{path}: categories: keypoints: the file does not name its joints')
        return []
    names = lists[0]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f'{path}: categories: keypoints: must be a list of names, but is {names!r:.40}')
    if any(other != names for other in lists):
        raise ValueError(f'{path}: categories: keypoints: the categories name different joints')
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f'{path}: categories: keypoints: joint named more than once: {", ".join(repeated)}')
    return list(names)


def person_annotations(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the annotations of the category ``person``; all of them where no category has that name."""
    person_ids = person_categories(content.get('categories'))
    annotations = content['annotations']
    return [entry for entry in annotations if entry.get('category_id') in person_ids] if person_ids else annotations


def person_categories(categories: Iterable[dict[str, Any]] | None) -> set[Any]:
    """Return the ids of the categories named ``person``; none where every annotation counts as one."""
    return {category['id'] for category in categories or () if category.get('name') == 'person'}


def check_joint_names(names: Iterable[str], log: ProblemLog) -> None:
    """Report joint names that no skeleton of synpose knows: a misspelled name would silently lose a joint."""
    for index, name in enumerate(names):
        if name not in KNOWN_JOINTS:
            log.add('categories', 'keypoints', f'unknown joint name {name!r} (number {index})')


def check_images(images: Sequence[dict[str, Any]], log: ProblemLog) -> list[dict[str, Any]]:
    """Return the images that have an id that no other image has, a file name and a size.

    Raises:
        ValueError: At the first bad image when the log raises.
    """
    good: dict[Any, dict[str, Any]] = {}
    seen: set[Any] = set()
    for index, image in enumerate(images):
        record = record_name('images', image, index)
        if 'id' not in image:
            log.add(record, 'id', 'missing')
            continue
        if image['id'] in seen:
            log.add(record, 'id', 'used by more than one image')
            good.pop(image['id'], None)  # nobody can tell which of two images a person means
        elif problem := image_problem(image):
            log.add(record, *problem)
        else:
            good[image['id']] = image
        seen.add(image['id'])
    return list(good.values())


def check_annotations(
    annotations: Sequence[dict[str, Any]],
    images: Sequence[dict[str, Any]],
    num_joints: int,
    log: ProblemLog,
    skipped_images: Iterable[Any] = (),
) -> list[dict[str, Any]]:
    """Return the annotations that are usable.

    Args:
        annotations: COCO annotations; ``keypoints`` may be absent (a box only).
        images: The good images.
        num_joints: Joints the file names.
        log: Where problems go.
        skipped_images: Ids of images left out before; their annotations go without another word.

    Raises:
        ValueError: At the first bad annotation when the log raises.
    """
    sizes = {image['id']: (image['width'], image['height']) for image in images}
    skipped = set(skipped_images)
    seen: set[Any] = set()
    good = []
    for index, annotation in enumerate(annotations):
        record = record_name('annotations', annotation, index)
        image_id = annotation.get('image_id')
        if image_id in skipped:
            continue
        if 'id' not in annotation:
            problem: tuple[str, str] | None = ('id', 'missing')
        elif annotation['id'] in seen:
            problem = ('id', 'used by more than one annotation')
        elif image_id not in sizes:
            problem = ('image_id', f'no image has the id {image_id!r}')
        else:
            problem = annotation_problem(annotation, sizes[image_id], num_joints)
        if problem is None:
            seen.add(annotation['id'])
            good.append(annotation)
        else:
            log.add(record, *problem)
    return good


def check_detections(detections: Any, images: Mapping[Any, Any], log: ProblemLog) -> list[dict[str, Any]]:
    """Return the usable records of a COCO detection list (``image_id``, ``category_id``, ``bbox``, ``score``).

    Records of another ``category_id`` than 1, a person's, are passed over.

    Args:
        detections: The content of the file.
        images: The good images by id.
        log: Where problems go.

    Raises:
        ValueError: At the first bad record when the log raises, and if the file holds no list of objects.
    """
    if not isinstance(detections, list) or not all(isinstance(record, dict) for record in detections):
        raise ValueError(f'{log.file}: must hold a list of detections')
    good = []
    for index, detection in enumerate(detections):
        box = detection.get('bbox')
        if detection.get('category_id', 1) != 1:
            continue
        if detection.get('image_id') not in images:
            log.add(f'detection number {index}', 'image_id', f'no image has the id {detection.get("image_id")!r}')
        elif not isinstance(box, list) or len(box) < 4 or not are_finite(box):
            log.add(f'detection number {index}', 'bbox', f'must be [x, y, width, height], but is {box!r:.80}')
        elif not are_finite([detection.get('score')]):
            log.add(f'detection number {index}', 'score', f'must be a number, but is {detection.get("score")!r:.40}')
        else:
            good.append(detection)
    return good
