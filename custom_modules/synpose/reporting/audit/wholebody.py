"""Checks of COCO-WholeBody's fields: lengths, boxes, agreement with the joints. A view in, findings out."""

from typing import Any

import numpy as np

from synpose.reporting.audit.joints import PROJECTION_TOLERANCE
from synpose.reporting.audit.view import Finding, View
from synpose.skeletons import WHOLEBODY133_NAMES, WHOLEBODY_SLICES, joint_indices

BOX_MARGIN = 0.1  # of a part's box, by which its points may lie outside
EYE_DISTANCE = 0.1  # of the diagonal of the face's points, between an eye and the middle of its lids
_EYES = {'right_eye': slice(36, 42), 'left_eye': slice(42, 48)}


def check_wholebody(view: View) -> list[Finding]:
    """Points of feet, face and hands must be whole, in the image, near their box, and at joints that they share."""
    findings = []
    for i, person in enumerate(view.people):
        for part, where in WHOLEBODY_SLICES.items():
            field, names = f'{part}_kpts', WHOLEBODY133_NAMES[where]
            points = _read(person.get(field), len(names))
            if points is None:
                message = f'must be {3 * len(names)} finite numbers'
                findings.append(view.finding('wholebody', field, repr(person.get(field))[:40], message, i))
                continue
            wrong = [
                *_odd_points(points, view.size),
                *_far_from_box(points, person.get(f'{part}_box')),
                *_off_joints(view, i, points, names),
            ]
            if part == 'face':
                wrong += _off_eyes(view, i, points)
            findings += [
                view.finding('wholebody', f'{field}[{names[k]}]', points[k], message, i) for k, message in wrong
            ]
    return findings


def _read(value: Any, count: int) -> np.ndarray | None:
    """Return the points ``(count, 3)``; None where they are no such numbers."""
    try:
        points = np.asarray(value, dtype=float).reshape(count, 3)
    except (TypeError, ValueError):
        return None
    return points if np.isfinite(points).all() else None


def _odd_points(points: np.ndarray, size: tuple[int, int]) -> list[tuple[int, str]]:
    xy, seen = points[:, :2], points[:, 2]
    outside = (seen > 0) & ~((xy >= -0.5) & (xy < np.array(size) - 0.5)).all(-1)
    return [
        *((int(k), 'visibility must be 0, 1 or 2') for k in np.flatnonzero(~np.isin(seen, (0, 1, 2)))),
        *((int(k), 'outside the image but not absent') for k in np.flatnonzero(outside)),
    ]


def _far_from_box(points: np.ndarray, value: Any) -> list[tuple[int, str]]:
    if value is None:  # feet have none
        return []
    box = np.asarray(value, dtype=float)
    reach = BOX_MARGIN * box[2:] + 1
    inside = ((points[:, :2] >= box[:2] - reach) & (points[:, :2] <= box[:2] + box[2:] + reach)).all(-1)
    return [(int(k), f'outside the box {box.tolist()}') for k in np.flatnonzero((points[:, 2] > 0) & ~inside)]


def _off_joints(view: View, person: int, points: np.ndarray, names: tuple[str, ...]) -> list[tuple[int, str]]:
    """Compare points with the joints of the same place; a part left out as a whole is not compared."""
    rows = joint_indices(view.joint_names, names)
    found = []
    for k in np.flatnonzero((rows >= 0) & points[:, 2].any()):
        joint = view.keypoints[person, rows[k]]
        if (joint[2] > 0) != (points[k, 2] > 0):
            found.append((int(k), f'absent in one of this and keypoints[{view.joint_names[rows[k]]}]'))
        elif joint[2] > 0:
            off = float(np.linalg.norm(joint[:2] - points[k, :2]))
            if off > PROJECTION_TOLERANCE:
                found.append((int(k), f'{off:.2f} px from keypoints[{view.joint_names[rows[k]]}]'))
    return found


def _off_eyes(view: View, person: int, points: np.ndarray) -> list[tuple[int, str]]:
    """Compare the eyes with the middles of their lids."""
    if not (points[:, 2] > 0).all():
        return []
    limit = EYE_DISTANCE * float(np.linalg.norm(np.ptp(points[:, :2], axis=0)))
    found = []
    for name, lids in _EYES.items():
        joint = view.keypoints[person, view.joint_names.index(name)] if name in view.joint_names else np.zeros(3)
        off = float(np.linalg.norm(points[lids, :2].mean(axis=0) - joint[:2]))
        if joint[2] > 0 and off > limit:
            found.append((lids.start, f'the middle of the lids is {off:.1f} px from keypoints[{name}]'))
    return found
