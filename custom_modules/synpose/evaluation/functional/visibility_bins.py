"""People by how much of them is in plain sight."""

import numpy as np


def visibility_bins(visibility: np.ndarray, num_bins: int = 5) -> np.ndarray:
    """Put people into equal bins of their share of visible joints among the annotated ones.

    Bin b holds shares from b / ``num_bins`` (included) to (b + 1) / ``num_bins`` (excluded, but by the last bin). Whole
    numbers are compared, so that rounding moves nobody.

    Args:
        visibility: ``(N, K)`` COCO flags: 0 not annotated, 1 occluded, 2 visible.
        num_bins: How many.

    Returns:
        ``(N,)`` bins from 0; -1 for a person without annotated joints.

    Raises:
        ValueError: If ``num_bins`` is below 1.
    """
    if num_bins < 1:
        raise ValueError(f'num_bins must be at least 1, but is {num_bins}')
    annotated = np.count_nonzero(visibility > 0, axis=1)
    visible = np.count_nonzero(visibility > 1, axis=1)
    bins = np.minimum(visible * num_bins // np.maximum(annotated, 1), num_bins - 1)
    return np.where(annotated > 0, bins, -1)
