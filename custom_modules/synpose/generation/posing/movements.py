"""What people do in a classroom, as data: how the trunk leans, where the hands go, how the legs stand, what they hold.

The movements themselves are the YAML files of ``data/movements``. Angles are radians, lengths metres. Every movement is
written for a *main* side, drawn at random; a positive yaw or roll is toward that side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from synpose.generation.people.props import HELD, ON_DESK
from synpose.generation.posing.goals import ANCHORS, HEAD_ANCHORS, ArmGoal, LegGoal, Legs, Span
from synpose.records import build, choice, flag, mapping, numbers, read_yaml, span, vector

FOLDER = Path(__file__).parents[1] / 'data' / 'movements'
"""The movements that come with the package."""


@dataclass(frozen=True)
class Movement:
    """One thing a person does.

    Attributes:
        name: The movement's own name.
        main: Goal of the hand on the main side.
        other: Goal of the other hand.
        behavior: Name of the group it belongs to, which a classifier learns.
        legs: How the legs stand; one is drawn.
        turn: Turn of the whole body on the seat, rad.
        pitch: Forward lean of the trunk, rad.
        yaw: Turn of the trunk against the pelvis, rad.
        roll: Sideways lean of the trunk, rad.
        head_pitch: Nod of the head against the trunk, rad.
        head_yaw: Turn of the head against the trunk, rad.
        head_roll: Tilt of the head against the trunk, rad.
        slide: How far the pelvis is forward of its upright place on the seat, m.
        held: Thing in the main hand or between both, one of :data:`~synpose.generation.people.props.HELD`.
        on_desk: Things that should lie on the desk (:data:`~synpose.generation.people.props.ON_DESK`); they belong to
            the furniture.
        head_down: Bend forward until the head rests on the desk.
        head_propped: Bend until the elbow of the hand that holds the head rests on the desk.
    """

    name: str
    main: ArmGoal
    other: ArmGoal
    behavior: str = ''
    legs: tuple[Legs, ...] = (Legs(),)
    turn: Span = (0.0, 0.0)
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
    head_propped: bool = False


_ARM_FIELDS: dict[str, Callable[[Any, str], Any]] = {
    'anchor': choice(*ANCHORS),
    **dict.fromkeys(('low', 'high', 'elbow', 'palm', 'fingers'), vector),
    **dict.fromkeys(('curl', 'index'), span),
    **dict.fromkeys(('rests', 'clear'), flag),
    'point': choice('wrist', 'palm', 'fingers'),
    'flat': lambda value, where: numbers([value], where, 1)[0],
}
_LEG_FIELDS: dict[str, Callable[[Any, str], Any]] = dict.fromkeys(LegGoal.__dataclass_fields__, span)
_SPANS = ('turn', 'pitch', 'yaw', 'roll', 'head_pitch', 'head_yaw', 'head_roll', 'slide')


def load_movements(path: str | Path) -> dict[str, Movement]:
    """Read a file of movements (see :func:`parse_movements`).

    Raises:
        FileNotFoundError: If there is no such file, or one it includes.
        ValueError: If something in it is wrong; the message names file, record and field.
    """
    path = Path(path)
    return parse_movements(read_yaml(path), str(path), path.parent)


def parse_movements(data: Mapping[str, Any], source: str, folder: Path = FOLDER) -> dict[str, Movement]:
    """Make movements of records.

    Args:
        data: ``behaviors``, the movements' fields by behavior and name; optionally ``arms`` and ``legs``, goals by
            name that a movement may refer to; ``include``, a file whose goals can be used too; and ``defaults`` of
            every movement's fields. A goal may start from another one (``like``).
        source: What messages call the records, e.g. the file's name.
        folder: Where ``include`` is looked up.

    Returns:
        The movements by name.

    Raises:
        FileNotFoundError: If the included file does not exist.
        ValueError: If something is wrong; the message names source, record and field.
    """
    data = mapping(data, source)
    allowed = ('include', 'arms', 'legs', 'defaults', 'behaviors')
    if set(data) - set(allowed):
        raise ValueError(f'{source}: unknown field {min(set(data) - set(allowed))!r}, expected some of {allowed}')
    goals: dict[str, dict[str, Any]] = {'arms': {}, 'legs': {}}
    if 'include' in data:
        included = folder / str(data['include'])
        _add_goals(goals, read_yaml(included), str(included))
    _add_goals(goals, data, source)
    arm, legs = partial(_arm, goals['arms']), partial(_legs, goals['legs'])
    readers: dict[str, Callable[[Any, str], Any]] = {
        **dict.fromkeys(_SPANS, span),
        **dict.fromkeys(('main', 'other'), arm),
        'legs': lambda value, where: tuple(legs(v, where) for v in (value if isinstance(value, list) else [value])),
        'held': choice(*HELD),
        'on_desk': lambda value, where: tuple(choice(*ON_DESK)(thing, where) for thing in _list(value, where)),
        **dict.fromkeys(('head_down', 'head_propped'), flag),
        'name': lambda value, where: value,
        'behavior': lambda value, where: value,
    }
    defaults = mapping(data.get('defaults', {}), f'{source}: defaults')
    movements: dict[str, Movement] = {}
    for behavior, records in mapping(data.get('behaviors', {}), f'{source}: behaviors').items():
        for name, record in mapping(records, f'{source}: behaviors: {behavior}').items():
            where = f'{source}: {name}'
            if name in movements:
                raise ValueError(f'{where}: a movement of this name is there already, in {movements[name].behavior!r}')
            given = {**defaults, **mapping(record, where), 'name': name, 'behavior': behavior}
            movements[name] = _consistent(build(Movement, given, readers, where), where)
    return movements


def _list(value: Any, where: str) -> list:
    if not isinstance(value, list):
        raise ValueError(f'{where}: expected a list, got {value!r}')
    return value


def _add_goals(goals: dict[str, dict[str, Any]], data: Mapping[str, Any], source: str) -> None:
    for kind, known in goals.items():
        for name, record in mapping(data.get(kind, {}), f'{source}: {kind}').items():
            if name in known:
                raise ValueError(f'{source}: {kind}: {name!r} is there already')
            where = f'{source}: {kind}: {name}'
            resolved, _ = _resolved(known, mapping(record, where), where)
            (_arm if kind == 'arms' else _legs)(known, resolved, where)
            known[name] = resolved


def _resolved(goals: Mapping[str, Any], value: Any, where: str) -> tuple[dict[str, Any], str]:
    """Return the fields of a goal given by name or as a record, with those of the goal it is ``like``."""
    if isinstance(value, str):
        if value not in goals:
            raise ValueError(f'{where}: unknown goal {value!r}, expected one of {sorted(goals)}')
        value, where = goals[value], f'{where}: {value}'
    record = mapping(value, where)
    if 'like' in record:
        base, _ = _resolved(goals, str(record.pop('like')), f'{where}: like')
        record = {**base, **record}
    return record, where


def _arm(goals: Mapping[str, Any], value: Any, where: str) -> ArmGoal:
    record, where = _resolved(goals, value, where)
    goal = build(ArmGoal, record, _ARM_FIELDS, where)
    for axis, low, high in zip('xyz', goal.low, goal.high):
        if low > high:
            raise ValueError(f'{where}: low {goal.low} is above high {goal.high} along {axis}')
    return goal


def _legs(goals: Mapping[str, Any], value: Any, where: str) -> Legs:
    record, where = _resolved(goals, value, where)
    leg = partial(build, LegGoal, readers=_LEG_FIELDS)
    return build(Legs, record, dict.fromkeys(('main', 'other'), lambda v, at: leg(v, where=at)), where)


def _consistent(movement: Movement, where: str) -> Movement:
    if all(goal.anchor.startswith('other_') for goal in (movement.main, movement.other)):
        raise ValueError(f'{where}: main and other: each hand is measured from the other one')
    if movement.head_propped and not {movement.main.anchor, movement.other.anchor} & set(HEAD_ANCHORS):
        raise ValueError(f'{where}: head_propped: neither hand is at the head, one of {HEAD_ANCHORS}')
    return movement


def _load(pattern: str) -> tuple[Movement, ...]:
    found: dict[str, Movement] = {}
    for path in sorted(FOLDER.glob(pattern)):
        for name, movement in load_movements(path).items():
            if name in found:
                raise ValueError(f'{path}: {name}: a movement of this name is in another file too')
            found[name] = movement
    return tuple(found.values())


SEATED: tuple[Movement, ...] = _load('seated*.yaml')
"""Movements of people on chairs at desks."""

STANDING: tuple[Movement, ...] = _load('standing.yaml')
"""Movements of people on their feet."""

MOVEMENTS: dict[str, Movement] = {movement.name: movement for movement in (*SEATED, *STANDING)}
"""Every movement by name."""
