"""MMPose's fields of people, made from the columns of all people of an image at once."""

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
    people: 'Records', start: int, stop: int, image: dict[str, Any], fields: Sequence[str]
) -> dict[str, Any]:
    """Make the fields that MMPose's ``parse_data_info`` makes, for N people of an image at once.

    Args:
        people: The annotations; those without a box or joints are passed over.
        start: The first one.
        stop: The one after the last.
        image: Their image, with ``img_path``.
        fields: The fields of their joints: ``keypoints``, or with all of COCO-WholeBody's.

    Returns:
        For each field an array ``(N, ...)``, or a list where MMPose has no array: ``bbox (N, 4)`` x1, y1, x2, y2, px;
        ``keypoints (N, K, 2)``, px; ``keypoints_visible (N, K)``; ``area (N,)``, px^2; ...
    """
    here = has_joints(people, start, stop)
    records = [record for record, told in zip(people.records(start, stop), here) if told]
    count = len(records)
    if not count:
        return {'id': []}
    for record in records:
        record.setdefault('iscrowd', False)  # as xtcocotools does
    whole = len(fields) > 1
    boxes = clipped_boxes(_rows(people, 'bbox', start, stop, here), (image['width'], image['height']))
    triples = [_rows(people, name, start, stop, here).reshape(count, -1, 3) for name in fields]
    joints = np.concatenate(triples, axis=1)
    if whole:  # MMPose leaves the type of whole-body joints to NumPy
        integers = all(people.columns[name].all_integers(start, stop) for name in fields)
        joints = joints.astype(np.int64 if integers else np.float64)
    else:
        joints = joints.astype(np.float32)
    keypoints, seen = joints[..., :2].copy(), joints[..., 2]
    areas = np.clip(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) * 0.53, 1.0, None)
    categories = [record['category_id'] for record in records]
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
        'segmentation': [_copied(record.get('segmentation')) for record in records],
        'id': [record['id'] for record in records],
        'category_id': categories if whole else np.array(categories),
        'raw_ann_info': records,
    }
    if whole:
        info['keypoints_3d'] = [None] * count
    elif 'crowdIndex' in image:
        info['crowd_index'] = [image['crowdIndex']] * count
    return info


def _rows(people: 'Records', name: str, start: int, stop: int, here: np.ndarray) -> np.ndarray:
    column = people.columns[name]
    rows = column.rows(start, stop, int(column.lengths(start, stop).max()))
    return rows if here.all() else rows[here[column.present(start, stop)]]


def _copied(value: Any) -> Any:
    """Copy lists and dicts in one another; :func:`copy.deepcopy` takes ten times as long."""
    if type(value) is list:
        return [_copied(entry) if type(entry) in (list, dict) else entry for entry in value]
    return {key: _copied(entry) for key, entry in value.items()} if type(value) is dict else value


def one_person(people: dict[str, Any]) -> dict[str, Any]:
    """Turn the fields of one person (N = 1) into a top-down sample."""
    info = {key: value if isinstance(value, np.ndarray) else value[0] for key, value in people.items()}
    for key in ('area', 'category_id'):  # MMPose keeps these without an axis
        if isinstance(info[key], np.ndarray):
            info[key] = info[key].reshape(())
    return info


def people_of_image(people: dict[str, Any], usable: np.ndarray) -> dict[str, Any]:
    """Turn the fields of N people of an image into a bottom-up sample.

    Args:
        people: The fields.
        usable: ``(N,)``; the outlines of the others become ``invalid_segs``.
    """
    segments = people['segmentation']
    info = {**people, 'img_id': people['img_id'][0], 'img_path': people['img_path'][0]}
    info['invalid_segs'] = [segment for segment, good in zip(segments, usable) if not good]
    if isinstance(segments[0], list):  # MMPose joins what are lists of the first person, polygons here
        info['segmentation'] = list(chain.from_iterable(segment or () for segment in segments))
    return info
