"""Checks of people against each other: duplicates, and bodies in one another."""

import numpy as np

from synpose.reporting.audit.view import Finding, View, identity

DUPLICATE_DISTANCE = 0.05  # m, mean over the joints
DUPLICATE_PIXELS = 1.0  # px, mean over the joints, for people without 3-D joints

# Capsules that surely lie inside a body, so that two that meet are two bodies in one another: (ends, radius in m).
CAPSULES = (
    *((ends, 0.07) for ends in (('pelvis', 'spine'), ('spine', 'chest'), ('chest', 'neck'))),
    (('head_top', 'neck'), 0.04),
    *(
        ((f'{side}_{first}', f'{side}_{second}'), radius)
        for side in ('left', 'right')
        for first, second, radius in (
            ('shoulder', 'elbow', 0.025),
            ('elbow', 'wrist', 0.02),
            ('hip', 'knee', 0.04),
            ('knee', 'ankle', 0.025),
        )
    ),
)


def check_duplicates(view: View) -> list[Finding]:
    """No two annotations may be of one body: joints that coincide (in 3-D, else in the image)."""
    findings = []
    labeled = np.where(view.keypoints[..., 2:] > 0, view.keypoints[..., :2], np.nan)
    for i in range(len(view.people)):
        for j in range(i):
            apart = np.linalg.norm(view.points[i] - view.points[j], axis=-1)
            limit, unit = DUPLICATE_DISTANCE, 'm'
            if np.isnan(apart).all():
                apart, limit, unit = np.linalg.norm(labeled[i] - labeled[j], axis=-1), DUPLICATE_PIXELS, 'px'
            if np.isnan(apart).all():
                continue
            distance = float(np.nanmean(apart))
            if distance < limit:
                message = f'{unit} are the joints apart from those of annotation {view.people[j].get("id")}'
                findings.append(view.finding('duplicates', 'keypoints', distance, message, i))
    return findings


def check_identities(view: View) -> list[Finding]:
    """Nobody may be twice in one image."""
    findings = []
    first: dict[object, int] = {}
    for i, person in enumerate(view.people):
        name = identity(person)
        if first.setdefault(name, i) != i:
            message = f'also annotation {view.people[first[name]].get("id")}'
            findings.append(view.finding('identities', 'identity', name, message, i))
    return findings


def segment_distance(a0: np.ndarray, a1: np.ndarray, b0: np.ndarray, b1: np.ndarray) -> np.ndarray:
    """Return the shortest distance between segments (Ericson, Real-Time Collision Detection, 5.1.9).

    Args:
        a0: One end of the first segments ``(..., 3)``.
        a1: Their other end ``(..., 3)``.
        b0: One end of the second segments ``(..., 3)``.
        b1: Their other end ``(..., 3)``.

    Returns:
        ``(...)``, in the unit of the points.
    """
    u, v, w = a1 - a0, b1 - b0, a0 - b0
    a, b, c = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    d, e = (u * w).sum(-1), (v * w).sum(-1)
    tiny = 1e-12
    parallel = a * c - b * b
    s = np.clip(np.where(parallel > tiny, (b * e - c * d) / np.maximum(parallel, tiny), 0), 0, 1)
    t = np.clip((b * s + e) / np.maximum(c, tiny), 0, 1)
    s = np.clip((b * t - d) / np.maximum(a, tiny), 0, 1)
    return np.linalg.norm(w + s[..., None] * u - t[..., None] * v, axis=-1)


def check_collisions(view: View) -> list[Finding]:
    """No limb or trunk may run through that of another person."""
    ends = [(a, b, radius) for (a, b), radius in CAPSULES if a in view.joint_names and b in view.joint_names]
    if not ends or len(view.people) < 2:
        return []
    first = np.stack([view.joint(a) for a, _, _ in ends], axis=1)
    second = np.stack([view.joint(b) for _, b, _ in ends], axis=1)
    radius = np.array([r for _, _, r in ends])
    low = np.minimum(first, second).min(1) - radius.max()
    high = np.maximum(first, second).max(1) + radius.max()
    findings = []
    for i in range(1, len(view.people)):
        for j in np.flatnonzero(((low[:i] <= high[i]) & (high[:i] >= low[i])).all(-1)):
            gap = segment_distance(first[i][:, None], second[i][:, None], first[j][None], second[j][None])
            gap = gap - radius[:, None] - radius
            if (gap < 0).any():
                a, b = np.unravel_index(gap.argmin(), gap.shape)
                names = [f'{ends[k][0]}-{ends[k][1]}' for k in (int(a), int(b))]
                message = f'm deep in {names[1]} of annotation {view.people[j].get("id")}'
                findings.append(view.finding('collisions', f'keypoints_3d[{names[0]}]', -float(gap.min()), message, i))
    return findings
