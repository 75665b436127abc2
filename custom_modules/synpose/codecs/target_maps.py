"""Heatmaps and displacement maps of many people at once, bit for bit those of MMPose's loops. Pure arrays."""

import numpy as np


def gaussian_heatmaps(
    heatmap_size: tuple[int, int], keypoints: np.ndarray, keypoints_visible: np.ndarray, sigma: float
) -> np.ndarray:
    """Draw a Gaussian around every keypoint; where they meet, the larger value stays.

    Same values as :func:`mmpose.codecs.utils.generate_gaussian_heatmaps`.

    Args:
        heatmap_size: (W, H), cells.
        keypoints: ``(N, K, 2)``, cells.
        keypoints_visible: ``(N, K)``; below .5 draws nothing.
        sigma: Standard deviation, cells; the Gaussian ends at three of them.

    Returns:
        ``(K, H, W)`` float32.
    """
    W, H = heatmap_size
    K = keypoints.shape[1]
    heatmaps = np.zeros(K * H * W, dtype=np.float32)
    radius = sigma * 3
    steps = np.arange(0, 2 * radius + 1, 1, dtype=np.float32)
    center = (2 * radius + 1) // 2
    gaussian = np.exp(-((steps - center) ** 2 + (steps[:, None] - center) ** 2) / (2 * sigma**2))

    drawn = keypoints_visible >= 0.5
    joint = np.broadcast_to(np.arange(K), drawn.shape)[drawn]
    middle = (keypoints[drawn] + 0.5).astype(np.int64)
    low = (middle - radius).astype(np.int64)
    high = np.minimum((middle + radius + 1).astype(np.int64), (W, H))
    cells = low[:, None, :] + np.arange(len(steps))[:, None]  # (M, S, 2): columns and rows each Gaussian covers
    inside = (cells >= 0) & (cells < high[:, None, :])
    both = inside[:, :, None, 1] & inside[:, None, :, 0]
    places = (joint[:, None, None] * H + cells[:, :, None, 1]) * W + cells[:, None, :, 0]
    np.maximum.at(heatmaps, places[both], np.broadcast_to(gaussian, both.shape)[both])
    return heatmaps.reshape(K, H, W)


def displacement_maps(
    heatmap_size: tuple[int, int],
    keypoints: np.ndarray,
    keypoints_visible: np.ndarray,
    roots: np.ndarray,
    roots_visible: np.ndarray,
    diagonal_lengths: np.ndarray,
    radius: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Point from the cells around every root to its keypoints; where instances meet, the smaller one stays.

    Same values as :func:`mmpose.codecs.utils.generate_displacement_heatmap`, which visits joints one after another and
    remembers at each cell the size of the instance that wrote last, whichever joint it wrote. So a larger instance
    writes there from its first joint on that nobody had written.

    Args:
        heatmap_size: (W, H), cells.
        keypoints: ``(N, K, 2)``, cells.
        keypoints_visible: ``(N, K)``.
        roots: ``(N, 2)``, cells.
        roots_visible: ``(N,)``.
        diagonal_lengths: ``(N,)``, cells.
        radius: Half the side of the square around the root, cells.

    Returns:
        Displacements and their weights, ``(2 * K, H, W)`` float32 each.
    """
    W, H = heatmap_size
    K = keypoints.shape[1]
    displacements = np.zeros((K, 2, H, W), dtype=np.float32)
    weights = np.zeros((K, 2, H, W), dtype=np.float32)
    sizes = np.zeros((H, W), dtype=np.float32)
    written = np.zeros((H, W), dtype=bool)
    cells = np.stack(np.meshgrid(np.arange(W), np.arange(H))).astype(keypoints.dtype)
    inside = (keypoints >= 0).all(-1) & (keypoints < (W, H)).all(-1) & (keypoints_visible >= 1)
    root_inside = (roots >= 0).all(-1) & (roots < (W, H)).all(-1) & (roots_visible >= 1)
    for n in np.flatnonzero(root_inside & inside.any(1)):
        x0, y0 = (max(int(c - radius), 0) for c in roots[n])
        x1, y1 = (min(int(c + radius), side) for c, side in zip(roots[n], (W, H)))
        if x0 >= x1 or y0 >= y1:
            continue
        window = np.s_[..., y0:y1, x0:x1]
        old = displacements[window]
        writes = inside[n, :, None, None]
        if written[window].any():
            free = writes & ~(old != 0).any(1)
            writes = writes & (np.logical_or.accumulate(free, axis=0) | (diagonal_lengths[n] <= sizes[window]))
        np.copyto(old, keypoints[n, :, :, None, None] - cells[window], where=writes[:, None])
        np.copyto(weights[window], 1 / diagonal_lengths[n], where=writes[:, None])
        here = writes.any(0)
        np.copyto(sizes[window], diagonal_lengths[n], where=here)
        np.copyto(written[window], True, where=here)
    return displacements.reshape(2 * K, H, W), weights.reshape(2 * K, H, W)
