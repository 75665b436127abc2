"""Write a tiny COCO-WholeBody dataset folder without a renderer."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synpose.datasets.coco_people import WHOLEBODY_PARTS
from synpose.files import write_json
from synpose.skeletons import COCO17_NAMES, WHOLEBODY133_NAMES, person_category

from .synpose_folder import write_synpose_dataset

PART_SIZES = (17, 6, 68, 21, 21)


def write_whole_body_dataset(
    root: str | os.PathLike, splits: Sequence[str] = ('train', 'val'), scores: bool = True, **kwargs: Any
) -> Path:
    """Write drawn people with 133 joints in the fields of COCO-WholeBody, as pseudo-labels have them.

    Args:
        root: Folder to write, created when missing.
        splits: Names of the annotation files.
        scores: Whether annotations have ``keypoint_scores``, 133 confidences in [0.2, 1]; 1 for the body.
        **kwargs: Other arguments of :func:`write_synpose_dataset`.

    Returns:
        ``root`` as a path.
    """
    path = write_synpose_dataset(root, splits=splits, joint_names=WHOLEBODY133_NAMES, **kwargs)
    rng = np.random.default_rng(0)
    for split in splits:
        file = path / 'annotations' / f'{split}.json'
        content = json.loads(file.read_text())
        content['categories'] = [person_category(COCO17_NAMES)]
        for person in content['annotations']:
            joints = np.reshape(person['keypoints'], (133, 3))
            parts = np.split(joints, np.cumsum(PART_SIZES)[:-1])
            for name, part in zip(('keypoints', *WHOLEBODY_PARTS), parts):
                person[name] = part.ravel().tolist()
            person['num_keypoints'] = int(np.count_nonzero(parts[0][:, 2]))
            for name in ('face', 'lefthand', 'righthand', 'foot'):
                person[f'{name}_valid'] = True
            if scores:
                person['keypoint_scores'] = [1.0] * 17 + rng.uniform(0.2, 1, 116).round(4).tolist()
        write_json(file, content)
    return path
