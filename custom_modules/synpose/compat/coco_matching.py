"""COCO's greedy matching, on arrays.

Definition: https://cocodataset.org/#detection-eval.
"""

import numpy as np


def match_greedily(
    ious: np.ndarray, thresholds: np.ndarray, ignored: np.ndarray, crowd: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give each detection, best score first, the most similar labeled object still free.

    An object that counts is preferred to an ignored one, whatever their similarities; of equal ones the last is taken;
    a crowd stays free however often it is taken.

    Args:
        ious: Similarities ``(D, G)`` of detections in falling order of score.
        thresholds: Least similarity of a match ``(T,)``.
        ignored: Which objects are ignored ``(A, G)``, for A ranges of area.
        crowd: Which objects are crowds ``(G,)``.

    Returns:
        Index of each detection's object ``(A, T, D)`` and of each object's (last) detection ``(A, T, G)``; -1 for none.
    """
    num_ranges, num_thresholds = len(ignored), len(thresholds)
    num_dets, num_objects = ious.shape
    object_of = np.full((num_ranges, num_thresholds, num_dets), -1)
    detection_of = np.full((num_ranges, num_thresholds, num_objects), -1)
    if num_dets == 0 or num_objects == 0:
        return object_of, detection_of

    least = np.minimum(thresholds, 1 - 1e-10)
    similar = ious[:, None, :] >= least[:, None]  # (D, T, G)
    # Objects in falling order of preference, per range and detection: counted, then similar, then late ones.
    shape = (num_ranges, num_dets, num_objects)
    keys = np.arange(num_objects), ious, ~ignored[:, None]
    preference = np.lexsort([np.broadcast_to(key, shape) for key in keys])[..., ::-1]
    rank = np.empty(shape, dtype=np.int64)
    np.put_along_axis(rank, preference, np.broadcast_to(np.arange(num_objects), shape), axis=-1)

    free = np.ones((num_ranges, num_thresholds, num_objects), dtype=bool)
    for det in np.flatnonzero(similar.any(axis=(1, 2))):
        ranked = np.where(free & similar[det], rank[:, det, None], num_objects)
        chosen = ranked.argmin(axis=-1)
        a, t = np.nonzero(ranked.min(axis=-1) < num_objects)
        objects = chosen[a, t]
        object_of[a, t, det] = objects
        detection_of[a, t, objects] = det
        free[a, t, objects] = crowd[objects]
    return object_of, detection_of
