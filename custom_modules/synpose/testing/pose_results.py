"""Write predictions as a pose model that is nearly right would leave them."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synpose.files import write_json
from synpose.skeletons import COCO17_NAMES, map_keypoints


def write_pose_results(
    path: str | os.PathLike,
    ann_file: str | os.PathLike,
    joint_names: Sequence[str] = COCO17_NAMES,
    noise: float = 1.0,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """Write the labels of an annotation file as COCO keypoint results: every person found, the joints a little off.

    Args:
        path: The file.
        ann_file: COCO-style annotations with keypoints.
        joint_names: Joints of the model; one that is not labeled stands in the middle of the box with score .05.
        noise: Standard deviation of each coordinate, px.
        seed: Same seed, same bytes.

    Returns:
        What is written.
    """
    rng = np.random.default_rng(seed)
    content = json.loads(Path(ann_file).read_text(encoding='utf-8'))
    file_names = content['categories'][0]['keypoints']
    results = []
    for number, person in enumerate(content['annotations']):
        points = map_keypoints(np.reshape(person['keypoints'], (-1, 3)).astype(float), file_names, joint_names)
        left, top, width, height = person['bbox']
        seen = points[:, 2] > 0
        points[:, :2] = np.where(seen[:, None], points[:, :2], (left + width / 2, top + height / 2))
        points[:, :2] += rng.normal(0, noise, points[:, :2].shape)
        points[:, 2] = np.where(seen, 0.9, 0.05)
        score = round(0.9 - 0.001 * number, 6)
        pose = {'keypoints': points.round(4).ravel().tolist(), 'score': score, 'category_id': 1}
        results.append({'image_id': person['image_id'], **pose})
    write_json(path, results)
    return results
