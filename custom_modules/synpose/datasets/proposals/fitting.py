"""Fit, by atomic pose, how a detector's boxes differ from annotated ones."""

import os
from collections import defaultdict
from typing import Any

import numpy as np
from mmengine.fileio import load
from pycocotools import mask as mask_api
from scipy.cluster.vq import kmeans2

from synpose.datasets.validation import ProblemLog, check_detections
from synpose.evaluation.person_boxes import ImagePeople, read_people

from .atomic_poses import align_poses, nearest_poses, torso_joints
from .fitted import AtomicPose, FittedProposals
from .mixture import fit_mixture

PAIRS_A_COMPONENT = 10
"""A mixture has one component for as many pairs at most, so that its covariances mean something."""


def fit_proposals(
    ann_file: str | os.PathLike,
    det_file: str | os.PathLike,
    num_poses: int = 16,
    components: int = 3,
    min_iou: float = 0.5,
    min_score: float = 0.0,
    seed: int = 0,
) -> FittedProposals:
    """Fit proposals on the people of an annotation file and the boxes that a detector found of them.

    As RMPE, section 3.3: people whose torso is labeled are aligned by it and clustered into atomic poses by k-means;
    for each, a mixture of Gaussians is fitted to the differences between detected and annotated boxes. A detection
    belongs to the person whose box it overlaps most, if it overlaps it enough; a person may have several. A joint
    without label stands at the mean of the others' for k-means, and does not count when people are then assigned.

    Args:
        ann_file: COCO-style file with boxes and keypoints: training annotations. Bad records are left out and logged.
        det_file: COCO-style list of detections in the same images.
        num_poses: Atomic poses; fewer if there are not as many people.
        components: Gaussians a mixture; fewer where an atomic pose has few pairs (:data:`PAIRS_A_COMPONENT`).
        min_iou: Least intersection over union of a detection and a person.
        min_score: Detections with a lower score are left out.
        seed: For the first centers of k-means; the same seed fits the same.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a file is broken, an argument is out of range, or no person with a torso was detected.
    """
    if num_poses < 1 or components < 1 or not 0 < min_iou <= 1:
        raise ValueError(
            f'num_poses and components must be at least 1 and min_iou lie in (0, 1], but they are {num_poses}, '
            f'{components} and {min_iou}'
        )
    images, names = read_people(ann_file, on_error='skip')
    try:
        torso = torso_joints(names)
    except ValueError as error:
        raise ValueError(f'{ann_file}: categories: {error}') from error
    detections = _read_detections(det_file, images, min_score)
    poses, offsets = [], []
    for people in images:
        owners, differences = _match(people, detections[people.image['id']], min_iou)
        if people.keypoints is not None:
            joints = people.keypoints[owners]
            aligned = align_poses(joints[..., :2], joints[..., 2] > 0, torso)
            known = np.isfinite(aligned).any(axis=(1, 2))
            poses.append(aligned[known])
            offsets.append(differences[known])
    pairs = sum(map(len, poses))
    if not pairs:
        raise ValueError(
            f'{det_file}: no detection overlaps a person of {ann_file} whose shoulders and hips are labeled'
        )
    rng = np.random.default_rng(seed)
    aligned, differences = np.concatenate(poses), np.concatenate(offsets)
    atomic = _cluster(aligned, min(num_poses, pairs), rng)
    owner = nearest_poses(aligned, atomic)
    fitted = []
    for number, pose in enumerate(atomic):
        own = differences[owner == number]
        if len(own):
            most = min(components, max(1, len(own) // PAIRS_A_COMPONENT))
            fitted.append(AtomicPose(pose, len(own), fit_mixture(own, most, rng)))
    return FittedProposals(tuple(names), tuple(fitted))


def _read_detections(
    path: str | os.PathLike, images: list[ImagePeople], min_score: float
) -> dict[Any, list[list[float]]]:
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: detection file does not exist')
    known = {people.image['id']: people for people in images}
    boxes: dict[Any, list[list[float]]] = defaultdict(list)
    for record in check_detections(load(path), known, ProblemLog(path)):
        if record['score'] >= min_score:
            boxes[record['image_id']].append(record['bbox'][:4])
    return boxes


def _match(people: ImagePeople, detected: list[list[float]], min_iou: float) -> tuple[np.ndarray, np.ndarray]:
    """Return whose each matching detection is ``(P,)``, and by how much it differs ``(P, 4)``."""
    own = np.flatnonzero(~people.crowd)
    if not (len(own) and detected):
        return np.zeros(0, int), np.zeros((0, 4))
    found, boxes = np.array(detected, float), people.boxes[own]
    overlap = mask_api.iou(found, boxes, [0] * len(own))
    good = overlap.max(axis=1) >= min_iou
    owners = overlap.argmax(axis=1)[good]
    difference = _corners(found[good]) - _corners(boxes[owners])
    return own[owners], difference / np.tile(boxes[owners, 2:], 2)


def _corners(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def _cluster(aligned: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``(A, J, 2)`` centers of aligned poses ``(N, J, 2)``; A is less than ``count`` if poses are equal."""
    known = np.isfinite(aligned)
    means = np.where(known, aligned, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    flat = np.where(known, aligned, means).reshape(len(aligned), -1)
    centers, labels = kmeans2(flat, min(count, len(np.unique(flat, axis=0))), minit='++', seed=rng)
    return centers[np.unique(labels)].reshape(-1, *aligned.shape[1:])
