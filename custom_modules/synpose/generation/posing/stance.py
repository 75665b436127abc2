"""A pose in the making, handed between the parts that complete it."""

from dataclasses import dataclass

import numpy as np

from synpose.generation.bodies.body_model import Body
from synpose.generation.primitives import Seat


@dataclass
class Stance:
    """A pose in the making.

    Attributes:
        body: The body.
        local: Rotation of every bone in the rest pose's axes ``(B, 3, 3)``; changed in place.
        origin: Place of the pelvis ``(3,)``, m.
        seat: Chair and desk, or ``None`` for someone standing.
        turn: Turn of the pelvis to the right, rad.
    """

    body: Body
    local: np.ndarray
    origin: np.ndarray
    seat: Seat | None
    turn: float = 0.0


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
