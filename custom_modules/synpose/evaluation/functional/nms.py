"""Suppression of poses that lie on one another. Tensors in, indices out."""

import numpy as np
from torch import Tensor


def nearby_joints_nms(
    keypoints: Tensor,
    keypoint_scores: Tensor,
    dist_thr: float = 0.05,
    num_nearby_joints_thr: int | None = None,
    max_dets: int = 300,
) -> list[int]:
    """Suppress poses with too many joints near those of a better one.

    The same poses, in the same order, as :func:`mmpose.evaluation.functional.nearby_joints_nms` with
    ``score_per_joint=True``. Distances are computed on the tensors' device: on a CPU only those of poses whose boxes
    meet, on a GPU all at once.

    Args:
        keypoints: ``(N, K, 2)``, px, without gradient.
        keypoint_scores: ``(N, K)``; a pose's score is their mean.
        dist_thr: How near joints are near, as a fraction of the diagonal of the pose's box.
        num_nearby_joints_thr: More near joints than this make two poses one; half of the joints by default.
        max_dets: Largest number of poses to keep, the best; 0 for all.

    Returns:
        Indices of the poses kept.

    Raises:
        ValueError: If ``dist_thr`` is not positive, or ``num_nearby_joints_thr`` not below ``K``.
    """
    N, K = keypoint_scores.shape
    threshold = K // 2 if num_nearby_joints_thr is None else num_nearby_joints_thr
    if dist_thr <= 0:
        raise ValueError(f'dist_thr: {dist_thr} is not positive')
    if threshold >= K:
        raise ValueError(f'num_nearby_joints_thr: {threshold} is not below the number of joints, {K}')
    if not N:
        return []
    if keypoints.device.type != 'cpu':
        first, second = _close_on_gpu(keypoints, dist_thr, threshold)
    else:
        first, second = _close_on_cpu(keypoints.numpy(), dist_thr, threshold)
    # NumPy's mean, so that ties and order are those of the stock function.
    means = keypoint_scores.cpu().numpy().mean(axis=1)
    kept = _suppress(means, first.tolist(), second.tolist())
    if 0 < max_dets < len(kept):
        kept = [kept[i] for i in np.argsort(means[kept])[-1 : -max_dets - 1 : -1]]
    return kept


def _close_on_gpu(keypoints: Tensor, dist_thr: float, threshold: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (i, j), i != j, in which more than ``threshold`` joints of j are near those of i."""
    extent = keypoints.amax(1) - keypoints.amin(1)
    reach = extent.square().sum(-1).sqrt() * dist_thr
    x, y = keypoints.permute(2, 1, 0).contiguous()  # joints first, so that each plane of distances is contiguous
    distances = ((x[:, :, None] - x[:, None]).square_() + (y[:, :, None] - y[:, None]).square_()).sqrt_()
    close = ((distances < reach[:, None]).sum(0) > threshold).fill_diagonal_(False)
    first, second = close.nonzero().cpu().numpy().T
    return first, second


def _close_on_cpu(keypoints: np.ndarray, dist_thr: float, threshold: int) -> tuple[np.ndarray, np.ndarray]:
    """What :func:`_close_on_gpu` returns, looking only at pairs whose boxes come as near as their joints must."""
    planes = np.ascontiguousarray(keypoints.transpose(2, 1, 0))  # (2, K, N): NumPy is quick along the last axis
    low, high = planes.min(axis=1), planes.max(axis=1)
    reach = np.sqrt(np.square(high - low).sum(axis=0)) * planes.dtype.type(dist_thr)
    gaps = low[:, :, None] - high[:, None]
    apart = np.maximum(gaps[0], gaps[1])
    met = np.maximum(apart, apart.T) <= np.maximum(reach[:, None], reach)
    one, other = np.divmod(np.flatnonzero(met), len(keypoints))
    one, other = one[one < other], other[one < other]
    # More than `threshold` of K near joints means one at least among any K - threshold.
    some = planes.shape[1] - threshold
    count = _count_near(planes[:, :some], one, other, reach)
    left = np.flatnonzero(count.any(axis=0))
    one, other = one[left], other[left]
    near, nearby = count[:, left] + _count_near(planes[:, some:], one, other, reach) > threshold
    first = np.concatenate([one[near], other[nearby]])
    second = np.concatenate([other[near], one[nearby]])
    return first, second


def _count_near(planes: np.ndarray, one: np.ndarray, other: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Count the joints of P pairs that lie within the reach of one and of the other, ``(2, P)``."""
    x, y = np.square(planes[:, :, one] - planes[:, :, other])
    distances = np.sqrt(x + y)
    return np.stack([(distances < reach[side]).sum(axis=0) for side in (one, other)])


def _suppress(scores: np.ndarray, first: list[int], second: list[int]) -> list[int]:
    """Go through the poses from the best on; of each not yet suppressed keep the best nearby and suppress the rest.

    Args:
        scores: ``(N,)``.
        first: Poses with others near them.
        second: The pose near each.
    """
    rivals: dict[int, list[int]] = {}
    for i, j in zip(first, second):
        rivals.setdefault(i, []).append(j)
    points = scores.tolist()
    suppressed: set[int] = set()
    kept: list[int] = []
    for i in np.argsort(scores)[::-1].tolist():
        if i in suppressed:
            continue
        # Sorted, so that of equal scores the first pose is the best, as in the stock function.
        nearby = sorted([i, *rivals[i]]) if i in rivals else [i]
        best = max(nearby, key=points.__getitem__)
        if best not in suppressed:
            kept.append(best)
            suppressed.update(nearby)
    return kept
