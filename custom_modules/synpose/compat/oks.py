"""Object keypoint similarity (OKS) of detected people to labeled ones.

Definition: https://cocodataset.org/#keypoints-eval. The order of the floating-point operations is part of it here, so
that figures agree to the last bit with evaluators that work pair by pair.
"""

import numpy as np

# Per-joint standard deviations of COCO-17, as fractions of the square root of a person's area.
COCO_SIGMAS = (
    np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89], dtype=np.float64) / 100 / 10
)
# Where an annotation has no area: the share of its box that a person covers.
PERSON_BOX_FILL = 0.53

_WHOLEBODY = ('keypoints', 'foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts')
# iouType -> the annotation fields that hold the joints, in order, and the result field that holds their score.
KEYPOINT_TYPES: dict[str, tuple[tuple[str, ...], str]] = {
    'keypoints': (('keypoints',), 'score'),
    'keypoints_crowd': (('keypoints',), 'score'),
    'keypoints_body': (('keypoints',), 'score'),
    'keypoints_foot': (('foot_kpts',), 'foot_score'),
    'keypoints_face': (('face_kpts',), 'face_score'),
    'keypoints_lefthand': (('lefthand_kpts',), 'lefthand_score'),
    'keypoints_righthand': (('righthand_kpts',), 'righthand_score'),
    'keypoints_wholebody': (_WHOLEBODY, 'wholebody_score'),
}


def joints_of(anns: list[dict], iou_type: str, num_joints: int) -> np.ndarray:
    """Stack the joints of annotations or results.

    Args:
        anns: N annotations.
        iou_type: A key of :data:`KEYPOINT_TYPES`.
        num_joints: K, how many joints each must have.

    Returns:
        Array ``(N, K, 3)`` of x (px), y (px) and visibility or score.

    Raises:
        ValueError: When a field is missing or does not hold the joints expected, all finite; names annotation, field.
    """
    fields, _ = KEYPOINT_TYPES[iou_type]
    rows = []
    for ann in anns:
        missing = [field for field in fields if field not in ann]
        if missing:
            raise ValueError(f'annotation {ann.get("id")}: no {missing[0]!r}, which {iou_type!r} needs')
        row = [value for field in fields for value in ann[field]]
        if len(row) != 3 * num_joints:
            raise ValueError(
                f'annotation {ann.get("id")}: {" + ".join(fields)} holds {len(row)} numbers, '
                f'expected {3 * num_joints} for {num_joints} sigmas'
            )
        rows.append(row)
    joints = np.array(rows, dtype=np.float64).reshape(-1, num_joints, 3)
    broken = np.flatnonzero(~np.isfinite(joints).all(axis=(1, 2)))
    if len(broken):
        raise ValueError(
            f'annotation {anns[broken[0]].get("id")}: {" + ".join(fields)} holds a value that is not finite'
        )
    return joints


def object_keypoint_similarity(
    detected: np.ndarray, labeled: np.ndarray, boxes: np.ndarray, areas: np.ndarray, sigmas: np.ndarray
) -> np.ndarray:
    """OKS of every detection to every labeled person.

    The mean over a person's labeled joints (visibility above 0) of ``exp(-d^2 / (2 area (2 sigma)^2))``, d being the
    distance in px. A person without labeled joints is compared as a region: d is each detected joint's distance along
    x and y to the box of three times the size around the person's own.

    Args:
        detected: Detected joints ``(D, K, 3)`` in px.
        labeled: Labeled joints ``(G, K, 3)`` in px, with visibility.
        boxes: Labeled boxes ``(G, 4)``: x, y, width, height in px.
        areas: Areas of the labeled people ``(G,)`` in px^2.
        sigmas: Per-joint falloff ``(K,)``.

    Returns:
        Array ``(D, G)`` in [0, 1].
    """
    x, y = np.ascontiguousarray(detected[..., 0]), np.ascontiguousarray(detected[..., 1])
    visible = labeled[..., 2] > 0
    counts = visible.sum(axis=1)
    variances = (sigmas * 2) ** 2
    scales = areas + np.spacing(1)
    similarity = np.zeros((len(detected), len(labeled)))
    # People with equally many joints share one array without gaps: a sum over zeros would round differently.
    for count in np.unique(counts):
        people = np.flatnonzero(counts == count)
        if count:
            joints = np.nonzero(visible[people])[1].reshape(-1, count)  # (g, n)
            rows = people[:, None]
            dx = x.take(joints, axis=1) - labeled[rows, joints, 0]  # (D, g, n)
            dy = y.take(joints, axis=1) - labeled[rows, joints, 1]
            spread = variances[joints]
        else:
            left, top, width, height = (boxes[people, i, None] for i in range(4))
            dx = _distance_outside(x[:, None], left - width, left + width * 2)
            dy = _distance_outside(y[:, None], top - height, top + height * 2)
            spread = variances
        error = (dx**2 + dy**2) / spread / scales[people, None] / 2
        similarity[:, people] = np.exp(-error).sum(axis=-1) / error.shape[-1]
    return similarity


def _distance_outside(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.maximum(0, low - values) + np.maximum(0, values - high)
