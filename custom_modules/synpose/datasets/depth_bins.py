"""The depth of a person as classes: bins of 45 mm around the pelvis."""

import numpy as np

BIN_SIZE = 0.045
"""Metres of depth in a bin."""
BINS_EACH_SIDE = 9
"""Bins before the pelvis, and as many behind it; one more holds the pelvis itself."""


def depth_bins(depth: np.ndarray, pelvis_depth: float) -> np.ndarray:
    """Return the bin of every pixel's depth, as Varol et al., "Learning from Synthetic Humans" (2017), section 4.

    ``clip(ceil((depth - pelvis_depth) / 0.045), -9, 9) + 10``: 10 is the pelvis and the 45 mm before it, smaller bins
    are nearer to the camera.

    Args:
        depth: m along the optical axis, any shape; 0 where there is no person.
        pelvis_depth: Depth of the pelvis joint, m.

    Returns:
        uint8 of the same shape: 1 to 19, and 0 where there is no person.
    """
    steps = np.ceil((depth.astype(np.float64) - pelvis_depth) / BIN_SIZE)
    bins = np.clip(steps, -BINS_EACH_SIDE, BINS_EACH_SIDE) + BINS_EACH_SIDE + 1
    return np.where(depth > 0, bins, 0).astype(np.uint8)
