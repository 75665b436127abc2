"""Checks of stencils and depth: people as pixels. Every check takes a view and returns what it found."""

import numpy as np
from scipy.ndimage import find_objects

from synpose.reporting.audit.view import Finding, View
from synpose.skeletons import BODY_PARTS

BOX_TOLERANCE = 1  # px
DEPTH_MARGIN = 0.6  # m; hair, clothes and things held reach this far beyond the joints' own depths


def check_stencil_ids(view: View) -> list[Finding]:
    """Stencil ids and annotations must match one to one."""
    assert view.stencil is not None
    painted = set(np.unique(view.stencil).tolist()) - {0}
    findings = []
    owners: dict[int, int] = {}
    for i, stencil_id in enumerate(view.stencil_ids.tolist()):
        if not stencil_id:
            if view.synthetic[i]:
                findings.append(view.finding('stencil_ids', 'stencil_id', 0, 'a synthetic person without a stencil', i))
        elif stencil_id in owners:
            message = f'also of annotation {view.people[owners[stencil_id]].get("id")}'
            findings.append(view.finding('stencil_ids', 'stencil_id', stencil_id, message, i))
        elif stencil_id not in painted:
            findings.append(view.finding('stencil_ids', 'stencil_id', stencil_id, 'has no pixel in the stencil', i))
        owners.setdefault(stencil_id, i)
    for stencil_id in sorted(painted - set(owners) - set(view.crowd_ids)):
        pixels = int((view.stencil == stencil_id).sum())
        message = f'{pixels} stencil pixels that no annotation owns'
        findings.append(view.finding('stencil_ids', 'stencil_file', stencil_id, message))
    return findings


def check_boxes(view: View) -> list[Finding]:
    """A box must be the extent of the person's stencil, each edge within 1 px, and the area its number of pixels."""
    assert view.stencil is not None
    found = find_objects(view.stencil)
    findings = []
    for i, stencil_id in enumerate(view.stencil_ids.tolist()):
        window = found[stencil_id - 1] if 0 < stencil_id <= len(found) else None
        if window is None:
            continue  # check_stencil_ids reports it
        rows, columns = window
        extent = np.array([columns.start, rows.start, columns.stop, rows.stop])
        x, y, width, height = view.boxes[i]
        off = float(np.abs(np.array([x, y, x + width, y + height]) - extent).max())
        if not off <= BOX_TOLERANCE:
            pixels = [columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start]
            message = f'an edge is {off:.1f} px from the stencil, whose box is {pixels}'
            findings.append(view.finding('box', 'bbox', view.boxes[i], message, i))
        area = int((view.stencil[window] == stencil_id).sum())
        if not np.isnan(view.areas[i]) and view.areas[i] != area:
            message = f'the stencil has {area} px'
            findings.append(view.finding('box', 'area', view.areas[i], message, i))
    return findings


def check_stencil_depth(view: View) -> list[Finding]:
    """Each stencil pixel must have a depth, near the depths of the person's joints."""
    assert view.stencil is not None
    assert view.depth is not None
    found = find_objects(view.stencil)
    nearest, farthest = np.nanmin(view.points[..., 2], axis=1), np.nanmax(view.points[..., 2], axis=1)
    findings = []
    for i, stencil_id in enumerate(view.stencil_ids.tolist()):
        window = found[stencil_id - 1] if 0 < stencil_id <= len(found) else None
        if window is None:
            continue
        depth = view.depth[window][view.stencil[window] == stencil_id]
        if not depth.all():
            message = f'of {len(depth)} stencil pixels have depth 0'
            findings.append(view.finding('stencil_depth', 'depth_file', int((depth == 0).sum()), message, i))
        astray = depth[(depth > 0) & ((depth < nearest[i] - DEPTH_MARGIN) | (depth > farthest[i] + DEPTH_MARGIN))]
        if len(astray):
            message = (
                f'm is the depth of {len(astray)} of {len(depth)} stencil pixels or so; the joints lie from '
                f'{nearest[i]:.2f} to {farthest[i]:.2f} m'
            )
            findings.append(view.finding('stencil_depth', 'depth_file', float(np.median(astray)), message, i))
    return findings


def check_parts(view: View) -> list[Finding]:
    """Body parts must be known numbers, and lie on people."""
    assert view.stencil is not None
    assert view.parts is not None
    findings = []
    unknown = view.parts >= len(BODY_PARTS)
    if unknown.any():
        message = f'and so on: {int(unknown.sum())} px hold no number of a body part'
        findings.append(view.finding('parts', 'parts_file', int(view.parts[unknown][0]), message))
    astray = (view.parts > 0) & (view.stencil == 0)
    if astray.any():
        message = 'px show a body part where the stencil shows nobody'
        findings.append(view.finding('parts', 'parts_file', int(astray.sum()), message))
    return findings
