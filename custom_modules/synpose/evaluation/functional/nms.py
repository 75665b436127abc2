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
    ``score_per_joint=True``; distances are computed at once, on the tensors' device.

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
    extent = keypoints.amax(1) - keypoints.amin(1)
    reach = extent.square().sum(-1).sqrt() * dist_thr
    x, y = keypoints.permute(2, 1, 0).contiguous()  # joints first, so that each plane of distances is contiguous
    distances = ((x[:, :, None] - x[:, None]).square_() + (y[:, :, None] - y[:, None]).square_()).sqrt_()
    close = ((distances < reach[:, None]).sum(0) > threshold).cpu().numpy()
    # NumPy's mean, so that ties and order are those of the stock function.
    scores = keypoint_scores.cpu().numpy().mean(axis=1)
    suppressed = np.zeros(N, dtype=bool)
    kept: list[int] = []
    for i in np.argsort(scores)[::-1]:
        if suppressed[i]:
            continue
        rivals = np.flatnonzero(close[i])
        # A pose whose joints coincide is near to none, not even to itself; the stock function fails on it.
        best = rivals[np.argmax(scores[rivals])] if len(rivals) else i
        if not suppressed[best]:
            kept.append(int(best))
            suppressed[rivals] = True
            suppressed[i] = True
    if 0 < max_dets < len(kept):
        kept = [kept[i] for i in np.argsort(scores[kept])[-1 : -max_dets - 1 : -1]]
    return kept
