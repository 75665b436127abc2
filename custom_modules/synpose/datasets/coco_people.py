"""MMPose's fields of people, made from the columns of all people of an image at once."""

import pickle
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .columnar.columns import Records

WHOLEBODY_PARTS = ('foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts')
"""Where COCO-WholeBody keeps the joints beyond the body, in MMPose's order."""
JOINT_FIELDS = ('keypoints', *WHOLEBODY_PARTS)
"""Fields that hold x, y, visibility triples."""


def clipped_boxes(boxes: np.ndarray, image_sizes: np.ndarray | Sequence[float]) -> np.ndarray:
    """Clip ``[x, y, w, h]`` boxes to their images, as MMPose's ``parse_data_info`` does.

    Args:
        boxes: ``(N, 4)`` px.
        image_sizes: ``(N, 2)`` or ``(2,)`` width and height, px.

    Returns:
        ``(N, 4)`` float64 x1, y1, x2, y2, px.
    """
    boxes = boxes.astype(np.float64)
    limits = np.asarray(image_sizes, np.float64) - 1
    return np.concatenate([np.clip(boxes[:, :2], 0, limits), np.clip(boxes[:, :2] + boxes[:, 2:], 0, limits)], axis=1)


def has_joints(people: 'Records', start: int, stop: int) -> np.ndarray:
    """Return which annotations have a box and joints, ``(stop - start,)`` bool: the ones that become samples."""
    if not {'bbox', 'keypoints'} <= people.columns.keys():
        return np.zeros(stop - start, bool)
    return people.columns['bbox'].present(start, stop) & people.columns['keypoints'].present(start, stop)


def coco_people(
    records: list[dict[str, Any]], boxes: np.ndarray, joints: np.ndarray, image: dict[str, Any], whole: bool = False
) -> dict[str, Any]:
    """Make the fields that MMPose's ``parse_data_info`` makes, for N people of an image at once.

    Args:
        records: Their annotations; they become ``raw_ann_info``.
        boxes: ``(N, 4)`` x, y, w, h, px.
        joints: ``(N, K, 3)`` x, y, px, and visibility.
        image: Their image, with ``img_path``.
        whole: Do as MMPose does with the joints of COCO-WholeBody.

    Returns:
        For each field an array ``(N, ...)``, or a list where MMPose has no array: ``bbox (N, 4)`` x1, y1, x2, y2, px;
        ``keypoints (N, K, 2)``, px; ``keypoints_visible (N, K)``; ``area (N,)``, px^2; ...
    """
    count = len(records)
    for record in records:
        record.setdefault('iscrowd', False)  # as xtcocotools does
    boxes = clipped_boxes(boxes, (image['width'], image['height']))
    if not whole:  # MMPose leaves the type of whole-body joints to NumPy
        joints = joints.astype(np.float32)
    keypoints, seen = joints[..., :2].copy(), joints[..., 2]
    areas = np.clip(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) * 0.53, 1.0, None)
    categories = [record['category_id'] for record in records]
    outlines = [record.get('segmentation') for record in records]
    info = {
        'img_id': [image['id']] * count,
        'img_path': [image['img_path']] * count,
        'bbox': boxes.astype(np.float32),
        'bbox_score': np.ones(count, dtype=np.float32),
        'num_keypoints': [
            record['num_keypoints'] if 'num_keypoints' in record else np.count_nonzero(points.max(axis=1))
            for record, points in zip(records, keypoints)
        ],
        'keypoints': keypoints,
        'keypoints_visible': np.minimum(1, seen > 0 if whole else seen),
        'area': np.array([record.get('area', area) for record, area in zip(records, areas)], dtype=np.float32),
        'iscrowd': [record['iscrowd'] for record in records],
        'segmentation': pickle.loads(pickle.dumps(outlines)),  # a copy, ten times as fast as copy.deepcopy
        'id': [record['id'] for record in records],
        'category_id': categories if whole else np.array(categories),
        'raw_ann_info': records,
    }
    if whole:
        info['keypoints_3d'] = [None] * count
    elif 'crowdIndex' in image:
        info['crowd_index'] = [image['crowdIndex']] * count
    return info


def one_person(people: dict[str, Any]) -> dict[str, Any]:
    """Turn the fields of one person (N = 1) into a top-down sample."""
    info = {key: value if isinstance(value, np.ndarray) else value[0] for key, value in people.items()}
    for key in ('area', 'category_id'):  # MMPose keeps these without an axis
        if isinstance(info[key], np.ndarray):
            info[key] = info[key].reshape(())
    return info


def people_of_image(people: dict[str, Any], invalid_outlines: list[Any]) -> dict[str, Any]:
    """Turn the fields of N people of an image into a bottom-up sample, with the outlines of those not trained on."""
    segments = people['segmentation']
    info = {**people, 'img_id': people['img_id'][0], 'img_path': people['img_path'][0]}
    info['invalid_segs'] = invalid_outlines
    if isinstance(segments[0], list):  # MMPose joins what are lists of the first person, polygons here
        info['segmentation'] = list(chain.from_iterable(segment or () for segment in segments))
    return info
