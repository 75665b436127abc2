"""Turns a movement into bone rotations: the pelvis on the seat, the feet on the floor, the hands at their goals."""

from collections.abc import Callable

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.bodies.kinematics import lean, rotation
from synpose.generation.posing.arms import ArmPoser
from synpose.generation.posing.goals import HEAD_ANCHORS, LegGoal
from synpose.generation.posing.legs import LegPoser
from synpose.generation.posing.movements import Movement
from synpose.generation.posing.stance import Pose, Stance
from synpose.generation.primitives import Seat

__all__ = ['Pose', 'Poser']

_SPINE = ('spine05', 'spine04', 'spine03', 'spine02', 'spine01')
_NECK = ('neck01', 'neck02', 'neck03', 'head')
_OTHER = {'L': 'R', 'R': 'L'}
_BUTTOCKS, _SINK = 0.22, 0.012  # m: flesh that carries a sitter, and how far it yields
_BACKWARD = 0.045  # m: how far a pelvis moves back to free the belly from the desk


class Poser:
    """Poses bodies of one model."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        template = model.template
        hips = model.share('pelvis', 'upperleg', 'root', 'spine05') > 0.5
        # The flesh that meets the chair: behind the hips and above mid-thigh.
        self._seat_rows = np.flatnonzero(hips & (template[:, 1] < 0.02) & (template[:, 2] > -0.30))
        self._trunk_rows = np.flatnonzero(model.share('spine', 'root') > 0.5)
        self._head_rows = np.flatnonzero(model.share('head') > 0.9)
        self._foot_rows = np.flatnonzero(model.share('foot', 'toe') > 0.5)
        self._arms, self._legs = ArmPoser(model), LegPoser(model)

    def seated(
        self, rng: np.random.Generator, body: Body, movement: Movement, seat: Seat, main: str | None = None
    ) -> Pose:
        """Pose a body on a chair at a desk.

        Args:
            rng: Source of the variation within the movement's ranges.
            body: The body.
            movement: What it does.
            seat: Measures of chair and desk.
            main: Side of the main hand, ``'L'`` or ``'R'``; drawn by default, four of five being right-handed.
        """
        drawn = 'R' if rng.random() < 0.8 else 'L'
        main = main or drawn
        sign = 1 if main == 'R' else -1
        stance = Stance(body, self._straight(), np.zeros(3), seat, sign * rng.uniform(*movement.turn))
        self._trunk(rng, stance, movement, sign)
        tilt, slide = rng.uniform(-0.12, 0.02), float(rng.uniform(*movement.slide))
        stance.local[self.model.bone['root']] = lean(tilt, stance.turn, 0)
        legs = movement.legs[int(rng.integers(len(movement.legs)))]
        goals = self._legs.draw(rng, legs, main if rng.random() < 0.5 else _OTHER[main])
        self._sit(stance, goals, slide)
        upright = stance.local.copy()
        self._clear_belly(stance, upright)
        if movement.head_down:
            self._lay_head(stance, upright)
            # A belly that the lean has pushed against the desk's edge moves back, and the head follows.
            self._back_off(stance, _BACKWARD)
            self._lay_head(stance, upright)
        if movement.head_propped:
            self._prop_head(stance, upright, movement, main)
            self._back_off(stance, _BACKWARD)
        self._legs.sit(stance, goals, slide)
        return self._finish(rng, stance, movement, main)

    def standing(self, rng: np.random.Generator, body: Body, movement: Movement, main: str | None = None) -> Pose:
        """Pose a body on its feet, the origin on the floor between them.

        Args:
            rng: Source of the variation within the movement's ranges.
            body: The body.
            movement: What it does; its legs are not used.
            main: Side of the main hand, as in :meth:`seated`.
        """
        drawn = 'R' if rng.random() < 0.8 else 'L'
        main = main or drawn
        stance = Stance(body, self._straight(), np.zeros(3), None)
        self._trunk(rng, stance, movement, 1 if main == 'R' else -1)
        for side in (main, _OTHER[main]):
            # The rest pose stands with its legs apart: bring the feet nearer to each other.
            inward = (1 if side == 'R' else -1) * rng.uniform(0.02, 0.09)
            stance.local[self.model.bone[f'upperleg01.{side}']] = rotation([0, 1, 0], inward)
            stance.local[self.model.bone[f'foot.{side}']] = rotation([0, 1, 0], -inward)
        feet = self._skin(stance, self._foot_rows)
        stance.origin = -np.array([feet[:, 0].mean(), feet[:, 1].mean(), feet[:, 2].min()])
        return self._finish(rng, stance, movement, main)

    def _straight(self) -> np.ndarray:
        return np.tile(np.eye(3), (len(self.model.labels), 1, 1))

    def _skin(self, stance: Stance, rows: np.ndarray) -> np.ndarray:
        pose = self.model.pose(stance.body, stance.local, stance.origin)
        return self.model.skin(stance.body, *pose, stance.body.vertices[rows], rows)

    def _finish(self, rng: np.random.Generator, stance: Stance, movement: Movement, main: str) -> Pose:
        goals = [(main, movement.main), (_OTHER[main], movement.other)]
        # A hand that goes to the other one comes second.
        for side, goal in sorted(goals, key=lambda item: item[1].anchor.startswith('other_')):
            self._arms.pose(rng, stance, goal, side)
        return Pose(*self.model.pose(stance.body, stance.local, stance.origin), main)

    def _trunk(self, rng: np.random.Generator, stance: Stance, movement: Movement, sign: int) -> None:
        pitch, yaw, roll = rng.uniform(*movement.pitch), rng.uniform(*movement.yaw), rng.uniform(*movement.roll)
        self._bend(stance.local, _SPINE, pitch, sign * yaw, sign * roll)
        # The head's angles are against the trunk's turn but, so that people look ahead, against half of its lean.
        head = (rng.uniform(*movement.head_pitch), rng.uniform(*movement.head_yaw), rng.uniform(*movement.head_roll))
        self._bend(stance.local, _NECK, head[0] - 0.5 * pitch, sign * head[1], sign * (head[2] - 0.5 * roll))

    def _bend(self, local: np.ndarray, chain: tuple[str, ...], pitch: float, yaw: float, roll: float) -> None:
        for label in chain:
            local[self.model.bone[label]] = lean(pitch / len(chain), yaw / len(chain), roll / len(chain))

    def _sit(self, stance: Stance, goals: dict[str, LegGoal], slide: float) -> None:
        """Place the pelvis: flesh on the seat, back near its rear edge. Thighs and height depend on each other."""
        seat = stance.seat
        assert seat is not None
        stance.origin = np.array([0.0, 0.0, seat.seat_height + 0.1])
        for _ in range(2):
            self._legs.sit(stance, goals, slide)
            flesh = self._skin(stance, self._seat_rows)
            stance.origin[1] += -seat.seat_depth / 2 + 0.03 + slide - flesh[:, 1].min()
            over = flesh[:, 1] < flesh[:, 1].min() + _BUTTOCKS
            stance.origin[2] += seat.seat_height - _SINK - flesh[over, 2].min()

    def _clear_belly(self, stance: Stance, upright: np.ndarray) -> None:
        """Move back, then sit up, until the trunk is behind the desk's edge."""
        self._back_off(stance, _BACKWARD)
        for _ in range(3):
            if self._into_desk(stance) <= 0:
                return
            for label in _SPINE:
                row = self.model.bone[label]
                stance.local[row] = lean(-0.03, 0, 0) @ stance.local[row]
            upright[:] = stance.local

    def _back_off(self, stance: Stance, most: float) -> None:
        stance.origin = stance.origin - np.array([0, np.clip(self._into_desk(stance), 0, most), 0])

    def _into_desk(self, stance: Stance) -> float:
        """Return how far the trunk reaches over the desk's near edge at the height of its top, m (negative: a gap)."""
        seat = stance.seat
        assert seat is not None
        trunk = self._skin(stance, self._trunk_rows)
        level = np.abs(trunk[:, 2] - seat.desk_height + 0.02) < 0.04
        return float(trunk[level, 1].max(initial=-1.0)) - seat.desk_near + 0.012

    def _lay_head(self, stance: Stance, upright: np.ndarray) -> None:
        """Bend the trunk forward until the lowest point of the head rests on the forearms."""
        assert stance.seat is not None
        rest = stance.seat.desk_height + 0.055
        self._bend_until(
            stance, upright, lambda: float(self._skin(stance, self._head_rows)[:, 2].min()) - rest, (0.2, 2.2)
        )

    def _prop_head(self, stance: Stance, upright: np.ndarray, movement: Movement, main: str) -> None:
        """Bend the trunk until an elbow that holds up the head rests on the desk."""
        props = [
            (goal, side)
            for goal, side in ((movement.main, main), (movement.other, _OTHER[main]))
            if goal.anchor in HEAD_ANCHORS
        ]
        goal, side = props[0]
        self._bend_until(stance, upright, lambda: self._arms.over_elbow(stance, goal, side), (-0.1, 0.9), 0.6)

    def _bend_until(
        self,
        stance: Stance,
        upright: np.ndarray,
        above: Callable[[], float],
        limits: tuple[float, float],
        look_up: float = 0.0,
    ) -> None:
        """Bend the trunk forward until a height becomes 0.

        Args:
            stance: The pose, changed.
            upright: Rotations of the bones before the bend ``(B, 3, 3)``.
            above: Returns the height of the current pose, m; it falls as the trunk bends.
            limits: Least and largest bend, rad.
            look_up: Share of the bend that the neck takes back.
        """
        bone = self.model.bone
        low, high = limits
        for _ in range(12):
            middle = (low + high) / 2
            for chain, angle in ((_SPINE, middle), (_NECK, -look_up * middle)):
                for label in chain:
                    stance.local[bone[label]] = lean(angle / len(chain), 0, 0) @ upright[bone[label]]
            low, high = (middle, high) if above() > 0 else (low, middle)
