"""Places on a posed body and on its furniture that hands go to."""

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.bodies.kinematics import rotation
from synpose.generation.posing.goals import SEAT_ANCHORS
from synpose.generation.posing.stance import Stance
from synpose.skeletons import JOINT_ROW

_OTHER = {'L': 'R', 'R': 'L'}
_SEAT_EDGE = 0.19  # half the width of a chair's seat, m
_BACK_TOP = 0.40  # how far a chair's back rises above its seat, m
_JOINTS = {'shoulder': 'upperarm01', 'side': 'upperleg01', 'knee': 'lowerleg01', 'ankle': 'foot'}
_OF_OTHER = {'other_wrist': 'wrist', 'other_elbow': 'lowerarm01', 'other_shoulder': 'upperarm01'}


class Anchors:
    """Finds the anchors of arm goals (:data:`~synpose.generation.posing.goals.ANCHORS`) on bodies of one model."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model

    def place(
        self, stance: Stance, rotations: np.ndarray, positions: np.ndarray, name: str, side: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return an anchor's place ``(3,)``, m, and the axes ``(3, 3)`` its offsets are along.

        Args:
            stance: The pose.
            rotations: Its bones' rotations ``(B, 3, 3)``.
            positions: Its bones' joints ``(B, 3)``, m.
            name: The anchor.
            side: ``'L'`` or ``'R'`` hand.

        Raises:
            ValueError: If the anchor is unknown, or on the furniture of someone who stands.
        """
        bone = self.model.bone
        ahead = rotation([0, 0, 1], -stance.turn)
        if name in SEAT_ANCHORS:
            return self._on_furniture(stance, name, side), np.eye(3)
        if name == 'lap':
            return (positions[bone[f'upperleg01.{side}']] + positions[bone[f'lowerleg01.{side}']]) / 2, ahead
        if name in _JOINTS:
            return positions[bone[f'{_JOINTS[name]}.{side}']], ahead
        if name in _OF_OTHER:
            return positions[bone[f'{_OF_OTHER[name]}.{_OTHER[side]}']], ahead
        if name == 'other_hand':
            wrist, knuckle = (positions[bone[f'{part}.{_OTHER[side]}']] for part in ('wrist', 'finger3-1'))
            return (wrist + knuckle) / 2, ahead
        if name == 'chest':
            return positions[bone['spine01']], rotations[bone['spine01']]
        head, face = bone['head'], self._face(stance.body, side)
        if name not in face:
            raise ValueError(f'unknown anchor {name!r} of an arm goal')
        return positions[head] + rotations[head] @ (face[name] - stance.body.heads[head]), rotations[head]

    def _on_furniture(self, stance: Stance, name: str, side: str) -> np.ndarray:
        seat = stance.seat
        if seat is None:
            raise ValueError(f'a standing movement has no {name!r} to reach for')
        out = 1 if side == 'R' else -1
        return {
            'desk': np.array([0.0, seat.desk_near, seat.desk_height]),
            'seat': np.array([out * _SEAT_EDGE, 0.0, seat.seat_height]),
            'backrest': np.array([0.0, -seat.seat_depth / 2 - 0.06, seat.seat_height + _BACK_TOP]),
            'floor': np.zeros(3),
        }[name]

    def _face(self, body: Body, side: str) -> dict[str, np.ndarray]:
        """Return the places on a head at rest ``(3,)``, m."""
        joints = self.model.joints(body.vertices, body.heads)
        own = 'left' if side == 'L' else 'right'
        nose, chin, crown, eye, ear = (
            joints[JOINT_ROW[n]] for n in ('nose', 'chin', 'head_top', f'{own}_eye', f'{own}_ear')
        )
        middle = np.array([0.0, 1.0, 1.0])
        size = np.linalg.norm(crown - chin)
        mouth = 0.45 * nose + 0.55 * chin
        return {
            'nose': nose,
            'chin': chin,
            'crown': crown,
            'eye': eye,
            'ear': ear,
            'mouth': mouth,
            'cheek': 0.4 * ear + 0.3 * eye + 0.3 * mouth,
            'forehead': eye * middle + np.array([0.0, 0.05, 0.22]) * size,
            'nape': ear * middle + np.array([0.0, -0.45, 0.05]) * size,
        }
