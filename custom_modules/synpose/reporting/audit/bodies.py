"""Checks of one body in space: lengths, proportions, left and right. Joints a file lacks are NaN and pass unseen."""

from itertools import pairwise

import numpy as np

from synpose.reporting.audit.view import Finding, View
from synpose.skeletons import FINGERS

LIMBS = (
    ('clavicle', 'shoulder'),
    ('shoulder', 'elbow'),
    ('elbow', 'wrist'),
    ('wrist', 'palm'),
    ('hip', 'knee'),
    ('knee', 'ankle'),
    ('ankle', 'toe'),
)
SIDE_TOLERANCE = 0.2  # of the longer limb; landmarks on the skin (knees, toes) move a little as joints bend

# Lengths between joint centers as shares of stature, after Drillis & Contini (1966) as printed in Winter, Biomechanics
# and Motor Control of Human Movement; hips and toes by our own estimate, as they give breadths and whole feet.
SEGMENTS: dict[tuple[str, str], float] = {
    **{(f'{side}_shoulder', f'{side}_elbow'): 0.186 for side in ('left', 'right')},
    **{(f'{side}_elbow', f'{side}_wrist'): 0.146 for side in ('left', 'right')},
    **{(f'{side}_hip', f'{side}_knee'): 0.245 for side in ('left', 'right')},
    **{(f'{side}_knee', f'{side}_ankle'): 0.246 for side in ('left', 'right')},
    **{(f'{side}_ankle', f'{side}_toe'): 0.11 for side in ('left', 'right')},
    ('left_shoulder', 'right_shoulder'): 0.22,
    ('left_hip', 'right_hip'): 0.11,
    ('neck', 'pelvis'): 0.288,
    ('head_top', 'neck'): 0.182,
}
SHARE_RANGE = (0.6, 1.5)  # of the expected length; reaching arms bring the shoulders nearer, bends the trunk's ends
FINGER_RANGE = (0.004, 0.09)  # m
STATURE_RANGE = (0.8, 2.3)  # m: a small child to the tallest percentile
HEIGHT_SHARE = 0.961  # of stature in head, trunk, thigh and shank; the rest is below the ankle
MAX_SIDE_TURN = np.deg2rad(120)  # of a line between sides against its body; a swap makes it 180, a turned trunk 90
MAX_TRUNK_TWIST = np.deg2rad(85)  # hips against shoulders; the spine turns about 50 deg, reaching shoulders add to it
MAX_HEAD_TURN = np.deg2rad(110)  # ears against shoulders


def _length(view: View, first: str, second: str) -> np.ndarray:
    return np.linalg.norm(view.joint(first) - view.joint(second), axis=1)


def check_limbs(view: View) -> list[Finding]:
    """The bones of the left and of the right side must be equally long, within a fifth of the longer one."""
    findings = []
    for first, second in LIMBS:
        left, right = (_length(view, f'{side}_{first}', f'{side}_{second}') for side in ('left', 'right'))
        for i in np.flatnonzero(np.abs(left - right) > SIDE_TOLERANCE * np.maximum(left, right)):
            value = [round(float(left[i]), 4), round(float(right[i]), 4)]
            message = 'm on the left and on the right'
            findings.append(view.finding('limbs', f'keypoints_3d[{first}-{second}]', value, message, int(i)))
    return findings


def stature(view: View) -> np.ndarray:
    """Return each person's height ``(N,)`` m: the stated one, else head, trunk and longer leg as laid end to end."""
    chain = ('head_top', 'neck', 'chest', 'spine', 'pelvis')
    height = np.sum([_length(view, a, b) for a, b in pairwise(chain)], axis=0)
    legs = [
        _length(view, f'{side}_hip', f'{side}_knee') + _length(view, f'{side}_knee', f'{side}_ankle')
        for side in ('left', 'right')
    ]
    measured = (height + np.maximum(*legs)) / HEIGHT_SHARE
    stated = [(person.get('attributes') or {}).get('stature') for person in view.people]
    return np.array([m if s is None else float(s) for s, m in zip(stated, measured)]).reshape(len(view.people))


def check_proportions(view: View) -> list[Finding]:
    """Bones must be as long as a person of that stature may have them."""
    height = stature(view)
    findings = []
    for i in np.flatnonzero((height < STATURE_RANGE[0]) | (height > STATURE_RANGE[1])):
        message = f'm tall, not from {STATURE_RANGE[0]} to {STATURE_RANGE[1]}'
        findings.append(view.finding('proportions', 'keypoints_3d', height[i], message, int(i)))
    for (first, second), share in SEGMENTS.items():
        length = _length(view, first, second)
        relative = length / (share * height)
        for i in np.flatnonzero((relative < SHARE_RANGE[0]) | (relative > SHARE_RANGE[1])):
            message = f'm long, but about {share * height[i]:.2f} at a stature of {height[i]:.2f} m'
            findings.append(view.finding('proportions', f'keypoints_3d[{first}-{second}]', length[i], message, int(i)))
    for side in ('left', 'right'):
        for finger in FINGERS:
            for first, second in (('1', '2'), ('2', 'tip')):
                ends = f'{side}_{finger}_{first}', f'{side}_{finger}_{second}'
                length = _length(view, *ends)
                for i in np.flatnonzero((length < FINGER_RANGE[0]) | (length > FINGER_RANGE[1])):
                    message = f'm long, not from {FINGER_RANGE[0]} to {FINGER_RANGE[1]}'
                    field = f'keypoints_3d[{ends[0]}-{ends[1]}]'
                    findings.append(view.finding('proportions', field, length[i], message, int(i)))
    return findings


def _unit(vectors: np.ndarray) -> np.ndarray:
    with np.errstate(divide='ignore', invalid='ignore'):
        return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _across(vectors: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Remove the part of ``(N, 3)`` vectors along a unit axis ``(N, 3)``."""
    return vectors - (vectors * axis).sum(-1, keepdims=True) * axis


def _middle(view: View, name: str) -> np.ndarray:
    return (view.joint(f'left_{name}') + view.joint(f'right_{name}')) / 2


def facing(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Return where each trunk points up and ahead, unit vectors ``(N, 3)`` each, camera frame.

    Up is from the pelvis to the neck. Ahead is the sum of what head (ears to nose), thighs and feet say, without their
    parts along the trunk: a head may be turned and a thigh hang down, but not all of them point backwards.
    """
    up = _unit(view.joint('neck') - view.joint('pelvis'))
    cues = np.stack(
        [
            _unit(view.joint('nose') - _middle(view, 'ear')),
            _unit(_middle(view, 'knee') - _middle(view, 'hip')),
            _unit(_middle(view, 'toe') - _middle(view, 'ankle')),
        ]
    )
    cues = np.where(np.isnan(cues).any(-1, keepdims=True), 0, cues)
    return up, _unit(_across(cues.sum(0), up))


def check_sides(view: View) -> list[Finding]:
    """Seen along the body's own facing, the left of each pair must be on the left: shoulders, hips, ears."""
    up, ahead = facing(view)
    left = np.cross(up, ahead)
    ears = _middle(view, 'ear')
    head_left = np.cross(_unit(view.joint('head_top') - ears), _unit(view.joint('nose') - ears))
    findings = []
    for pair, direction in (('shoulder', left), ('hip', left), ('ear', head_left)):
        line = view.joint(f'left_{pair}') - view.joint(f'right_{pair}')
        angle = np.arccos(np.clip((_unit(line) * _unit(direction)).sum(-1), -1, 1))
        for i in np.flatnonzero(angle > MAX_SIDE_TURN):
            message = f'deg from the left of the body points the line from the right {pair} to the left one'
            value = np.rad2deg(angle[i])
            findings.append(view.finding('sides', f'keypoints_3d[left_{pair}]', value, message, int(i)))
    return findings


def _turn(first: np.ndarray, second: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Return the angle between two lines seen along an axis, ``(N,)`` rad."""
    return np.arccos(np.clip((_unit(_across(first, axis)) * _unit(_across(second, axis))).sum(-1), -1, 1))


def check_twist(view: View) -> list[Finding]:
    """Shoulders may turn against the hips, and the head against the shoulders, no further than a spine can."""
    up = _unit(view.joint('neck') - view.joint('pelvis'))
    lines = {name: view.joint(f'left_{name}') - view.joint(f'right_{name}') for name in ('shoulder', 'hip', 'ear')}
    findings = []
    for pair, limit in ((('shoulder', 'hip'), MAX_TRUNK_TWIST), (('ear', 'shoulder'), MAX_HEAD_TURN)):
        angle = _turn(lines[pair[0]], lines[pair[1]], up)
        for i in np.flatnonzero(angle > limit):
            message = f'deg between the line of the {pair[0]}s and that of the {pair[1]}s'
            value = np.rad2deg(angle[i])
            findings.append(view.finding('twist', f'keypoints_3d[{pair[0]}s, {pair[1]}s]', value, message, int(i)))
    return findings
