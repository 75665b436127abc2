"""Parametric pose NMS: of poses that lie on one another keep one, merged from all. Arrays in, arrays out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

RMPE_PAPER: dict[str, float | bool | None] = {
    'near': None,
    'squared': True,
    'min_matches': None,
    'merge_reach': 0.0,
}
"""Arguments of :func:`parametric_pose_nms` for the distance as RMPE's equations 8 to 10 print it, without merging."""


class MergedPoses(NamedTuple):
    """The M poses that are left, best mean joint score first.

    Attributes:
        keypoints: ``(M, K, 2)`` px.
        keypoint_scores: ``(M, K)``.
        scores: ``(M,)``, of the whole poses.
        picks: ``(M,)``, which of the poses given each is: the one whose copies were merged into it.
    """

    keypoints: np.ndarray
    keypoint_scores: np.ndarray
    scores: np.ndarray
    picks: np.ndarray


def parametric_pose_nms(
    keypoints: ArrayLike,
    keypoint_scores: ArrayLike,
    boxes: ArrayLike,
    box_scores: ArrayLike | None = None,
    *,
    s1: float = 1.0,
    mu: float = 1.7,
    s2: float = 2.65,
    eta: float = 22.48,
    score_thr: float = 0.3,
    min_matches: int | None = 5,
    alpha: float = 0.1,
    near: float | None = 1.0,
    squared: bool = False,
    match_reach: float = 7.0,
    merge_reach: float = 15.0,
    joints: Sequence[int] | None = None,
) -> MergedPoses:
    r"""Suppress poses that are copies of a better one, and merge them into it.

    Of Fang et al., "RMPE: Regional Multi-person Pose Estimation" (ICCV 2017), section 3.2, with the constants and the
    additions of the authors' AlphaPose. The pose i with the best mean joint score is taken, all j with

    .. math::
        \sum_k [d_k \le near] \tanh\frac{c_{ik}}{s_1} \tanh\frac{c_{jk}}{s_1}
            + \mu \sum_k e^{-d_k / s_2} > \eta

    or with at least ``min_matches`` joints within ``min(alpha * box, match_reach)`` of it are removed, and so on with
    those left; d is the distance of a joint in both poses, px, c its score, and box the longer side of i's box. A taken
    pose becomes, joint by joint, the mean of it and of those removed for it that lie within ``min(alpha * box,
    merge_reach)``, weighted by their scores, and so do the joint scores. Its score is that of its box, plus the mean
    and 1.25 times the largest of its joint scores.

    The constants are AlphaPose's for 17 joints. The sums grow with the number of joints: of 133, let ``joints`` be
    those of the body, or raise ``eta`` and ``min_matches``. A box without area reaches 0 px, a negative score has no
    weight, and a joint whose copies weigh nothing stays where the taken pose has it.

    Args:
        keypoints: ``(N, K, 2)`` px.
        keypoint_scores: ``(N, K)``.
        boxes: ``(N, 4)`` x1, y1, x2, y2, px.
        box_scores: ``(N,)``; 1 by default.
        s1: Scale of the scores.
        mu: Weight of the distances.
        s2: Scale of the distances, px, or px^2 if they are ``squared``.
        eta: A pose more similar than this is removed.
        score_thr: A pose without any joint of this score is dropped, with those removed for it.
        min_matches: This many matching joints remove a pose whatever ``eta``; None: they do not count.
        alpha: How far a joint matches or merges, a fraction of the box.
        near: How far apart joints still compare their scores, px; None: within a tenth of the box along x and y.
        squared: Whether distances are squared before they are weighed.
        match_reach: The most that a joint may be off to match, px.
        merge_reach: The most that a joint may be off to be merged, px.
        joints: The joints by which poses are compared; all by default. Scores and merging concern all joints.

    Returns:
        The poses left; arrays without rows if none was given.

    Raises:
        ValueError: If poses have different numbers of joints, a value is not finite, or an argument is out of range.
    """
    for name, value in {'s1': s1, 's2': s2, 'eta': eta}.items():
        if not value > 0:
            raise ValueError(f'{name} must be positive, but is {value}')
    poses, scores = _as_poses(keypoints, keypoint_scores)
    N, K = scores.shape
    if not N:
        return MergedPoses(poses, scores, np.zeros(0), np.zeros(0, np.intp))
    boxes = np.asarray(boxes, float)
    box_scores = np.ones(N) if box_scores is None else np.asarray(box_scores, float)
    _check('boxes', boxes, (N, 4))
    _check('box_scores', box_scores, (N,))

    order = np.argsort(-scores.mean(axis=1), kind='stable')
    compared = np.arange(K) if joints is None else np.asarray(joints, int)
    # Joints first: NumPy is quick along the last axis.
    x, y = np.ascontiguousarray(poses[order][:, compared].transpose(2, 1, 0))
    confidences = np.tanh(scores[order][:, compared].T / s1)
    sides = np.clip(boxes[order, 2:] - boxes[order, :2], 0, None)
    reach = alpha * sides.max(axis=1)
    matching = np.full(N, -1.0) if min_matches is None else np.minimum(reach, match_reach)
    nearness = sides / 20 if near is None else np.full((N, 2), near)
    # Farther apart than this no joint counts for the first sum or matches, and the second sum is at most eta.
    far = np.maximum(_telling_distance(mu * len(compared), s2, eta, squared), nearness.max(axis=1))
    apart = _gaps(x, y) > np.maximum(far, matching)[:, None]

    gone = np.zeros(N, bool)
    kept: list[tuple[int, np.ndarray, np.ndarray]] = []
    for i in range(N):
        if gone[i]:
            continue
        others = i + 1 + np.flatnonzero(~(gone | apart[i])[i + 1 :])
        dx, dy = np.abs(x[:, others] - x[:, i, None]), np.abs(y[:, others] - y[:, i, None])
        power = dx**2 + dy**2
        distances = np.sqrt(power)
        close = (dx <= nearness[i, 0]) & (dy <= nearness[i, 1]) if near is None else distances <= near
        similarity = (confidences[:, others] * confidences[:, i, None] * close).sum(axis=0)
        similarity += mu * np.exp((power if squared else distances) / -s2).sum(axis=0)
        copies = similarity > eta
        if min_matches is not None:
            copies |= (distances <= matching[i]).sum(axis=0) >= min_matches
        removed = others[copies]
        gone[removed] = True
        cluster = order[[i, *removed]]
        pose, pose_scores = _merge(poses[cluster], scores[cluster], min(reach[i], merge_reach))
        if min(scores[order[i]].max(), pose_scores.max()) >= score_thr:
            kept.append((order[i], pose, pose_scores))
    picks = np.array([pick for pick, *_ in kept], np.intp)
    poses = np.array([pose for _, pose, _ in kept]).reshape(-1, K, 2)
    scores = np.array([pose_scores for *_, pose_scores in kept]).reshape(-1, K)
    totals = box_scores[picks] + scores.mean(axis=1) + 1.25 * scores.max(axis=1)
    return MergedPoses(poses, scores, totals, picks)


def _as_poses(keypoints: ArrayLike, keypoint_scores: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Check poses and scores, and return them as ``(N, K, 2)`` and ``(N, K)`` float arrays."""
    rows = [np.asarray(pose, float) for pose in keypoints]  # type: ignore[union-attr]
    counts = [len(pose) for pose in rows]
    for number, count in enumerate(counts):
        if count != counts[0] or not count:
            raise ValueError(f'keypoints: pose {number} has {count} joints, and pose 0 has {counts[0]}')
    if not rows:
        joints = keypoints.shape[1] if isinstance(keypoints, np.ndarray) and keypoints.ndim == 3 else 0
        return np.zeros((0, joints, 2)), np.zeros((0, joints))
    score_rows = [np.asarray(row, float) for row in keypoint_scores]  # type: ignore[union-attr]
    for number, row in enumerate(score_rows):
        if row.shape != (counts[0],):
            raise ValueError(f'keypoint_scores: pose {number} has {row.size} scores for {counts[0]} joints')
    poses, scores = np.stack(rows), np.stack(score_rows)
    _check('keypoints', poses, (len(rows), counts[0], 2))
    _check('keypoint_scores', scores, (len(rows), counts[0]))
    return poses, scores


def _check(name: str, values: np.ndarray, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise ValueError(f'{name} must have the shape {shape}, but has {values.shape}')
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        joint = f', joint {bad[0][1]}' if len(shape) > 1 and name != 'boxes' else ''
        raise ValueError(f'{name}: pose {bad[0][0]}{joint}: {values[tuple(bad[0])]} is not finite')


def _telling_distance(most: float, s2: float, eta: float, squared: bool) -> float:
    """Return the distance, px, from which on poses apart remove none: most * e^(-d / s2) = eta."""
    distance = s2 * np.log(max(most / eta, 1.0))
    return float(np.sqrt(distance) if squared else distance)


def _gaps(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how far apart the extents of poses ``(K, N)``, ``(K, N)`` lie, px, ``(N, N)``; negative if they meet."""
    gaps = [axis.min(axis=0, initial=np.inf)[None] - axis.max(axis=0, initial=-np.inf)[:, None] for axis in (x, y)]
    apart = np.maximum(*gaps)
    return np.maximum(apart, apart.T)


def _merge(poses: np.ndarray, scores: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Merge ``(C, K, 2)`` poses with ``(C, K)`` scores into the first."""
    if len(poses) == 1:
        return poses[0], scores[0]
    offsets = poses - poses[0]
    weights = np.clip(scores, 0, None) * (np.sqrt(np.square(offsets).sum(axis=-1)) <= reach)
    total = weights.sum(axis=0)
    weights = weights / np.where(total > 0, total, 1)
    merged_scores = np.where(total > 0, (weights * scores).sum(axis=0), scores[0])
    return poses[0] + (weights[..., None] * offsets).sum(axis=0), merged_scores
