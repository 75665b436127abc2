"""Turns joint angles into a posed body on the ground: :mod:`~synpose.generation.posing.free_actions` made flesh."""

from collections.abc import Mapping

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.bodies.kinematics import aligning, frame, lean, normalized, rotation, twist_angle, two_bone_ik
from synpose.generation.posing.capsules import BodyCapsules
from synpose.generation.posing.free_actions import LIMITS, FreeAction, draw_angles
from synpose.generation.posing.hands import Hands
from synpose.generation.posing.settling import center_of_mass, resting_rotation
from synpose.generation.posing.stance import Pose

_SPINE = ('spine05', 'spine04', 'spine03', 'spine02', 'spine01')
_NECK = ('neck01', 'neck02', 'neck03', 'head')
_X, _Y, _Z = np.eye(3)
_ANKLE = np.deg2rad(LIMITS['main_leg.ankle'])
_TOUCH = 0.02  # m that flesh gives way where limbs touch
_TRIES = 20


class FreePoser:
    """Poses bodies of one model in whole-body actions.

    Args:
        model: The body model.
        variation: Standard deviation of what is added to the angles of trunk, head and limbs, rad.
    """

    def __init__(self, model: BodyModel, variation: float = 0.12) -> None:
        self.model, self.variation = model, variation
        self._hands = Hands(model)
        self._capsules = BodyCapsules(model)

    def pose(self, rng: np.random.Generator, body: Body, action: FreeAction) -> Pose:
        """Pose a body in an action: the lowest point on z = 0 (or the lift above it), the pelvis over the origin.

        Angles whose limbs would run into the body are drawn again, up to 20 times; then the least bad pose is kept.

        Args:
            rng: Source of randomness.
            body: The body.
            action: What it does.
        """
        main = 'R' if rng.random() < 0.5 else 'L'
        best, least = np.empty(0), np.inf
        for _ in range(_TRIES):
            local = self._local(body, draw_angles(rng, action, self.variation), main, level=action.ground == 'feet')
            overlap = self._capsules.overlap(body, self.model.pose(body, local)[1])
            if overlap < least:
                best, least = local, overlap
            if overlap <= _TOUCH:
                break
        if action.ground == 'feet':
            self._plant(body, best)
        lift = float(rng.uniform(*action.lift))
        rotations, positions = self._on_ground(body, best, action.ground == 'settle', lift)
        return Pose(rotations, positions, main)

    def _local(self, body: Body, angles: Mapping[str, float], main: str, level: bool) -> np.ndarray:
        """Return every bone's rotation ``(B, 3, 3)`` for angles by name; ``level`` keeps the soles level."""
        bone = self.model.bone
        sign = 1 if main == 'R' else -1
        local = np.tile(np.eye(3), (len(self.model.labels), 1, 1))
        whole = lean(angles['body.pitch'], 0, sign * angles['body.roll'])
        local[bone['root']] = whole @ lean(angles['pelvis.pitch'], 0, sign * angles['pelvis.roll'])
        bend, turn, side = (angles[f'trunk.{name}'] for name in ('bend', 'turn', 'side'))
        for label in _SPINE:
            local[bone[label]] = lean(bend / len(_SPINE), sign * turn / len(_SPINE), sign * side / len(_SPINE))
        nod, turn, tilt = (angles[f'head.{name}'] for name in ('nod', 'turn', 'tilt'))
        for label in _NECK:
            local[bone[label]] = lean(nod / len(_NECK), sign * turn / len(_NECK), sign * tilt / len(_NECK))
        for half, side_name in (('main', main), ('other', 'L' if main == 'R' else 'R')):
            limbs = {part: _limb(angles, f'{half}_{part}') for part in ('leg', 'arm')}
            self._leg(body, local, whole, limbs['leg'], side_name, level)
            self._arm(body, local, limbs['arm'], side_name)
        return local

    def _leg(
        self, body: Body, local: np.ndarray, whole: np.ndarray, angles: dict[str, float], side: str, level: bool
    ) -> None:
        sign = 1 if side == 'R' else -1
        swung = rotation(_X, angles['flex'])
        thigh = np.cos(angles['out']) * (swung @ -_Z) + sign * np.sin(angles['out']) * _X
        # A bent knee takes the foot backward; turning the thigh outward swings it inward.
        back = rotation(thigh, sign * angles['turn']) @ swung @ -_Y
        shin = np.cos(angles['knee']) * thigh + np.sin(angles['knee']) * back
        self._set_leg(body, local, whole @ thigh, whole @ shin, whole @ np.cross(back, thigh), side)
        self._set_foot(local, side, None if level else angles['ankle'])

    def _set_leg(
        self, body: Body, local: np.ndarray, thigh: np.ndarray, shin: np.ndarray, across: np.ndarray, side: str
    ) -> None:
        """Point thigh and shin, the knee's axis being ``across`` (to the right), all ``(3,)`` in the world."""
        hip, knee, ankle = (self.model.bone[f'{name}.{side}'] for name in ('upperleg01', 'lowerleg01', 'foot'))
        heads = body.heads
        upper = frame(thigh, across) @ frame(heads[knee] - heads[hip], _X).T
        lower = frame(shin, across) @ frame(heads[ankle] - heads[knee], _X).T
        local[hip] = local[self.model.bone['root']].T @ upper
        local[knee] = upper.T @ lower

    def _set_foot(self, local: np.ndarray, side: str, angle: float | None) -> None:
        """Bend an ankle, rad; None makes the sole level, as far as an ankle bends."""
        bone = self.model.bone
        if angle is None:
            shin = local[bone['root']] @ local[bone[f'upperleg01.{side}']] @ local[bone[f'lowerleg01.{side}']]
            angle = float(np.clip(-np.arcsin(np.clip((shin @ _Y)[2], -1, 1)), *_ANKLE))
        local[bone[f'foot.{side}']] = rotation(_X, angle)

    def _arm(self, body: Body, local: np.ndarray, angles: dict[str, float], side: str) -> None:
        bone, heads = self.model.bone, body.heads
        sign = 1 if side == 'R' else -1
        plane = sign * np.cos(angles['plane']) * _X + np.sin(angles['plane']) * _Y
        raised = rotation(np.cross(-_Z, plane), angles['raise'])
        arm = raised @ -_Z
        ahead = rotation(arm, sign * angles['turn']) @ raised @ _Y  # where a bent elbow takes the hand
        ahead = normalized(ahead - arm * (ahead @ arm)) if abs(ahead @ arm) < 0.999 else raised @ plane
        # The shoulder blade goes along: up beyond the horizontal, forward with the arm.
        clavicle = rotation(_Z, sign * 0.15 * max(0.0, arm[1])) @ rotation(_Y, -sign * 0.35 * max(0.0, arm[2] + 0.2))
        local[bone[f'clavicle.{side}']] = clavicle
        rotations = self.model.pose(body, local)[0]
        chest, parent = rotations[bone['spine01']], rotations[bone[f'shoulder01.{side}']]
        upper, lower, wrist = (bone[f'{name}.{side}'] for name in ('upperarm01', 'lowerarm01', 'wrist'))
        rest_upper, rest_lower = heads[lower] - heads[upper], heads[wrist] - heads[lower]
        forearm = np.cos(angles['elbow']) * arm + np.sin(angles['elbow']) * ahead
        arm, forearm, hinge = chest @ arm, chest @ forearm, chest @ np.cross(arm, ahead)
        rest_hinge = np.cross(rest_upper, rest_lower)
        turned_upper = frame(arm, hinge) @ frame(rest_upper, rest_hinge).T
        turned_lower = frame(forearm, hinge) @ frame(rest_lower, rest_hinge).T
        swung = aligning(parent @ rest_upper, arm) @ parent
        rest_hand = self._hands.rest(body, side)[0]
        chain = {
            'upperarm01': rotation(arm, twist_angle(turned_upper @ swung.T, arm) / 2) @ swung,
            'upperarm02': turned_upper,
            'lowerarm01': rotation(forearm, sign * 0.25 * angles['forearm']) @ turned_lower,
            'lowerarm02': rotation(forearm, sign * 0.7 * angles['forearm']) @ turned_lower,
        }
        turned = rotation(forearm, sign * angles['forearm']) @ turned_lower
        chain['wrist'] = turned @ rotation(rest_hand[:, 2], angles['wrist'])
        for name, rotated in chain.items():
            local[bone[f'{name}.{side}']] = parent.T @ rotated
            parent = rotated
        self._hands.bend(body, local, side, rest_hand, angles['fingers'], angles['fingers'])

    def _plant(self, body: Body, local: np.ndarray) -> None:
        """Bring both ankles to the same height by bending the legs, and the soles level."""
        bone = self.model.bone
        rotations, positions = self.model.pose(body, local)
        legs = {s: positions[[bone[f'{name}.{s}'] for name in ('upperleg01', 'lowerleg01', 'foot')]] for s in 'LR'}
        lengths = {s: np.linalg.norm(np.diff(leg, axis=0), axis=1) for s, leg in legs.items()}
        ground = np.mean([leg[2, 2] for leg in legs.values()])
        for s, (hip, _, ankle) in legs.items():  # not lower than a straight leg reaches
            reach = 0.995 * lengths[s].sum()
            ground = max(ground, hip[2] - np.sqrt(max(reach**2 - np.sum((ankle - hip)[:2] ** 2), 0.0)))
        for s, (hip, knee, ankle) in legs.items():
            across = rotations[bone[f'upperleg01.{s}']] @ _X
            pole = np.cross(ankle - hip, -across)
            pole = pole if pole @ (knee - (hip + ankle) / 2) > 0 else -pole
            knee, ankle = two_bone_ik(
                hip, np.array([*ankle[:2], ground]), float(lengths[s][0]), float(lengths[s][1]), pole
            )
            self._set_leg(body, local, normalized(knee - hip), normalized(ankle - knee), across, s)
            self._set_foot(local, s, None)

    def _on_ground(self, body: Body, local: np.ndarray, settle: bool, lift: float) -> tuple[np.ndarray, np.ndarray]:
        """Return rotations ``(B, 3, 3)`` and joints ``(B, 3)`` with the lowest point of the skin ``lift`` m up."""
        rotations, positions = self.model.pose(body, local)
        skin = self.model.skin(body, rotations, positions, body.vertices)
        if settle:
            turn = resting_rotation(skin, center_of_mass(self.model, positions))
            rotations, positions, skin = turn @ rotations, positions @ turn.T, skin @ turn.T
        pelvis = positions[self.model.bone['root']]
        return rotations, positions - np.array([pelvis[0], pelvis[1], skin[:, 2].min() - lift])


def _limb(angles: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {name.removeprefix(f'{prefix}.'): angle for name, angle in angles.items() if name.startswith(f'{prefix}.')}
