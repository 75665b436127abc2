"""Turns a movement into bone rotations: the pelvis on the seat, the feet on the floor, the hands at their goals."""

from dataclasses import dataclass

import numpy as np

from synpose.generation.arms import ArmPoser, Stance
from synpose.generation.bodies import Body, BodyModel
from synpose.generation.kinematics import frame, lean, rotation
from synpose.generation.movements import Movement
from synpose.generation.primitives import Seat

_SPINE = ('spine05', 'spine04', 'spine03', 'spine02', 'spine01')
_NECK = ('neck01', 'neck02', 'neck03', 'head')


@dataclass
class Pose:
    """A posed skeleton.

    Attributes:
        rotations: Global rotation of every bone ``(B, 3, 3)``, relative to its rest pose.
        positions: Joint of every bone ``(B, 3)``, m, in the person's frame.
        main: Side of the main hand, ``'L'`` or ``'R'``.
    """

    rotations: np.ndarray
    positions: np.ndarray
    main: str


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
        self._arms = ArmPoser(model)

    def seated(self, rng: np.random.Generator, body: Body, movement: Movement, seat: Seat) -> Pose:
        """Pose a body on a chair at a desk.

        Args:
            rng: Source of the variation within the movement's ranges.
            body: The body.
            movement: What it does.
            seat: Measures of chair and desk.
        """
        main = 'R' if rng.random() < 0.8 else 'L'
        local = np.tile(np.eye(3), (len(self.model.labels), 1, 1))
        self._trunk(rng, local, movement, main)
        self._sit(rng, body, local, seat)
        origin = self._on_seat(rng, body, local, movement, seat)
        self._legs(rng, body, local, origin, seat)
        if movement.head_down:
            upright = local.copy()
            self._lay_head(body, local, upright, origin, seat)
            # A belly that the lean has pushed against the desk's edge moves back, and the head follows.
            origin = origin - np.array([0, np.clip(self._into_desk(body, local, origin, seat), 0, 0.045), 0])
            self._lay_head(body, local, upright, origin, seat)
        return self._finish(rng, Stance(body, local, origin, seat), movement, main)

    def standing(self, rng: np.random.Generator, body: Body, movement: Movement) -> Pose:
        """Pose a body on its feet, the origin on the floor between them."""
        main = 'R' if rng.random() < 0.8 else 'L'
        local = np.tile(np.eye(3), (len(self.model.labels), 1, 1))
        self._trunk(rng, local, movement, main)
        for side, sign in (('L', -1), ('R', 1)):
            # The rest pose stands with its legs apart: bring the feet nearer to each other.
            inward = sign * rng.uniform(0.02, 0.09)
            local[self.model.bone[f'upperleg01.{side}']] = rotation([0, 1, 0], inward)
            local[self.model.bone[f'foot.{side}']] = rotation([0, 1, 0], -inward)
        rotations, positions = self.model.pose(body, local)
        rows = self._foot_rows
        feet = self.model.skin(body, rotations, positions, body.vertices[rows], rows)
        origin = -np.array([feet[:, 0].mean(), feet[:, 1].mean(), feet[:, 2].min()])
        return self._finish(rng, Stance(body, local, origin, None), movement, main)

    def _finish(self, rng: np.random.Generator, stance: Stance, movement: Movement, main: str) -> Pose:
        for side, goal in ((main, movement.main), ('L' if main == 'R' else 'R', movement.other)):
            self._arms.pose(rng, stance, goal, side)
        return Pose(*self.model.pose(stance.body, stance.local, stance.origin), main)

    def _trunk(self, rng: np.random.Generator, local: np.ndarray, movement: Movement, main: str) -> None:
        sign = 1 if main == 'R' else -1
        pitch, yaw, roll = rng.uniform(*movement.pitch), rng.uniform(*movement.yaw), rng.uniform(*movement.roll)
        self._bend(local, _SPINE, pitch, sign * yaw, sign * roll)
        # The head's angles are against the trunk's turn but, so that people look ahead, against half of its lean.
        head = (rng.uniform(*movement.head_pitch), rng.uniform(*movement.head_yaw), rng.uniform(*movement.head_roll))
        self._bend(local, _NECK, head[0] - 0.5 * pitch, sign * head[1], sign * (head[2] - 0.5 * roll))

    def _bend(self, local: np.ndarray, chain: tuple[str, ...], pitch: float, yaw: float, roll: float) -> None:
        for label in chain:
            local[self.model.bone[label]] = lean(pitch / len(chain), yaw / len(chain), roll / len(chain))

    def _sit(self, rng: np.random.Generator, body: Body, local: np.ndarray, seat: Seat) -> None:
        bone = self.model.bone
        tilt = rng.uniform(-0.12, 0.02)
        local[bone['root']] = lean(tilt, 0, 0)
        for side, sign in (('L', -1), ('R', 1)):
            knee, hip = bone[f'lowerleg01.{side}'], bone[f'upperleg01.{side}']
            at_rest = body.heads[knee] - body.heads[hip]
            spread = sign * rng.uniform(0.04, 0.24)
            # With long shins the knees come up, with short ones the thighs lie level.
            shin = np.linalg.norm(body.heads[bone[f'foot.{side}']] - body.heads[knee])
            rise = np.arcsin(np.clip((shin + 0.05 - seat.seat_height) / np.linalg.norm(at_rest), -0.08, 0.15))
            target = np.array([np.sin(spread) * np.cos(rise), np.cos(spread) * np.cos(rise), np.sin(rise)])
            across = np.array([np.cos(spread), -np.sin(spread), 0.0])
            thigh = frame(target, across) @ frame(at_rest, np.array([1.0, 0, 0])).T
            local[hip] = local[bone['root']].T @ thigh

    def _on_seat(
        self, rng: np.random.Generator, body: Body, local: np.ndarray, movement: Movement, seat: Seat
    ) -> np.ndarray:
        """Return the pelvis' place: flesh on the seat, back near its rear edge, belly clear of the desk."""
        rotations, positions = self.model.pose(body, local)
        rows = self._seat_rows
        flesh = self.model.skin(body, rotations, positions, body.vertices[rows], rows)
        back = -seat.seat_depth / 2 + 0.03 + rng.uniform(*movement.slide) - flesh[:, 1].min()
        height = seat.seat_height - 0.012 - flesh[:, 2].min()
        trunk = body.vertices[self._trunk_rows]
        ahead = min(back, seat.desk_near - 0.015 - float(trunk[:, 1].max() - body.heads[0, 1]))
        return np.array([0.0, max(ahead, back - 0.06), height])

    def _legs(self, rng: np.random.Generator, body: Body, local: np.ndarray, origin: np.ndarray, seat: Seat) -> None:
        bone = self.model.bone
        _, positions = self.model.pose(body, local, origin)
        sole = body.vertices[:, 2].min()
        preferred = rng.uniform(-0.25, 0.35)
        for side in 'LR':
            hip, knee, ankle = (bone[f'{name}.{side}'] for name in ('upperleg01', 'lowerleg01', 'foot'))
            at_rest = body.heads[ankle] - body.heads[knee]
            length = np.linalg.norm(at_rest)
            drop = positions[knee][2] - (body.heads[ankle][2] - sole)
            swing = preferred + rng.uniform(-0.15, 0.15)
            if length > drop:  # the foot must meet the floor in front of or behind the knee
                swing = np.arccos(np.clip(drop / length, 0.5, 1.0)) * (1 if swing > -0.08 else -1)
            else:
                swing = 0.3 * swing
            turn = rng.uniform(-0.05, 0.3) * (1 if side == 'R' else -1)
            shin = np.array([0.0, np.sin(swing), -np.cos(swing)])
            rotations, _ = self.model.pose(body, local, origin)
            across = rotations[hip][:, 0] * [1, 1, 0]
            wanted = frame(shin, across) @ frame(at_rest, np.array([1.0, 0, 0])).T
            local[knee] = rotations[hip].T @ wanted
            point = 0.0 if length > drop else min(0.5, 3 * (drop - length))
            flat = rotation([0, 0, 1], -turn) @ rotation([1, 0, 0], -point)
            local[ankle] = wanted.T @ flat

    def _into_desk(self, body: Body, local: np.ndarray, origin: np.ndarray, seat: Seat) -> float:
        """Return how far the trunk reaches over the desk's near edge at the height of its top, m (negative: a gap)."""
        rows = self._trunk_rows
        trunk = self.model.skin(body, *self.model.pose(body, local, origin), body.vertices[rows], rows)
        level = np.abs(trunk[:, 2] - seat.desk_height + 0.02) < 0.02
        return float(trunk[level, 1].max(initial=-1.0)) - seat.desk_near

    def _lay_head(self, body: Body, local: np.ndarray, upright: np.ndarray, origin: np.ndarray, seat: Seat) -> None:
        """Bend the trunk forward until the lowest point of the head rests on the forearms."""
        bone = self.model.bone
        rest = seat.desk_height + 0.055
        low, high = 0.2, 2.2
        for _ in range(14):
            middle = (low + high) / 2
            for label in _SPINE:
                local[bone[label]] = lean(middle / len(_SPINE), 0, 0) @ upright[bone[label]]
            rotations, positions = self.model.pose(body, local, origin)
            head = body.vertices[self._head_rows]
            lowest = self.model.skin(body, rotations, positions, head, self._head_rows)[:, 2].min()
            low, high = (middle, high) if lowest > rest else (low, middle)
