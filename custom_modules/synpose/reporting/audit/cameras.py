"""Checks of cameras: each by itself, and all that see one frame against each other."""

from collections.abc import Sequence

import numpy as np

from synpose.reporting.audit.view import Finding, View, identity

SAME_PERSON = 0.25  # m between pelvises in two cameras' labels; two people's are never this near
CAMERA_TOLERANCE = 0.001  # m
SEEN_THROUGH = 0.10  # m behind a trunk joint at which a camera sees through the person


def to_world(view: View) -> np.ndarray:
    """Return the 3-D joints ``(N, K, 3)`` m in the world: ``R^T (x - t)``."""
    assert view.R is not None
    return (view.points - view.t) @ view.R


def check_camera(view: View) -> list[Finding]:
    """R must be a rotation, and ``camera_pitch`` the optical axis' angle below the horizon, within .001 rad."""
    assert view.R is not None
    findings = []
    if not np.allclose(view.R @ view.R.T, np.eye(3), atol=1e-6) or np.linalg.det(view.R) < 0:
        findings.append(view.finding('camera', 'camera.R', view.R, 'is no rotation'))
    stated = view.image.get('camera_pitch')
    pitch = float(-np.arcsin(np.clip(view.R[2, 2], -1, 1)))
    if stated is not None and not abs(stated - pitch) <= 1e-3:
        findings.append(view.finding('camera', 'camera_pitch', stated, f'rad, but R says {pitch:.4f}'))
    return findings


def check_frame(views: Sequence[View]) -> list[Finding]:
    """The cameras of one frame must agree on where in the world its people are, within 1 mm.

    Someone whom only one camera's labels have may be hidden from the others, but no other may see through them.

    Args:
        views: Of the same scene and frame, each of people with 3-D joints and a camera.
    """
    findings = []
    worlds = [to_world(view) for view in views]
    for b, view in enumerate(views):
        for a, other in enumerate(views):
            if a == b or not len(view.people):
                continue
            near, apart = _nearest(worlds[b], worlds[a])
            for i in range(len(view.people)):
                if not apart[i] <= SAME_PERSON:
                    findings += _seen_through(view, i, worlds[b][i], other)
                elif a < b:
                    twin = other.people[near[i]]
                    off = float(np.nanmax(np.linalg.norm(worlds[b][i] - worlds[a][near[i]], axis=-1)))
                    where = f'annotation {twin.get("id")} of {other.image["file_name"]}'
                    if off > CAMERA_TOLERANCE:
                        message = f'm from the same person in the world, {where}'
                        findings.append(view.finding('frames', 'keypoints_3d', off, message, i))
                    behavior = view.people[i].get('behavior')
                    if behavior != twin.get('behavior'):
                        message = f'but {twin.get("behavior")!r} in {where}'
                        findings.append(view.finding('frames', 'behavior', behavior, message, i))
                    if identity(view.people[i]) != identity(twin):
                        message = f'but {identity(twin)!r} in {where}'
                        findings.append(view.finding('frames', 'identity', identity(view.people[i]), message, i))
    return findings


def _nearest(points: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return whose joints are nearest ``(N,)`` and the median distance ``(N,)`` m; infinite where nobody is."""
    if not len(others):
        return np.zeros(len(points), dtype=int), np.full(len(points), np.inf)
    apart = np.nanmedian(np.linalg.norm(points[:, None] - others[None], axis=-1), axis=-1)
    return apart.argmin(1), apart.min(1)


def _seen_through(view: View, i: int, world: np.ndarray, other: View) -> list[Finding]:
    assert other.K is not None
    assert other.R is not None
    if other.depth is None:
        return []
    names = [name for name in ('chest', 'spine', 'pelvis') if name in view.joint_names]
    points = world[[view.joint_names.index(name) for name in names]] @ other.R.T + other.t
    image = points @ other.K.T
    for name, point, (x, y, z) in zip(names, points, image):
        if not z > 0.1:
            continue
        column, row = int(np.floor(x / z + 0.5)), int(np.floor(y / z + 0.5))
        if not (0 <= column < other.depth.shape[1] and 0 <= row < other.depth.shape[0]):
            continue
        behind = float(other.depth[row, column] - point[2])
        if other.depth[row, column] == 0 or behind > SEEN_THROUGH:
            message = f'm behind the {name} is what {other.image["file_name"]} sees, which has no such person'
            return [view.finding('frames', f'keypoints_3d[{name}]', behind, message, i)]
    return []
