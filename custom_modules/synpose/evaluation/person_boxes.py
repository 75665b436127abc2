"""What the box metrics read of a COCO-style annotation file: people's boxes, and their joints where there are any."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synpose.datasets.validation import (
    ProblemLog,
    check_annotations,
    check_images,
    file_joint_names,
    person_annotations,
    read_coco_json,
)
from synpose.evaluation.functional import pose_boxes
from synpose.skeletons import map_keypoints


@dataclass(frozen=True)
class ImagePeople:
    """The annotated people of one image.

    Attributes:
        image: The image's record: ``id``, ``width``, ``height``, and ``room_size`` and ``viewpoint`` where known.
        boxes: ``(G, 4)`` x, y, w, h, px.
        crowd: ``(G,)`` bool, whether a box is a crowd region.
        keypoints: ``(G, K, 3)`` x px, y px, visibility, in the file's joint order; None if one has no joints.
        annotations: Their G records.
    """

    image: dict[str, Any]
    boxes: np.ndarray
    crowd: np.ndarray
    keypoints: np.ndarray | None
    annotations: Sequence[dict[str, Any]] = field(default=(), repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image, px."""
        return self.image['width'], self.image['height']


def read_people(ann_file: str | os.PathLike, on_error: str = 'raise') -> tuple[list[ImagePeople], list[str]]:
    """Read every image's people.

    In a file of several categories, only those of the category ``person`` are read. An image without people is kept.

    Args:
        ann_file: COCO-style annotation file.
        on_error: ``'raise'``, or ``'skip'`` to leave bad records out and log each, as ``SynPoseDataset`` does.

    Returns:
        The images in the file's order, and the names of the joints (empty in a file of boxes only).

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is broken or has no image, or a record is bad and ``on_error='raise'``; the
            message names file, record and field.
    """
    content = read_coco_json(ann_file)
    names = file_joint_names(content, ann_file)
    annotations = person_annotations(content)
    log = ProblemLog(ann_file, on_error)
    images = check_images(content['images'], log)
    if not images:
        raise ValueError(f'{ann_file}: images: no image, so the split is empty')
    groups: dict[Any, list[dict]] = {image['id']: [] for image in images}
    left_out = {image.get('id') for image in content['images']} - set(groups)
    for annotation in check_annotations(annotations, images, len(names), log, left_out):
        groups[annotation['image_id']].append(annotation)
    log.report()
    return [_collect(image, groups[image['id']], len(names)) for image in images], names


def _collect(image: dict[str, Any], annotations: Sequence[dict[str, Any]], num_joints: int) -> ImagePeople:
    keypoints = None
    if num_joints and all('keypoints' in annotation for annotation in annotations):
        flat = [annotation['keypoints'] for annotation in annotations]
        keypoints = np.array(flat, dtype=float).reshape(-1, num_joints, 3)
    boxes = np.array([annotation['bbox'] for annotation in annotations], dtype=float).reshape(-1, 4)
    crowd = np.array([bool(annotation.get('iscrowd', 0)) for annotation in annotations], dtype=bool)
    return ImagePeople(image, boxes, crowd, keypoints, annotations)


def labeled_pose_boxes(
    people: ImagePeople,
    file_names: Sequence[str],
    joint_names: Sequence[str],
    margins: Sequence[float] | None = None,
) -> np.ndarray:
    """Box the labeled joints of an image's people.

    Args:
        people: The people; they must have keypoints.
        file_names: The joints of ``people``, in order.
        joint_names: The joints that span the box, matched by name; unlabeled ones (visibility 0) take no part.
        margins: See :func:`~synpose.evaluation.functional.pose_boxes`.

    Returns:
        ``(G, 4)`` x, y, w, h, px; nan for a person without any of the joints.

    Raises:
        ValueError: If there are no keypoints.
    """
    if people.keypoints is None:
        raise ValueError(f'image {people.image["id"]}: annotations: keypoints: poses from labels need them')
    mapped = map_keypoints(people.keypoints, file_names, joint_names)
    labeled = np.where(mapped[..., 2] > 0, 1.0, -np.inf)
    return pose_boxes(mapped[..., :2], labeled, people.size, margins)
