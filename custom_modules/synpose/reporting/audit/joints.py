"""Checks of the joints in the image: fields, projection, visibility against depth. A view in, findings out."""

import numpy as np

from synpose.reporting.audit.view import Finding, View
from synpose.skeletons import FINGERS, JOINT_NAMES
from synpose.tolerances import OWN_BODY_TOLERANCE

PROJECTION_TOLERANCE = 0.1  # px
WHOLE_PIXEL_TOLERANCE = 0.51  # px, where the file rounds keypoints to whole pixels
DEPTH_ROUNDING = 0.003  # m; depth is stored in whole millimetres
FRONT_TOLERANCE = 0.05  # m a joint may lie before its own body's surface: skin moves little, clothes lie outside of it
SEARCH_RADIUS = 2  # px around a joint in which its own body must show
FINGER_WIDTH = 0.016  # m; a finger that is narrower than a pixel may lie between all pixel centers


def check_visibility(view: View) -> list[Finding]:
    """Visibility must be 0, 1 or 2, and ``num_keypoints`` the number of joints above 0."""
    findings = []
    visibility = view.keypoints[..., 2]
    for i, joint in zip(*np.nonzero(~np.isin(visibility, (0, 1, 2)))):
        field = f'keypoints[{view.joint_names[joint]}]'
        findings.append(view.finding('visibility', field, visibility[i, joint], 'visibility must be 0, 1 or 2', i))
    for i, person in enumerate(view.people):
        labeled = int((visibility[i] > 0).sum())
        if 'num_keypoints' in person and person['num_keypoints'] != labeled:
            message = f'{labeled} joints have a visibility above 0'
            findings.append(view.finding('visibility', 'num_keypoints', person['num_keypoints'], message, i))
    return findings


def check_outside(view: View) -> list[Finding]:
    """A joint with a visibility above 0 must lie in the image, ``[-.5, W - .5) x [-.5, H - .5)`` px."""
    xy = view.keypoints[..., :2]
    outside = (view.keypoints[..., 2] > 0) & ~((xy >= -0.5) & (xy < np.array(view.size) - 0.5)).all(-1)
    return [
        view.finding('outside', f'keypoints[{view.joint_names[k]}]', xy[i, k], 'outside the image but not absent', i)
        for i, k in zip(*np.nonzero(outside))
    ]


def project(view: View) -> np.ndarray:
    """Project the 3-D joints ``(N, K, 3)`` with the stored camera; ``(N, K, 2)`` px, NaN behind the camera."""
    assert view.K is not None
    image = view.points @ view.K.T
    with np.errstate(divide='ignore', invalid='ignore'):
        return np.where(image[..., 2:] > 0, image[..., :2] / image[..., 2:], np.nan)


def check_projection(view: View) -> list[Finding]:
    """3-D joints must project onto the keypoints, and one that projects into the image must not be absent."""
    wanted = project(view)
    xy, visibility = view.keypoints[..., :2], view.keypoints[..., 2]
    labeled = visibility > 0
    whole = labeled.any() and bool((xy[labeled] == np.round(xy[labeled])).all())
    distance = np.linalg.norm(xy - wanted, axis=-1)
    # Rounding to whole pixels moves each coordinate by at most half a pixel.
    limit = np.sqrt(2) * WHOLE_PIXEL_TOLERANCE if whole else PROJECTION_TOLERANCE
    findings = [
        view.finding(
            'projection',
            f'keypoints[{view.joint_names[k]}]',
            xy[i, k],
            f'{distance[i, k]:.2f} px from where keypoints_3d projects'
            if wanted[i, k, 0] == wanted[i, k, 0]
            else 'labeled, but keypoints_3d lies behind the camera',
            i,
        )
        for i, k in zip(*np.nonzero(labeled & ~(distance <= limit)))
    ]
    inside = ((wanted >= 0) & (wanted < np.array(view.size) - 1)).all(-1)
    findings += [
        view.finding(
            'projection', f'keypoints[{view.joint_names[k]}]', 0, 'absent, but keypoints_3d projects into the image', i
        )
        for i, k in zip(*np.nonzero((visibility == 0) & inside))
    ]
    return findings


def joint_tolerance(names: tuple[str, ...]) -> np.ndarray:
    """Return how far below its body's surface each joint may lie, ``(K,)`` m; NaN for a joint we do not know."""
    known = dict(zip(JOINT_NAMES, OWN_BODY_TOLERANCE))
    return np.array([known.get(name, np.nan) for name in names])


def _pixels(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row and column of each joint's pixel, and whether the joint is labeled and inside, ``(N, K)`` each."""
    nearest = np.floor(view.keypoints[..., :2] + 0.5)
    inside = ((nearest >= 0) & (nearest < view.size)).all(-1) & (view.keypoints[..., 2] > 0)
    column, row = np.moveaxis(np.where(inside[..., None], nearest, 0).astype(int), -1, 0)
    return row, column, inside


def check_occlusion(view: View) -> list[Finding]:
    """A visible joint must have nothing before it but its own body's surface, an occluded one must have.

    The rule is :func:`synpose.generation.rendering.annotator.joint_visibility`, applied to the stored files.
    """
    assert view.stencil is not None
    assert view.depth is not None
    row, column, inside = _pixels(view)
    surface = np.where(view.depth[row, column] > 0, view.depth[row, column], np.inf)
    own = view.stencil[row, column] == view.stencil_ids[:, None]
    allowed = np.where(own, joint_tolerance(view.joint_names), 0.0)
    behind = view.points[..., 2] - surface
    visibility = view.keypoints[..., 2]
    hidden = inside & (visibility == 2) & (behind > allowed + DEPTH_ROUNDING)
    clear = inside & (visibility == 1) & (behind <= allowed - DEPTH_ROUNDING)
    findings = []
    for i, k in zip(*np.nonzero(hidden | clear)):
        what = 'its own body' if own[i, k] else 'something else'
        if hidden[i, k]:
            message = f'visible, but {what} lies {behind[i, k]:.3f} m before it'
        elif np.isinf(surface[i, k]):
            message = 'occluded, but its pixel shows nothing'
        else:
            message = f'occluded, but {what} at its pixel lies only {behind[i, k]:.3f} m before it'
        field = f'keypoints[{view.joint_names[k]}]'
        findings.append(view.finding('occlusion', field, visibility[i, k], message, i))
    return findings


def check_surface(view: View) -> list[Finding]:
    """A visible joint must lie inside its own body: the body shows around its pixel, and not behind the joint.

    Joints beside the image's edge, or beside something nearer than they are, pass: their part may be out of sight. So
    do fingers that are narrower than a pixel.
    """
    assert view.stencil is not None
    assert view.depth is not None
    assert view.K is not None
    row, column, inside = _pixels(view)
    steps = np.arange(-SEARCH_RADIUS, SEARCH_RADIUS + 1)
    rows, columns = row[..., None, None] + steps[:, None], column[..., None, None] + steps
    height, width = view.depth.shape
    whole = ((rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)).all(axis=(-2, -1))
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    own = view.stencil[rows, columns] == view.stencil_ids[:, None, None, None]
    around = np.where(view.depth[rows, columns] > 0, view.depth[rows, columns], np.inf)
    # Where the image ends or something nearer begins, the part of the body around the joint may be cut off.
    cut = ~whole | (~own & (around < view.points[..., 2, None, None])).any(axis=(-2, -1))
    fingers = np.array([any(finger in name for finger in FINGERS) for name in view.joint_names])
    cut |= fingers & (FINGER_WIDTH * view.K[0, 0] < view.points[..., 2])
    front = np.where(own, around, np.inf).min(axis=(-2, -1))
    gap = front - view.points[..., 2]
    # Within the radius a surface that recedes at 45 degrees comes this much farther away.
    allowed = FRONT_TOLERANCE + SEARCH_RADIUS * view.points[..., 2] / view.K[0, 0]
    findings = []
    for i, k in zip(*np.nonzero(inside & ~cut & (view.keypoints[..., 2] == 2) & (gap > allowed))):
        if np.isinf(gap[i, k]):
            message = f'visible, but no pixel of its person lies within {SEARCH_RADIUS} px'
        else:
            message = f'lies {gap[i, k]:.3f} m before the surface of its own body'
        point = view.points[i, k]
        findings.append(view.finding('surface', f'keypoints_3d[{view.joint_names[k]}]', point, message, i))
    return findings
