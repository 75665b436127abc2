"""What people do in a classroom, as data: how the trunk leans, where the hands go, what they hold.

Angles are radians, lengths metres. Every movement is written for a *main* side, drawn at random; a positive yaw or
roll is toward that side. A hand's vectors are (outward, ahead, up), outward being away from the body's midline on the
hand's own side, so one description serves both hands.
"""

from dataclasses import dataclass, replace

Span = tuple[float, float]
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class ArmGoal:
    """Where one hand goes.

    Attributes:
        anchor: What ``low`` and ``high`` are measured from: ``'desk'`` (the near edge of its top, at the person's
            middle), ``'lap'`` (the middle of the hand's thigh), ``'side'`` (the hand's hip), ``'shoulder'``,
            ``'chest'``, or a point of the head: ``'chin'``, ``'mouth'``, ``'ear'``.
        low: Smallest offset from the anchor, m.
        high: Largest offset from the anchor, m.
        elbow: Direction in which the elbow is pushed.
        palm: Direction the palm faces.
        point: Which part of the hand is at the goal: ``'wrist'`` or ``'palm'``.
        flat: 1 turns the fingers into the plane the palm direction asks for, 0 leaves the wrist straight.
        fingers: Direction the fingers point, where it matters; otherwise they follow the forearm.
        curl: How far each finger joint bends, rad.
        rests: Lower or lift the hand until it lies on the desk.
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
    rests: bool = False


@dataclass(frozen=True)
class Movement:
    """One thing a person does.

    Attributes:
        name: The behavior's name.
        main: Goal of the hand on the main side.
        other: Goal of the other hand.
        pitch: Forward lean of the trunk, rad.
        yaw: Turn of the trunk, rad.
        roll: Sideways lean of the trunk, rad.
        head_pitch: Nod of the head against the trunk, rad.
        head_yaw: Turn of the head against the trunk, rad.
        head_roll: Tilt of the head against the trunk, rad.
        slide: How far the pelvis is forward of its upright place on the seat, m.
        held: Thing in the main hand (``'pen'``, ``'phone'``, ``'cup'``) or between both (``'book'``, ``'sheet'``).
        on_desk: Things that should lie on the desk (``'paper'``, ``'laptop'``); they belong to the furniture.
        head_down: Bend forward until the head rests on the desk.
    """

    name: str
    main: ArmGoal
    other: ArmGoal
    pitch: Span = (0.0, 0.15)
    yaw: Span = (-0.08, 0.08)
    roll: Span = (-0.05, 0.05)
    head_pitch: Span = (0.0, 0.25)
    head_yaw: Span = (-0.3, 0.3)
    head_roll: Span = (-0.08, 0.08)
    slide: Span = (0.0, 0.03)
    held: str | None = None
    on_desk: tuple[str, ...] = ()
    head_down: bool = False


_REST_ON_DESK = ArmGoal('desk', (0.10, 0.08, 0.03), (0.24, 0.20, 0.035), elbow=(1.0, -0.5, -0.6), rests=True)
_FLAT_ON_DESK = ArmGoal('desk', (0.02, 0.09, 0.03), (0.16, 0.20, 0.035), elbow=(1.0, -0.4, -0.6), rests=True)
_IN_LAP = ArmGoal('lap', (-0.06, -0.04, 0.09), (0.0, 0.10, 0.10), elbow=(1.0, -0.8, -0.5))
_HOLD_PEN = ArmGoal(
    'desk',
    (0.04, 0.12, 0.035),
    (0.16, 0.22, 0.045),
    elbow=(1.0, -0.4, -0.6),
    palm=(-0.6, 0.1, -0.8),
    curl=(0.5, 0.7),
    rests=True,
)
_TYPE = ArmGoal(
    'desk',
    (0.07, 0.09, 0.05),
    (0.11, 0.13, 0.06),
    elbow=(1.0, -0.6, -0.8),
    palm=(-0.15, 0.0, -1.0),
    fingers=(-0.15, 1.0, 0.0),
    curl=(0.25, 0.45),
    rests=True,
)

_FOLDED = ArmGoal(
    'chest',
    (-0.11, 0.165, -0.14),
    (-0.08, 0.175, -0.12),
    elbow=(1.0, 0.2, -0.9),
    palm=(0.1, -1.0, -0.1),
    fingers=(-1.0, -0.25, 0.25),
    curl=(0.3, 0.5),
)
_HOLD_BOOK = ArmGoal(
    'desk', (0.10, 0.09, 0.06), (0.13, 0.14, 0.12), palm=(-0.8, -0.3, 0.6), fingers=(-0.1, 0.8, 0.6), curl=(0.35, 0.5)
)

SEATED: tuple[Movement, ...] = (
    Movement(
        'writing',
        main=_HOLD_PEN,
        other=_FLAT_ON_DESK,
        pitch=(0.18, 0.42),
        roll=(-0.12, 0.05),
        head_pitch=(0.35, 0.65),
        head_yaw=(-0.15, 0.15),
        held='pen',
        on_desk=('paper',),
    ),
    Movement(
        'reading',
        main=_HOLD_BOOK,
        other=_HOLD_BOOK,
        pitch=(0.05, 0.25),
        head_pitch=(0.35, 0.6),
        head_yaw=(-0.1, 0.1),
        held='book',
    ),
    Movement(
        'hand_raised',
        main=ArmGoal(
            'shoulder',
            (-0.02, 0.02, 0.46),
            (0.16, 0.20, 0.75),
            elbow=(1.0, 0.4, 0.0),
            palm=(-0.2, 1.0, 0.0),
            point='wrist',
            flat=0.5,
            curl=(0.0, 0.3),
        ),
        other=_REST_ON_DESK,
        roll=(-0.12, 0.02),
        head_pitch=(-0.2, 0.1),
    ),
    Movement(
        'head_on_desk',
        main=ArmGoal('desk', (-0.10, 0.20, 0.03), (0.02, 0.24, 0.035), elbow=(1.0, 0.0, 0.1), rests=True),
        other=ArmGoal('desk', (-0.12, 0.13, 0.03), (-0.02, 0.17, 0.035), elbow=(1.0, 0.0, 0.1), rests=True),
        roll=(-0.05, 0.05),
        head_pitch=(0.1, 0.3),
        head_yaw=(0.2, 0.9),
        head_roll=(0.0, 0.2),
        head_down=True,
    ),
    Movement(
        'phone',
        main=ArmGoal(
            'desk',
            (-0.03, 0.05, 0.10),
            (0.08, 0.12, 0.20),
            elbow=(0.8, -0.4, -1.0),
            palm=(-0.35, -0.7, 0.6),
            fingers=(-0.35, 0.55, 0.75),
            curl=(0.4, 0.55),
        ),
        other=_IN_LAP,
        pitch=(0.05, 0.3),
        head_pitch=(0.35, 0.65),
        head_yaw=(-0.05, 0.15),
        held='phone',
    ),
    Movement(
        'calling',
        main=ArmGoal(
            'ear',
            (0.03, 0.0, -0.05),
            (0.04, 0.02, -0.03),
            elbow=(0.8, 0.3, -1.0),
            palm=(-1.0, 0.1, 0.0),
            fingers=(-0.05, -0.25, 1.0),
            curl=(0.4, 0.6),
        ),
        other=_REST_ON_DESK,
        head_roll=(0.05, 0.2),
        held='phone',
    ),
    Movement(
        'typing',
        main=_TYPE,
        other=_TYPE,
        pitch=(0.02, 0.2),
        head_pitch=(0.15, 0.4),
        head_yaw=(-0.1, 0.1),
        on_desk=('laptop',),
    ),
    Movement(
        'leaning_back', main=_IN_LAP, other=_IN_LAP, pitch=(-0.32, -0.18), head_pitch=(0.05, 0.3), slide=(0.03, 0.08)
    ),
    Movement(
        'turned_to_neighbor',
        main=_REST_ON_DESK,
        other=ArmGoal('desk', (-0.10, 0.06, 0.03), (0.10, 0.16, 0.035), elbow=(1.0, -0.4, -0.4), rests=True),
        yaw=(0.3, 0.6),
        roll=(0.0, 0.12),
        head_pitch=(-0.05, 0.15),
        head_yaw=(0.5, 0.9),
    ),
    Movement(
        'drinking',
        main=ArmGoal(
            'mouth',
            (0.02, 0.055, -0.035),
            (0.03, 0.065, -0.02),
            elbow=(1.0, 0.2, -0.7),
            palm=(-0.7, -0.65, 0.0),
            fingers=(-0.6, 0.7, 0.25),
            curl=(0.6, 0.75),
        ),
        other=_REST_ON_DESK,
        pitch=(-0.05, 0.1),
        head_pitch=(-0.25, -0.05),
        head_yaw=(-0.1, 0.1),
        held='cup',
    ),
    Movement(
        'resting_chin',
        main=ArmGoal(
            'chin',
            (0.025, -0.005, -0.02),
            (0.04, 0.01, -0.01),
            elbow=(0.5, 0.9, -1.0),
            palm=(-0.5, -0.5, 0.8),
            curl=(0.5, 0.7),
            flat=0.5,
        ),
        other=_FLAT_ON_DESK,
        pitch=(0.25, 0.4),
        roll=(0.02, 0.12),
        head_pitch=(-0.05, 0.1),
        head_roll=(0.05, 0.2),
    ),
    Movement('listening', main=_FLAT_ON_DESK, other=_FLAT_ON_DESK, head_pitch=(-0.1, 0.1), head_yaw=(-0.5, 0.5)),
    Movement(
        'arms_crossed',
        main=replace(_FOLDED, low=(-0.12, 0.12, -0.11), high=(-0.09, 0.13, -0.09)),
        other=_FOLDED,
        pitch=(-0.22, -0.02),
        slide=(0.01, 0.05),
        head_pitch=(-0.05, 0.15),
    ),
)
"""Movements of people on chairs at desks."""

_AT_SIDE = ArmGoal(
    'side', (0.06, 0.0, -0.14), (0.14, 0.10, -0.05), elbow=(0.4, -1.0, 0.0), palm=(-1.0, -0.2, 0.0), flat=0.2
)
_SHEET = ArmGoal(
    'chest', (0.0, 0.26, -0.16), (0.12, 0.34, -0.04), elbow=(0.6, -0.4, -1.0), palm=(-0.7, -0.3, 0.6), curl=(0.3, 0.5)
)

STANDING: tuple[Movement, ...] = (
    Movement('standing', main=_AT_SIDE, other=_AT_SIDE, pitch=(-0.04, 0.06), head_pitch=(-0.05, 0.2)),
    Movement(
        'pointing',
        main=ArmGoal(
            'shoulder',
            (0.25, 0.10, -0.05),
            (0.50, 0.35, 0.20),
            elbow=(0.2, -0.4, -1.0),
            palm=(-0.1, 0.4, -1.0),
            point='wrist',
            flat=0.1,
            curl=(0.0, 0.2),
        ),
        other=_AT_SIDE,
        pitch=(-0.02, 0.1),
        yaw=(-0.1, 0.3),
        head_yaw=(-0.4, 0.7),
    ),
    Movement(
        'holding_paper',
        main=_SHEET,
        other=replace(_SHEET, palm=(-0.9, -0.2, 0.3)),
        pitch=(-0.02, 0.08),
        head_pitch=(0.15, 0.5),
        head_yaw=(-0.15, 0.15),
        held='sheet',
    ),
    Movement(
        'explaining',
        main=ArmGoal(
            'chest',
            (0.12, 0.22, -0.20),
            (0.30, 0.36, 0.02),
            elbow=(0.7, -0.5, -1.0),
            palm=(-0.6, 0.2, 0.8),
            flat=0.6,
            curl=(0.05, 0.4),
        ),
        other=_AT_SIDE,
        yaw=(-0.25, 0.25),
    ),
)
"""Movements of the teacher."""

MOVEMENTS: dict[str, Movement] = {movement.name: movement for movement in (*SEATED, *STANDING)}
"""Every movement by name."""
