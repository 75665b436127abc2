"""The table of checks, and running them on the images of one moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from synpose.reporting.audit import bodies, cameras, files, joints, masks, people, wholebody
from synpose.reporting.audit.view import Finding, View

_IMAGE_FIELDS = ('pixels', 'stencil', 'depth', 'parts', 'camera')


@dataclass(frozen=True)
class Check:
    """A check of the audit.

    Attributes:
        about: What must hold, one sentence.
        needs: Fields without which it is skipped, see :meth:`View.having`.
        run: Returns what is wrong in a view whose image and people all have what it needs; None for a check that
            happens elsewhere (on reading, or over several images).
        of_image: Whether it counts images rather than people.
    """

    about: str
    needs: tuple[str, ...] = ()
    run: Callable[[View], list[Finding]] | None = None
    of_image: bool = False


@dataclass
class CheckCount:
    """How often a check was made, skipped for want of a field, and found something; of images or of people."""

    checked: int = 0
    skipped: int = 0
    findings: int = 0

    def add(self, other: 'CheckCount') -> None:
        """Add another count to this one."""
        self.checked += other.checked
        self.skipped += other.skipped
        self.findings += other.findings


_SPACE = ('keypoints', 'keypoints_3d')
_OWN = ('synthetic', 'stencil', 'stencil_id')

CHECKS: dict[str, Check] = {
    'records': Check('Records hold the fields of the format, finite and of the right length; ids are used once.'),
    'files': Check(
        'Files exist, are whole, of the stated size and type (stencil and depth 16 bits, parts 8).', of_image=True
    ),
    'picture': Check('A picture is neither black nor of one color.', ('pixels',), files.check_picture, True),
    'camera': Check('R is a rotation and `camera_pitch` agrees with it.', ('camera',), cameras.check_camera, True),
    'stencil_ids': Check(
        'Stencil ids and annotations match one to one.', ('stencil',), masks.check_stencil_ids, of_image=True
    ),
    'box': Check(
        "A synthetic person's box is the extent of its stencil within 1 px, its area the number of its pixels.",
        _OWN,
        masks.check_boxes,
    ),
    'stencil_depth': Check(
        'Every pixel of a stencil has a depth, within .6 m of the depths of the joints.',
        (*_OWN, 'depth', 'keypoints_3d'),
        masks.check_stencil_depth,
    ),
    'parts': Check(
        'Body parts, where the set has them, are known numbers and lie on people.',
        ('stencil', 'parts'),
        masks.check_parts,
        True,
    ),
    'visibility': Check(
        'Visibility is 0, 1 or 2, and `num_keypoints` the number above 0.', ('keypoints',), joints.check_visibility
    ),
    'outside': Check('A joint outside the image has visibility 0.', ('keypoints',), joints.check_outside),
    'projection': Check(
        'The stored camera projects the 3-D joints onto the keypoints within .1 px (.51 px where keypoints are whole '
        'numbers); an absent joint does not project into the image.',
        (*_SPACE, 'camera'),
        joints.check_projection,
    ),
    'occlusion': Check(
        'A visible joint has nothing before it but the skin of its own body; an occluded one has.',
        (*_SPACE, *_OWN, 'depth'),
        joints.check_occlusion,
    ),
    'surface': Check(
        'A visible joint lies inside its own body: the body shows within 2 px, and no more than 5 cm (and what 2 px '
        'measure there) behind it.',
        (*_SPACE, *_OWN, 'depth', 'camera'),
        joints.check_surface,
    ),
    'wholebody': Check(
        "COCO-WholeBody's points, where the set has them, are whole, in the image, near their part's box, and at the "
        'joints that they share with the others.',
        ('keypoints', 'synthetic', 'wholebody'),
        wholebody.check_wholebody,
    ),
    'limbs': Check(
        'Bones of the left and the right side are equally long, within 20%.', ('keypoints_3d',), bodies.check_limbs
    ),
    'proportions': Check(
        'A person is .8 to 2.3 m tall, and bones are .6 to 1.5 times as long as usual at that stature (Drillis and '
        'Contini).',
        ('keypoints_3d',),
        bodies.check_proportions,
    ),
    'sides': Check(
        'Left shoulder, hip and ear are on the left of the right ones, seen along the facing of the body.',
        ('keypoints_3d',),
        bodies.check_sides,
    ),
    'twist': Check(
        'Shoulders turn at most 85 deg against the hips, the head at most 110 deg against the shoulders.',
        ('keypoints_3d',),
        bodies.check_twist,
    ),
    'duplicates': Check(
        'No two annotations of an image have the same joints (mean distance 5 cm, or 1 px without 3-D joints).',
        ('keypoints',),
        people.check_duplicates,
    ),
    'identities': Check('Nobody is twice in one image.', ('identity',), people.check_identities),
    'collisions': Check(
        'No trunk or limb runs through that of another person (thin capsules inside the bodies).',
        ('keypoints_3d',),
        people.check_collisions,
    ),
    'frames': Check(
        'All cameras of a frame put a person at the same place in the world within 1 mm, with the same behavior and '
        'identity, and none sees through a person it lacks.',
        ('keypoints_3d', 'camera'),
    ),
    'splits': Check('A scene belongs to one split, and `dataset.json` counts what is there.', of_image=True),
}
"""All checks by name, in the order of the report."""


def run_checks(views: Sequence[View]) -> tuple[list[Finding], dict[str, CheckCount]]:
    """Run every check that works on arrays.

    Args:
        views: The images of one moment, with their layers.

    Returns:
        What was found, and how often each check was made.
    """
    findings: list[Finding] = []
    counts = {name: CheckCount() for name, check in CHECKS.items() if check.run is not None}
    for view in views:
        for name, check in CHECKS.items():
            if check.run is None:
                continue
            found, count = _run(check, view)
            findings += found
            counts[name].add(count)
    counts['frames'] = CheckCount()
    shared = [_with(view, CHECKS['frames'].needs) for view in views]
    for view, complete in zip(shared, views):
        counted = len(view.people) if len(views) > 1 else 0
        counts['frames'].add(CheckCount(counted, len(complete.people) - counted))
    if len(views) > 1:
        found = cameras.check_frame([view for view in shared if view.K is not None])
        findings += found
        counts['frames'].findings += len(found)
    return findings, counts


def _with(view: View, needs: Sequence[str]) -> View:
    chosen = np.ones(len(view.people), dtype=bool)
    for field in needs:
        chosen &= view.having(field)
    return view if chosen.all() else view.select(chosen)


def _run(check: Check, view: View) -> tuple[list[Finding], CheckCount]:
    assert check.run is not None
    missing = any(getattr(view, 'K' if f == 'camera' else f) is None for f in check.needs if f in _IMAGE_FIELDS)
    if check.of_image:
        if missing:
            return [], CheckCount(skipped=1)
        found = check.run(view)
        return found, CheckCount(1, 0, len(found))
    if missing:
        return [], CheckCount(skipped=len(view.people))
    complete = _with(view, check.needs)
    found = check.run(complete) if len(complete.people) else []
    return found, CheckCount(len(complete.people), len(view.people) - len(complete.people), len(found))
