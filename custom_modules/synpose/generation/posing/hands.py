"""Hands of a body model: which way they face at rest, and how their fingers bend."""

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.bodies.kinematics import frame, rotation

_THUMB_SHARE = 0.45  # of the fingers' bend: a thumb's joints bend less


class Hands:
    """Measures and closes the hands of bodies of one model."""

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        self._bones = {
            side: [[model.bone[f'finger{n}-{k}.{side}'] for k in (1, 2, 3)] for n in (1, 2, 3, 4, 5)] for side in 'LR'
        }

    def rest(self, body: Body, side: str) -> tuple[np.ndarray, float]:
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

    def span(self, body: Body, side: str) -> float:
        """Return how far the middle finger's tip is from the wrist, the hand being flat, m."""
        bones = [self.model.bone[f'wrist.{side}'], *self._bones[side][2]]
        lengths = np.linalg.norm(np.diff(body.heads[bones], axis=0), axis=1)
        return float(lengths.sum() + 0.9 * lengths[-1])  # the last bone's end is no joint

    def bend(self, body: Body, local: np.ndarray, side: str, rest: np.ndarray, curl: float, index: float) -> None:
        """Bend the fingers of one hand.

        Args:
            body: The body.
            local: Rotations of the bones ``(B, 3, 3)``; changed in place.
            side: ``'L'`` or ``'R'``.
            rest: The hand's axes from :meth:`rest`.
            curl: How far each joint of the fingers bends, rad.
            index: The same for the index finger.
        """
        thumb, *fingers = self._bones[side]
        for number, (first, second, third) in enumerate(fingers):
            bend = rotation(rest[:, 2], index if number == 0 else curl)
            # The rest pose spreads the fingers; a relaxed hand holds them nearly side by side.
            pointing = rest.T @ (body.heads[second] - body.heads[first])
            spread = float(np.arctan2(pointing[2], pointing[0]))
            local[first] = rotation(rest[:, 1], 0.75 * spread) @ bend
            local[second] = local[third] = bend
        # A thumb bends across the palm: about the axis that takes its bone toward the palm's side and the fingers.
        along = body.heads[thumb[1]] - body.heads[thumb[0]]
        hinge = np.cross(along, rest[:, 1] - 0.6 * rest[:, 2] * np.sign(along @ rest[:, 2]))
        local[thumb[1]] = local[thumb[2]] = rotation(hinge, _THUMB_SHARE * curl)
