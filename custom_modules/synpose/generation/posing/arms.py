"""Brings a hand to its goal: chooses elbow, forearm and wrist, clear of the desk and of the person's own body."""

from dataclasses import dataclass

import numpy as np

from synpose.generation.bodies.body_model import BodyModel
from synpose.generation.bodies.kinematics import (
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
from synpose.generation.posing.anchors import Anchors
from synpose.generation.posing.contacts import slab
from synpose.generation.posing.flesh import Flesh
from synpose.generation.posing.goals import ArmGoal
from synpose.generation.posing.hands import Hands
from synpose.generation.posing.stance import Stance
from synpose.generation.primitives import Seat

_FOREARM_RADIUS = 0.045
_WRIST_LIMIT = 1.0
_FOREARM_TWIST_LIMIT = 1.7
_REACH = {'wrist': 0.0, 'palm': 0.5, 'fingers': 1.0}
_DESK_MARGIN = 0.04  # hands that lie on the desk keep so far from its edges, m
_STEEP = 0.9  # sine of a forearm's slope that holds up a head
_OVER_EDGE = 0.03  # m: a head whose elbow is on the desk is so far over its edge
_SLANT = 0.1  # m: how much lower a forearm may hold it by slanting
_BACK = 0.03  # m
_EASE = 0.5  # share of the gap to the desk by which a hand is lowered at a time
_ROUNDS = 6  # tries to move a hand out of what it is in
# Turns of the elbow about the line from shoulder to hand that are tried, the wanted one first.
_SWINGS = np.array([0.0, *(sign * angle for angle in np.linspace(0.26, np.pi, 12) for sign in (1, -1))])[:, None]


@dataclass
class _Hand:
    """A hand about to reach: side, rest frame (fingers, palm, hinge as columns), what it is to do, in world axes."""

    side: str
    rest: np.ndarray
    reach: float
    goal: ArmGoal
    palm: np.ndarray
    fingers: np.ndarray | None
    elbow: np.ndarray
    curl: float
    index: float


class ArmPoser:
    """Poses the arms of one body model."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        self._anchors, self._hands, self._flesh = Anchors(model), Hands(model), Flesh(model)
        hand = model.share('wrist', 'finger', 'metacarpal') > 0.5
        arm = hand | (model.share('lowerarm', 'upperarm02') > 0.5)
        self._hand_rows, self._arm_rows = (
            {
                'L': np.flatnonzero(rows & (model.template[:, 0] < 0)),
                'R': np.flatnonzero(rows & (model.template[:, 0] > 0)),
            }
            for rows in (hand, arm)
        )

    def pose(self, rng: np.random.Generator, stance: Stance, goal: ArmGoal, side: str) -> None:
        """Set the rotations of one arm and hand in ``stance.local``.

        Args:
            rng: Source of the variation within the goal's ranges.
            stance: The rest of the pose, finished up to the shoulders.
            goal: Where the hand goes.
            side: ``'L'`` or ``'R'``.

        Raises:
            ValueError: If the goal's anchor is unknown, or on the furniture of someone who stands.
        """
        out = np.array([1.0 if side == 'R' else -1.0, 1.0, 1.0])
        offset = rng.uniform(goal.low, goal.high) * out
        curl = float(rng.uniform(*goal.curl))
        index = curl if goal.index is None else float(rng.uniform(*goal.index))
        pushed = normalized(np.array(goal.elbow) + rng.normal(0, 0.12, 3)) * out
        if goal.anchor == 'shoulder':
            offset *= min(1.0, stance.body.stature / 1.65)

        rotations, positions = self._joints(stance)
        rest, length = self._hands.rest(stance.body, side)
        place, axes = self._anchors.place(stance, rotations, positions, goal.anchor, side)
        target = place + axes @ offset
        if goal.rests and stance.seat is not None:
            low, high = slab(stance.seat)
            margin = np.array([_DESK_MARGIN, _DESK_MARGIN if goal.point == 'fingers' else length])
            target[:2] = np.clip(target[:2], low[:2] + _DESK_MARGIN, high[:2] - margin)
        facing = rotations[self.model.bone['spine01']][:, 1]
        elbow = rotation([0, 0, 1], -float(np.arctan2(facing[0], facing[1]))) @ pushed
        palm = normalized(axes @ (np.array(goal.palm) * out))
        fingers = None if goal.fingers is None else normalized(axes @ (np.array(goal.fingers) * out))
        if goal.point == 'fingers':
            length = self._hands.span(stance.body, side)
        hand = _Hand(side, rest, _REACH[goal.point] * length, goal, palm, fingers, elbow, curl, index)
        self._raise_shoulder(stance, positions, target, side)
        self._reach(stance, hand, target)
        surface = self._flesh.surface(stance, rotations, positions) if goal.clear else None
        for tries in range(_ROUNDS):
            shift = self._off_body(stance, side, surface) if surface is not None else np.zeros(3)
            if goal.rests:  # a hand on the desk is not pushed into it
                shift[2] = max(shift[2], 0.0)
            shift[2] += self._off_desk(stance, hand)
            if np.abs(shift).max() < 2e-3 or (tries == _ROUNDS - 1 and shift[2] < 0 and goal.rests):
                break
            if tries > 1 and abs(shift[2]) > 5e-3 and not goal.rests:  # lifting did not do: draw the hand back
                shift[1] -= _BACK
            target = target + shift
            self._reach(stance, hand, target)

    def over_elbow(self, stance: Stance, goal: ArmGoal, side: str) -> float:
        """Return how far a sitter must still lean forward to hold his head, the elbow on the desk, m.

        The head's place in question (the goal's anchor) comes down to a forearm's height over the desk, and over its
        edge as far as the forearm's slant allows: a child's head is low already.
        """
        seat, bone = stance.seat, self.model.bone
        assert seat is not None
        rotations, positions = self._joints(stance)
        place, _ = self._anchors.place(stance, rotations, positions, goal.anchor, side)
        forearm = positions[bone[f'wrist.{side}']] - positions[bone[f'lowerarm01.{side}']]
        _, palm = self._hands.rest(stance.body, side)
        height = _FOREARM_RADIUS + _STEEP * (float(np.linalg.norm(forearm)) + _REACH[goal.point] * palm)
        high = float(place[2] + goal.low[2]) - seat.desk_height - height
        back = seat.desk_near + _OVER_EDGE - float(place[1])
        return max(high, min(back, high + _SLANT))

    def _joints(self, stance: Stance) -> tuple[np.ndarray, np.ndarray]:
        return self.model.pose(stance.body, stance.local, stance.origin)

    def _skin(self, stance: Stance, rows: np.ndarray) -> np.ndarray:
        return self.model.skin(stance.body, *self._joints(stance), stance.body.vertices[rows], rows)

    def _off_body(self, stance: Stance, side: str, surface: tuple) -> np.ndarray:
        return self._flesh.push(surface, self._skin(stance, self._flesh.arm_rows[side]))

    def _off_desk(self, stance: Stance, hand: _Hand) -> float:
        """Return how far a hand must be lifted (lowered if negative) to leave the desk, or to lie on it, m."""
        if stance.seat is None:
            return 0.0
        low, high = slab(stance.seat)
        arm = self._skin(stance, self._arm_rows[hand.side])
        inside = (arm > low).all(axis=1) & (arm < high).all(axis=1)
        wrist = self._joints(stance)[1][self.model.bone[f'wrist.{hand.side}']]
        if inside.any():
            over = wrist[2] > low[2]
            return float(high[2] - arm[inside, 2].min()) if over else float(low[2] - arm[inside, 2].max()) - 0.002
        if not hand.goal.rests:
            return 0.0
        fingers = self._skin(stance, self._hand_rows[hand.side])
        gap = float(fingers[:, 2].min() - high[2]) - 0.003
        return -_EASE * gap if gap > 0 else -gap  # the wrist turns as it sinks: the fingers sink faster

    def _raise_shoulder(self, stance: Stance, positions: np.ndarray, target: np.ndarray, side: str) -> None:
        """Lift and advance the shoulder with the arm, as shoulder blades do beyond the horizontal."""
        direction = normalized(target - positions[self.model.bone[f'upperarm01.{side}']])
        sign = 1 if side == 'R' else -1
        advance = rotation([0, 0, 1], sign * 0.15 * max(0.0, direction[1]))
        lift = rotation([0, 1, 0], -sign * 0.35 * max(0.0, direction[2] + 0.2))
        stance.local[self.model.bone[f'clavicle.{side}']] = advance @ lift

    def _reach(self, stance: Stance, hand: _Hand, target: np.ndarray) -> None:
        """Set an arm's and its hand's rotations so that the hand is at a target ``(3,)``, m."""
        bone, goal, side, heads = self.model.bone, hand.goal, hand.side, stance.body.heads
        rotations, positions = self._joints(stance)
        upper, lower, wrist = (bone[f'{name}.{side}'] for name in ('upperarm01', 'lowerarm01', 'wrist'))
        shoulder = positions[upper]
        rest_upper, rest_lower = heads[lower] - heads[upper], heads[wrist] - heads[lower]
        lengths = float(np.linalg.norm(rest_upper)), float(np.linalg.norm(rest_lower))

        fingers = normalized(target - shoulder)
        for _ in range(5):  # the hand's direction follows the forearm's, which follows the wrist's place
            place = target - fingers * hand.reach
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
        self._hands.bend(stance.body, stance.local, side, hand.rest, hand.curl, hand.index)

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
        low, high = slab(seat)
        if target[2] > seat.desk_height - 0.05:
            low = low - [0, 0, 0.16]  # an elbow may not hang below a desk its hand is over
        depth = depth_in_box(np.concatenate([forearm, upper_arm], axis=1), low - margin, high + margin).sum(axis=1)
        best = np.argmin(40 * depth + 0.3 * np.abs(_SWINGS[:, 0]))
        return elbows[best], end, poles[best]
