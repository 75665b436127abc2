"""Poses a sitter's legs: thighs on the seat and below the desk, feet on the floor where they reach it."""

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.bodies.kinematics import frame, normalized, rotation
from synpose.generation.posing.contacts import SEAT_HALF_WIDTH, SEAT_TOP, slab
from synpose.generation.posing.goals import LegGoal, Legs
from synpose.generation.posing.stance import Stance

_RISE = (-0.05, 0.25)  # rad: slopes of a thigh on a seat
_SLOUCH = 1.8  # rad per m: who slides forward sits on the seat's edge, and his thighs slope down
_LIMP = 0.5  # rad: how far a foot that hangs points down
_CALF = 0.13  # half the thickness of a calf, as a share of the shin
_DANGLING = 0.5  # shins that hang swing less
_TOUCH = 1e-6  # m: a straight shin reaches the floor exactly, which rounding must not decide


class LegPoser:
    """Poses the legs of bodies of one model."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        right = model.template[:, 0] > 0
        thigh, foot = model.share('upperleg', 'lowerleg01') > 0.5, model.share('foot', 'toe') > 0.5
        self._leg_rows = {'L': np.flatnonzero(thigh & ~right), 'R': np.flatnonzero(thigh & right)}
        self._foot_rows = {'L': np.flatnonzero(foot & ~right), 'R': np.flatnonzero(foot & right)}
        self._toes = {
            side: [model.bone[f'toe{n}-1.{side}'] for n in range(1, 6) if f'toe{n}-1.{side}' in model.bone]
            for side in 'LR'
        }

    def draw(self, rng: np.random.Generator, legs: Legs, lead: str) -> dict[str, LegGoal]:
        """Draw goals without ranges for both legs, the main one on the side ``lead``."""
        drawn = {}
        for side, goal in ((lead, legs.main), ('L' if lead == 'R' else 'R', legs.other)):
            values = {name: float(rng.uniform(*given)) for name, given in vars(goal).items()}
            drawn[side] = LegGoal(**{name: (value, value) for name, value in values.items()})
        return drawn

    def sit(self, stance: Stance, goals: dict[str, LegGoal], slide: float) -> None:
        """Set the rotations of both legs in ``stance.local``, the pelvis being in its place.

        Args:
            stance: The pose, its trunk finished.
            goals: A goal for each side, from :meth:`draw`.
            slide: How far the pelvis is forward of its upright place, m.
        """
        for side, goal in goals.items():
            lowest, ceiling = 0.0, np.inf
            for _ in range(5):  # the foot and the desk correct what the first try assumed
                stands = self._set(stance, goal, side, slide, lowest, ceiling)
                high, sunk = self._too_high(stance, side), self._sole(stance, side)
                if high <= 1e-3 and (not stands or abs(sunk) < 2e-3):
                    break
                ceiling = min(ceiling, self._knee_height(stance, side)) - max(high, 0.0)
                lowest -= sunk if stands else 0.0

    def _knee_height(self, stance: Stance, side: str) -> float:
        _, positions = self.model.pose(stance.body, stance.local, stance.origin)
        return float(positions[self.model.bone[f'lowerleg01.{side}']][2])

    def _too_high(self, stance: Stance, side: str) -> float:
        """Return how far thigh and knee are above the desk's underside, m (0 or less: clear)."""
        assert stance.seat is not None
        rows = self._leg_rows[side]
        pose = self.model.pose(stance.body, stance.local, stance.origin)
        leg = self.model.skin(stance.body, *pose, stance.body.vertices[rows], rows)
        low, high = slab(stance.seat)
        under = ((leg[:, :2] > low[:2]) & (leg[:, :2] < high[:2])).all(axis=1)
        return float(leg[under, 2].max(initial=-np.inf) - low[2])

    def _sole(self, stance: Stance, side: str) -> float:
        """Return the height of the foot's lowest point, m."""
        rows = self._foot_rows[side]
        pose = self.model.pose(stance.body, stance.local, stance.origin)
        return float(self.model.skin(stance.body, *pose, stance.body.vertices[rows], rows)[:, 2].min())

    def _set(self, stance: Stance, goal: LegGoal, side: str, slide: float, correction: float, ceiling: float) -> bool:
        """Set one leg; return whether its foot stands on the floor.

        Args:
            stance: The pose.
            goal: A goal without ranges.
            side: ``'L'`` or ``'R'``.
            slide: How far the pelvis is forward, m.
            correction: What to add to the ankle's height over the floor, m.
            ceiling: Largest height of the knee's joint, m.
        """
        body, bone = stance.body, self.model.bone
        sign = 1 if side == 'R' else -1
        hip, knee, foot = (bone[f'{name}.{side}'] for name in ('upperleg01', 'lowerleg01', 'foot'))
        thigh, shin = body.heads[knee] - body.heads[hip], body.heads[foot] - body.heads[knee]
        inward, lifted = goal.inward[0], goal.lift[0] > 0
        length, span = float(np.linalg.norm(shin)) * np.cos(inward), float(np.linalg.norm(thigh))
        rotations, positions = self.model.pose(body, stance.local, stance.origin)
        heading = sign * goal.spread[0] + stance.turn
        flat = np.array([np.sin(heading), np.cos(heading), 0.0])
        across = np.array([flat[1], -flat[0], 0.0])
        for heel in goal.heel[0] * np.linspace(1, 0, 5):  # a heel that is lifted less lets the foot stand further ahead
            ankle = self._ankle_height(stance, side, heel) + correction
            wanted = min(ankle + length * np.cos(goal.swing[0]), ceiling) - positions[hip][2]
            rise = self._slope(wanted / span, slide) + goal.lift[0]
            if np.isfinite(ceiling):
                rise = min(rise, np.arcsin(np.clip((ceiling - positions[hip][2]) / span, -0.4, 1.0)))
            joint = positions[hip] + span * (np.cos(rise) * flat + np.array([0, 0, np.sin(rise)]))
            drop, swing = joint[2] - ankle, goal.swing[0]
            stands = not lifted and length >= drop - _TOUCH
            if stands:  # the foot must meet the floor, in front of or behind the knee
                swing = float(np.arccos(np.clip(drop / length, 0.2, 1.0))) * (1 if swing > -0.08 else -1)
            elif not lifted:
                swing *= _DANGLING
            most = self._most_back(stance, joint, flat, length)
            if swing >= -most:
                break
        else:
            swing = -swing if stands else -most
        out = normalized(joint - positions[hip])
        turned = frame(out, across) @ frame(thigh, np.array([1.0, 0, 0])).T
        stance.local[hip] = rotations[self.model.parents[hip]].T @ turned
        point = heel if stands else self._hanging(body, side, drop - length * np.cos(swing))
        forward = normalized(flat + np.array([np.sin(stance.turn), np.cos(stance.turn), 0.0]))
        down = np.sin(swing) * forward - np.array([0, 0, np.cos(swing)])
        lower = np.cos(inward) * down - sign * np.sin(inward) * across
        shank = frame(lower, across) @ frame(shin, np.array([1.0, 0, 0])).T
        stance.local[knee] = turned.T @ shank
        yaw = stance.turn + sign * goal.toes[0]
        stance.local[foot] = shank.T @ rotation([0, 0, 1], -yaw) @ rotation([1, 0, 0], -point)
        for toe in self._toes[side]:  # toes stay on the floor when the heel leaves it
            stance.local[toe] = rotation([1, 0, 0], 0.9 * max(float(heel), 0.0) if stands else 0.0)
        return bool(stands)

    def _slope(self, sine: float, slide: float) -> float:
        """Return the slope of a thigh on the seat, rad: the wanted one within its limits."""
        lowest = _RISE[0] - _SLOUCH * max(slide - 0.03, 0.0)
        return float(np.arcsin(np.clip(sine, np.sin(lowest), np.sin(_RISE[1]))))

    def _most_back(self, stance: Stance, knee: np.ndarray, flat: np.ndarray, length: float) -> float:
        """Return how far a shin can lean back from its knee ``(3,)`` before the calf meets the seat's edge, rad."""
        seat = stance.seat
        assert seat is not None
        # Where a line from the seat's middle along the thigh's direction leaves the seat.
        edge = min(seat.seat_depth / 2 / max(abs(flat[1]), 1e-6), SEAT_HALF_WIDTH / max(abs(flat[0]), 1e-6))
        clear = float(knee @ flat) - edge - _CALF * length
        return float(np.clip(np.arctan2(clear, max(knee[2] - seat.seat_height + SEAT_TOP, 0.01)), 0.0, 1.2))

    def _hanging(self, body: Body, side: str, gap: float) -> float:
        """Return how far a foot that hangs ``gap`` m over the floor points down, rad: its toes stay above it."""
        toes = body.vertices[self._foot_rows[side], 1].max() - body.heads[self.model.bone[f'foot.{side}']][1]
        return float(min(_LIMP, np.arcsin(np.clip(gap / toes, 0.0, 1.0))))

    def _ankle_height(self, stance: Stance, side: str, heel: float) -> float:
        """Return the ankle's height over the floor when the foot stands with its heel lifted by ``heel`` rad, m."""
        body = stance.body
        ankle, ball = (body.heads[self.model.bone[f'{name}.{side}']] for name in ('foot', 'toe2-1'))
        sole = body.vertices[self._foot_rows[side]]
        height = ankle[2] - sole[:, 2].min()
        lever = ball[1] - ankle[1] if heel > 0 else ankle[1] - sole[:, 1].min()
        return float(height * np.cos(heel) + lever * np.sin(abs(heel)))
