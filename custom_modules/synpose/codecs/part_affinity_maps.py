"""Joint heatmaps and part affinity fields of many people at once. Pure arrays."""

import numpy as np

EDGE = 1e-6
"""Cells: what lies on the edge of a limb belongs to it, whatever rounding says."""


def joint_heatmaps(
    heatmap_size: tuple[int, int], keypoints: np.ndarray, keypoints_visible: np.ndarray, sigma: float
) -> np.ndarray:
    """Draw a Gaussian around every joint and a background where there is none.

    Cao et al. (CVPR 2017), equations 6 and 7, with the standard deviation of their code, ``exp(-d^2 / (2 sigma^2))``.
    Unlike those of MMPose's codecs, the centers are not rounded to cells.

    Args:
        heatmap_size: (W, H), cells.
        keypoints: ``(N, K, 2)``, cells.
        keypoints_visible: ``(N, K)``; below .5 draws nothing.
        sigma: Standard deviation, cells.

    Returns:
        ``(K + 1, H, W)`` float32: of each joint the largest value over people, then 1 minus the largest over joints.
    """
    joints = keypoints.shape[1]
    heatmaps = np.zeros((joints + 1, *heatmap_size[::-1]), dtype=np.float32)
    # A Gaussian is the product of one in x and one in y.
    columns, rows = (
        np.exp(-((np.arange(side) - keypoints[..., axis, None]) ** 2) / (2 * sigma**2)).astype(np.float32)
        for axis, side in enumerate(heatmap_size)
    )
    columns[keypoints_visible < 0.5] = rows[keypoints_visible < 0.5] = 0
    for column, row in zip(columns, rows, strict=True):
        np.maximum(heatmaps[:joints], row[:, :, None] * column[:, None, :], out=heatmaps[:joints])
    heatmaps[joints] = 1 - heatmaps[:joints].max(axis=0)
    return heatmaps


def limb_fields(
    heatmap_size: tuple[int, int],
    keypoints: np.ndarray,
    keypoints_visible: np.ndarray,
    limbs: np.ndarray,
    limb_width: float,
) -> np.ndarray:
    """Draw the direction of every limb into the cells it covers; where limbs of one kind meet, their mean.

    Cao et al. (CVPR 2017), equations 8 and 9.

    Args:
        heatmap_size: (W, H), cells.
        keypoints: ``(N, K, 2)``, cells.
        keypoints_visible: ``(N, K)``; a limb is drawn if both its joints are at least .5, and lie apart.
        limbs: ``(C, 2)``, the joints a limb points from and to.
        limb_width: How far from its middle line a limb reaches to either side, cells.

    Returns:
        ``(2 * C, H, W)`` float32, x before y.
    """
    W, H = heatmap_size
    starts, ends = np.moveaxis(keypoints[:, limbs].astype(float), 2, 0)  # (N, C, 2) each
    lengths = np.linalg.norm(ends - starts, axis=-1)
    drawn = (keypoints_visible[:, limbs] >= 0.5).all(-1) & (lengths > 0)
    kind = np.broadcast_to(np.arange(len(limbs)), drawn.shape)[drawn]
    starts, lengths, directions = starts[drawn], lengths[drawn], ((ends - starts)[drawn] / lengths[drawn, None])
    ends = ends[drawn]

    # All cells of all limbs' boxes in one row, M of them: which limb each belongs to, and where it is.
    low = np.clip(np.floor(np.minimum(starts, ends) - limb_width), 0, (W, H)).astype(int)
    high = np.clip(np.ceil(np.maximum(starts, ends) + limb_width) + 1, 0, (W, H)).astype(int)
    widths, heights = (high - low).T
    counts = widths * heights
    limb = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(limb)) - np.repeat(np.cumsum(counts) - counts, counts)
    x, y = low[limb, 0] + within % widths[limb], low[limb, 1] + within // widths[limb]

    offsets = np.stack((x, y), axis=-1) - starts[limb]
    along = (offsets * directions[limb]).sum(-1)
    across = np.abs(offsets[:, 0] * directions[limb, 1] - offsets[:, 1] * directions[limb, 0])
    on_limb = (along >= -EDGE) & (along <= lengths[limb] + EDGE) & (across <= limb_width + EDGE)
    cells = ((kind[limb] * H + y) * W + x)[on_limb]
    size = len(limbs) * H * W
    number = np.maximum(np.bincount(cells, minlength=size), 1)
    sums = [np.bincount(cells, directions[limb[on_limb], axis], size) for axis in (0, 1)]
    fields = np.stack(sums, axis=1) / number[:, None]
    return fields.reshape(len(limbs), H, W, 2).transpose(0, 3, 1, 2).reshape(-1, H, W).astype(np.float32)
