"""Goals of limbs: where a hand goes, how a leg stands. Angles are radians, lengths metres.

A hand's vectors are (outward, ahead, up), outward being away from the body's midline on the hand's own side, so one
description serves both hands.
"""

from dataclasses import dataclass

Span = tuple[float, float]
Vector = tuple[float, float, float]

ANCHORS = {
    'desk': "the near edge of the desk's top, at the person's middle",
    'lap': "the middle of the hand's thigh",
    'knee': "the hand's knee",
    'ankle': "the hand's ankle",
    'side': "the hand's hip joint",
    'seat': "the edge of the chair's seat on the hand's side",
    'backrest': "the middle of the top of the chair's back",
    'floor': "the floor below the middle of the chair's seat",
    'shoulder': "the hand's shoulder joint",
    'chest': "the spine's upper end",
    'chin': 'the chin',
    'mouth': 'the lips',
    'nose': "the nose's tip",
    'eye': "the hand's eye",
    'cheek': "the hand's cheek",
    'ear': "the hand's ear",
    'forehead': "the forehead's middle",
    'crown': "the head's top",
    'nape': 'the back of the head',
    'other_hand': "the other hand's palm, once it is placed",
    'other_wrist': "the other hand's wrist, once it is placed",
    'other_elbow': "the other arm's elbow, once it is placed",
    'other_shoulder': "the other arm's shoulder joint",
}
"""What the offsets of an :class:`ArmGoal` can be measured from."""

HEAD_ANCHORS = ('chin', 'mouth', 'nose', 'eye', 'cheek', 'ear', 'forehead', 'crown', 'nape')
"""Anchors on the head."""

SEAT_ANCHORS = ('desk', 'seat', 'backrest', 'floor')
"""Anchors only a seated person has."""


@dataclass(frozen=True)
class ArmGoal:
    """Where one hand goes.

    Attributes:
        anchor: What ``low`` and ``high`` are measured from: a key of :data:`ANCHORS`.
        low: Smallest offset from the anchor, m.
        high: Largest offset from the anchor, m.
        elbow: Direction in which the elbow is pushed.
        palm: Direction the palm faces.
        point: Which part of the hand is at the goal: ``'wrist'``, ``'palm'`` or ``'fingers'`` (their tips, stretched).
        flat: 1 turns the fingers into the plane the palm direction asks for, 0 leaves the wrist straight.
        fingers: Direction the fingers point, where it matters; otherwise they follow the forearm.
        curl: How far each finger joint bends, rad.
        index: How far the index finger's joints bend instead, rad, where it differs.
        rests: Lower or lift the hand until it lies on the desk.
        clear: Move the hand out of the person's own head, trunk and thighs.
    """

    anchor: str
    low: Vector
    high: Vector
    elbow: Vector = (0.5, -0.3, -1.0)
    palm: Vector = (0.0, 0.0, -1.0)
    point: str = 'palm'
    flat: float = 1.0
    fingers: Vector | None = None
    curl: Span = (0.1, 0.35)
    index: Span | None = None
    rests: bool = False
    clear: bool = True


@dataclass(frozen=True)
class LegGoal:
    """How one leg of a sitter stands.

    Attributes:
        spread: Outward turn of the thigh, rad.
        lift: Height of the thigh above the slope at which the foot stands, rad; the foot then leaves the floor.
        swing: How far the shin leans forward (the foot ahead of the knee), rad. Where the foot can meet the floor at
            another lean only, this gives the side to which it leans.
        inward: How far the shin leans toward the other leg, rad.
        toes: Outward turn of the foot, rad.
        heel: How far the heel is lifted (the foot on its ball) or, if negative, the toes, rad.
    """

    spread: Span = (0.04, 0.24)
    lift: Span = (0.0, 0.0)
    swing: Span = (-0.25, 0.35)
    inward: Span = (0.0, 0.0)
    toes: Span = (-0.05, 0.3)
    heel: Span = (0.0, 0.0)


@dataclass(frozen=True)
class Legs:
    """How both legs stand; which of them is the main one is drawn at random.

    Attributes:
        main: Goal of the main leg.
        other: Goal of the other leg.
    """

    main: LegGoal = LegGoal()
    other: LegGoal = LegGoal()
