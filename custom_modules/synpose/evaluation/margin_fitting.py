"""Fit the margins of pose boxes on an annotation file."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_NAMES

from .functional import box_average_precision, expand_boxes, fit_margins
from .person_boxes import labeled_pose_boxes, read_people

SKELETONS: dict[str, tuple[str, ...]] = {
    'coco17': COCO17_NAMES,
    'crowdpose14': CROWDPOSE14_NAMES,
    'synpose59': JOINT_NAMES,
}


def fit_annotation_margins(ann_file: str | os.PathLike, joint_names: Sequence[str]) -> dict[str, Any]:
    """Fit margins on the people of an annotation file, crowd regions apart.

    Args:
        ann_file: COCO-style file with boxes and keypoints: training annotations.
        joint_names: The model's joints, found in the file by name.

    Returns:
        ``margins`` (left, top, right, bottom); the ``joints``; ``num_people``, how many they were fitted on; ``tight``
        and ``with_margins``, each the ``AP``, ``AP50``, ``AP75``, ``AR`` that the labeled joints reach on this file.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is broken, or has no person with a box and at least two of the joints.
    """
    images, file_names = read_people(ann_file)
    try:
        tight = [labeled_pose_boxes(people, file_names, joint_names) for people in images]
    except ValueError as error:
        raise ValueError(f'{ann_file}: {error}') from error
    usable = [~people.crowd & np.isfinite(boxes).all(axis=1) for people, boxes in zip(images, tight)]
    poses = [boxes[mask] for boxes, mask in zip(tight, usable)]
    try:
        targets = np.concatenate([people.boxes[mask] for people, mask in zip(images, usable)])
        margins = fit_margins(np.concatenate(poses), targets)
    except ValueError as error:
        raise ValueError(f'{ann_file}: annotations: bbox, keypoints: {error}') from error
    widened = [expand_boxes(boxes, margins, people.size) for boxes, people in zip(poses, images)]

    def ceiling(detections: Sequence[np.ndarray]) -> dict[str, float]:
        boxes, crowd = [people.boxes for people in images], [people.crowd for people in images]
        return box_average_precision(boxes, detections, [np.ones(len(found)) for found in detections], crowd)

    return {
        'margins': list(margins),
        'joints': list(joint_names),
        'num_people': sum(map(len, poses)),
        'tight': ceiling(poses),
        'with_margins': ceiling(widened),
    }
