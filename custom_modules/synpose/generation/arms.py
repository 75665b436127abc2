"""Brings a hand to its goal: chooses elbow, forearm and wrist, clear of the desk."""

from dataclasses import dataclass

import numpy as np

from synpose.generation.bodies import Body, BodyModel
from synpose.generation.kinematics import (
    aligning,
    depth_in_box,
    frame,
    limited,
    normalized,
    rotation,
    twist_angle,
    two_bone_ik,
    within_reach,
)
from synpose.generation.movements import ArmGoal
from synpose.generation.primitives import Seat

_FOREARM_RADIUS = 0.035
_WRIST_LIMIT = 1.0
_FOREARM_TWIST_LIMIT = 1.7
# Turns of the elbow about the line from shoulder to hand that are tried, the wanted one first.
_SWINGS = np.array([0.0, *(sign * angle for angle in np.linspace(0.26, np.pi, 12) for sign in (1, -1))])[:, None]


@dataclass
class Stance:
    """A pose in the making.

    Attributes:
        body: The body.
        local: Rotation of every bone in the rest pose's axes ``(B, 3, 3)``; changed in place.
        origin: Place of the pelvis ``(3,)``, m.
        seat: Chair and desk, or ``None`` for someone standing.
    """

    body: Body
    local: np.ndarray
    origin: np.ndarray
    seat: Seat | None


@dataclass
class _Hand:
    """A hand about to reach: side, rest frame (fingers, palm, hinge as columns), length (m) and what it is to do."""

    side: str
    rest: np.ndarray
    length: float
    goal: ArmGoal
    palm: np.ndarray
    fingers: np.ndarray | None
    elbow: np.ndarray
    curl: float


class ArmPoser:
    """Poses the arms of one body model."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        template = model.template
        head = np.flatnonzero(model.share('head') > 0.9)
        self._nose = head[np.argmax(template[head, 1])]
        self._ears = {'L': head[np.argmin(template[head, 0])], 'R': head[np.argmax(template[head, 0])]}
        self._chin = model.chin_vertex()
        hand = model.share('wrist', 'finger', 'metacarpal') > 0.5
        self._hand_rows = {
            'L': np.flatnonzero(hand & (template[:, 0] < 0)),
            'R': np.flatnonzero(hand & (template[:, 0] > 0)),
        }
        self._fingers = {
            side: [tuple(model.bone[f'finger{n}-{k}.{side}'] for k in (1, 2, 3)) for n in (2, 3, 4, 5)] for side in 'LR'
        }

    def pose(self, rng: np.random.Generator, stance: Stance, goal: ArmGoal, side: str) -> None:
        """Set the rotations of one arm and hand in ``stance.local``.

        Args:
            rng: Source of the variation within the goal's ranges.
            stance: The rest of the pose, finished up to the shoulders.
            goal: Where the hand goes.
            side: ``'L'`` or ``'R'``.

        Raises:
            ValueError: If the goal's anchor is unknown, or is the desk of someone who stands.
        """
        out = np.array([1.0 if side == 'R' else -1.0, 1.0, 1.0])
        offset = rng.uniform(goal.low, goal.high) * out
        curl = float(rng.uniform(*goal.curl))
        elbow = normalized(np.array(goal.elbow) + rng.normal(0, 0.12, 3)) * out
        if goal.anchor == 'shoulder':
            offset *= min(1.0, stance.body.stature / 1.65)

        rotations, positions = self._joints(stance)
        place, axes = self._anchor(stance, rotations, positions, goal.anchor, side)
        target = place + axes @ offset
        palm = normalized(axes @ (np.array(goal.palm) * out))
        fingers = None if goal.fingers is None else axes @ (np.array(goal.fingers) * out)
        hand = _Hand(side, *self._hand_frame(stance.body, side), goal, palm, fingers, elbow, curl)
        self._raise_shoulder(stance, positions, target, side)
        self._reach(stance, hand, target)
        if goal.anchor != 'desk':
            return
        for _ in range(2):
            lift = self._lift(stance, side)
            if lift > 0 or goal.rests:
                target = target + np.array([0, 0, lift])
                self._reach(stance, hand, target)

    def _joints(self, stance: Stance) -> tuple[np.ndarray, np.ndarray]:
        return self.model.pose(stance.body, stance.local, stance.origin)

    def _lift(self, stance: Stance, side: str) -> float:
        """Return how far a hand must be lifted (lowered if negative) to lie on the desk, m."""
        assert stance.seat is not None
        rows = self._hand_rows[side]
        hand = self.model.skin(stance.body, *self._joints(stance), stance.body.vertices[rows], rows)
        return stance.seat.desk_height + 0.003 - float(hand[:, 2].min())

    def _anchor(
        self, stance: Stance, rotations: np.ndarray, positions: np.ndarray, name: str, side: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return an anchor's place ``(3,)`` and its axes ``(3, 3)``."""
        bone, body, level = self.model.bone, stance.body, np.eye(3)
        if name == 'desk':
            if stance.seat is None:
                raise ValueError("a standing movement has no 'desk' to reach for")
            return np.array([0.0, stance.seat.desk_near, stance.seat.desk_height]), level
        if name == 'lap':
            return (positions[bone[f'upperleg01.{side}']] + positions[bone[f'lowerleg01.{side}']]) / 2, level
        if name in ('side', 'shoulder'):
            return positions[bone[f'{"upperleg01" if name == "side" else "upperarm01"}.{side}']], level
        if name == 'chest':
            return positions[bone['spine01']], rotations[bone['spine01']]
        nose, chin = body.vertices[self._nose], body.vertices[self._chin]
        face = {'chin': chin, 'mouth': 0.45 * nose + 0.55 * chin, 'ear': body.vertices[self._ears[side]]}
        if name not in face:
            raise ValueError(f'unknown anchor {name!r} of an arm goal')
        head = bone['head']
        return positions[head] + rotations[head] @ (face[name] - body.heads[head]), rotations[head]

    def _raise_shoulder(self, stance: Stance, positions: np.ndarray, target: np.ndarray, side: str) -> None:
        """Lift and advance the shoulder with the arm, as shoulder blades do beyond the horizontal."""
        direction = normalized(target - positions[self.model.bone[f'upperarm01.{side}']])
        sign = 1 if side == 'R' else -1
        advance = rotation([0, 0, 1], sign * 0.15 * max(0.0, direction[1]))
        lift = rotation([0, 1, 0], -sign * 0.35 * max(0.0, direction[2] + 0.2))
        stance.local[self.model.bone[f'clavicle.{side}']] = advance @ lift

    def _hand_frame(self, body: Body, side: str) -> tuple[np.ndarray, float]:
        """Return the rest pose's (fingers, palm, hinge) axes as columns ``(3, 3)`` and the palm's length, m."""
        bone, heads = self.model.bone, body.heads
        wrist, knuckle = heads[bone[f'wrist.{side}']], heads[bone[f'finger3-1.{side}']]
        fingers = knuckle - wrist
        across = heads[bone[f'finger2-1.{side}']] - heads[bone[f'finger5-1.{side}']]
        # Relaxed fingers curl toward the palm, which tells its two faces apart.
        curled = heads[bone[f'finger3-3.{side}']] - knuckle
        palm = np.cross(fingers, across)
        palm = palm if palm @ curled > 0 else -palm
        return frame(fingers, palm), float(np.linalg.norm(fingers))

    def _reach(self, stance: Stance, hand: _Hand, target: np.ndarray) -> None:
        """Set an arm's and its hand's rotations so that the hand is at a target ``(3,)``, m."""
        bone, goal, side, heads = self.model.bone, hand.goal, hand.side, stance.body.heads
        rotations, positions = self._joints(stance)
        upper, lower, wrist = (bone[f'{name}.{side}'] for name in ('upperarm01', 'lowerarm01', 'wrist'))
        shoulder = positions[upper]
        rest_upper, rest_lower = heads[lower] - heads[upper], heads[wrist] - heads[lower]
        lengths = float(np.linalg.norm(rest_upper)), float(np.linalg.norm(rest_lower))
        reach = {'wrist': 0.0, 'palm': 0.5}[goal.point] * hand.length

        fingers = normalized(target - shoulder)
        for _ in range(3):  # the hand's direction follows the forearm's, which follows the wrist's place
            place = target - fingers * reach
            if goal.anchor == 'desk':
                place = within_reach(place, shoulder, 0.97 * sum(lengths))
            elbow, end, pole = self._best_elbow(shoulder, place, lengths, hand.elbow, stance.seat)
            along, flat = (normalized(end - elbow), goal.flat) if hand.fingers is None else (hand.fingers, 1.0)
            fingers = normalized(along - flat * hand.palm * (along @ hand.palm))

        hinge, rest_hinge = np.cross(pole, normalized(end - shoulder)), np.cross(rest_upper, rest_lower)
        arm, forearm = normalized(elbow - shoulder), normalized(end - elbow)
        turned_upper = frame(arm, hinge) @ frame(rest_upper, rest_hinge).T
        turned_lower = frame(forearm, hinge) @ frame(rest_lower, rest_hinge).T
        turned_hand = frame(fingers, hand.palm) @ hand.rest.T

        # Twists are shared out along the bones, as muscles and the forearm's two bones do.
        parent = rotations[bone[f'shoulder01.{side}']]
        swung = aligning(parent @ rest_upper, arm) @ parent
        twist = twist_angle(turned_upper @ swung.T, arm)
        relative = turned_hand @ turned_lower.T
        hand_twist = twist_angle(relative, forearm)
        bent = limited(relative @ rotation(forearm, -hand_twist), _WRIST_LIMIT)
        hand_twist = float(np.clip(hand_twist, -_FOREARM_TWIST_LIMIT, _FOREARM_TWIST_LIMIT))
        chain = {
            'upperarm01': rotation(arm, twist / 2) @ swung,
            'upperarm02': turned_upper,
            'lowerarm01': rotation(forearm, 0.25 * hand_twist) @ turned_lower,
            'lowerarm02': rotation(forearm, 0.7 * hand_twist) @ turned_lower,
            'wrist': bent @ rotation(forearm, hand_twist) @ turned_lower,
        }
        for name, turned in chain.items():
            stance.local[bone[f'{name}.{side}']] = parent.T @ turned
            parent = turned
        self._curl(stance, hand)

    def _curl(self, stance: Stance, hand: _Hand) -> None:
        bend = rotation(hand.rest[:, 2], hand.curl)
        for first, second, third in self._fingers[hand.side]:
            # The rest pose spreads the fingers; a relaxed hand holds them nearly side by side.
            pointing = hand.rest.T @ (stance.body.heads[second] - stance.body.heads[first])
            spread = float(np.arctan2(pointing[2], pointing[0]))
            stance.local[first] = rotation(hand.rest[:, 1], 0.75 * spread) @ bend
            stance.local[second] = stance.local[third] = bend

    def _best_elbow(
        self,
        shoulder: np.ndarray,
        target: np.ndarray,
        lengths: tuple[float, float],
        hint: np.ndarray,
        seat: Seat | None,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Swing the elbow about the line to the hand until the arm clears the desk, near the wanted direction.

        Returns:
            Elbow ``(3,)``, wrist ``(3,)`` (m) and the direction ``(3,)`` in which the elbow stands out.
        """
        line = normalized(target - shoulder)
        wanted = normalized(hint - line * (hint @ line))
        poles = np.cos(_SWINGS) * wanted + np.sin(_SWINGS) * np.cross(line, wanted)
        elbows, end = two_bone_ik(shoulder, target, *lengths, poles)
        if seat is None:
            return elbows[0], end, poles[0]
        elbow = elbows[:, None]
        forearm = elbow + np.linspace(0, 0.9, 8)[:, None] * (end - elbow)
        upper_arm = shoulder + np.linspace(0.5, 1, 4)[:, None] * (elbow - shoulder)
        margin = np.array([_FOREARM_RADIUS, _FOREARM_RADIUS, 0.8 * _FOREARM_RADIUS])
        low = np.array([-seat.desk_width / 2, seat.desk_near, seat.desk_height - 0.2]) - margin
        high = np.array([seat.desk_width / 2, seat.desk_near + seat.desk_depth, seat.desk_height]) + margin
        depth = depth_in_box(np.concatenate([forearm, upper_arm], axis=1), low, high).sum(axis=1)
        best = np.argmin(40 * depth + 0.3 * np.abs(_SWINGS[:, 0]))
        return elbows[best], end, poles[best]
