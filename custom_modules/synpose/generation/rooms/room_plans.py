"""Rooms described as data: the records of ``data/rooms/*.yaml`` and of users' own files, checked field by field.

A record is a mapping with the fields of :class:`RoomPlan`; only ``name`` and ``layout`` are needed::

    rooms:
    - name: north_tower_12
      kind: classroom
      layout: {type: rows, rows: 5, columns: 6, shared: 2, spacing: [0.7, 0.75]}
      windows: [left]
      decorations: [clock, posters, radiators]
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from synpose import records
from synpose.generation.primitives import Seat
from synpose.generation.rooms.layouts import LAYOUTS
from synpose.generation.rooms.seating import Layout
from synpose.generation.rooms.styles import check_part

CATALOGUE = Path(__file__).parents[1] / 'data' / 'rooms' / 'catalogue.yaml'
"""The 56 rooms that come with the package, in the order scenes use them."""
ROOM_SIZES = ('small', 'medium', 'large')
SIZE_EDGES = (30, 60)
"""Most seats of a small and of a medium room."""
KINDS = ('classroom', 'lecture_hall', 'seminar', 'meeting', 'computer', 'exam', 'laboratory', 'library')
DESKS = ('any', 'legs', 'panel', 'bench', 'trestle', 'counter', 'none')
CHAIRS = ('any', 'school', 'wood', 'sled', 'office', 'stool', 'folding')
WINDOWS = ('any', 'left', 'right', 'back')
SHADES = ('any', 'none', 'curtains', 'roller', 'slats')
WALLS = ('any', 'plain', 'two_tone', 'panels')
CEILINGS = ('any', 'tiles', 'plain', 'beams')
BOARDS = ('any', 'chalk', 'white', 'screen', 'display', 'none')
DECORATIONS = (
    'cabinet', 'cables', 'clock', 'coats', 'bin', 'flag', 'lectern', 'monitors', 'plants', 'posters', 'projector',
    'radiators', 'shelves', 'teacher_desk',
)  # fmt: skip


@dataclass(frozen=True)
class RoomPlan:
    """One room's description. Where a field says ``'any'`` the room's own random generator chooses.

    Attributes:
        name: Unique.
        kind: One of :data:`KINDS`; says what lies on the desks.
        layout: ``type``, a name of :data:`~synpose.generation.rooms.layouts.LAYOUTS`, and that layout's parameters.
        size: One of :data:`ROOM_SIZES`; by default from the number of seats, see :data:`SIZE_EDGES`.
        desk: One of :data:`DESKS`; ``'none'`` gives chairs a writing tablet.
        chair: One of :data:`CHAIRS`.
        height: (low, high) of the ceiling above the lowest floor, m.
        windows: Walls with windows, of :data:`WINDOWS`; empty for none.
        shades: One of :data:`SHADES`.
        walls: One of :data:`WALLS`.
        ceiling: One of :data:`CEILINGS`.
        boards: What hangs on the front wall, of :data:`BOARDS`, the widest first.
        doors: Number of doors, 0-2.
        decorations: Of :data:`DECORATIONS`.
        occupancy: Factor on the generator's probability that a place is taken.
        style: Changes of the generator's style, e.g. ``{'floor': {'textures': ['carpet']}}``.
    """

    name: str
    layout: dict[str, Any]
    kind: str = 'classroom'
    size: str = ''
    desk: str = 'any'
    chair: str = 'any'
    height: tuple[float, float] = (2.8, 3.3)
    windows: tuple[str, ...] = ('any',)
    shades: str = 'any'
    walls: str = 'any'
    ceiling: str = 'any'
    boards: tuple[str, ...] = ('any',)
    doors: int = 1
    decorations: tuple[str, ...] = ('posters', 'shelves', 'teacher_desk', 'clock', 'radiators')
    occupancy: float = 1.0
    style: dict[str, Any] = field(default_factory=dict)

    def seating_plan(self) -> Layout:
        """Make the layout."""
        return LAYOUTS[self.layout['type']](**{key: value for key, value in self.layout.items() if key != 'type'})

    @property
    def seats(self) -> int:
        """Number of chairs."""
        return len(self.seating_plan().build(np.random.default_rng(0), Seat()).places)


def load_rooms(source: str | os.PathLike | Sequence[str | Mapping[str, Any]] | None = None) -> list[RoomPlan]:
    """Read rooms.

    Args:
        source: None for the catalogue; a list whose items are names of the catalogue or records; or the path of a
            YAML file with a list of records under ``rooms``.

    Raises:
        FileNotFoundError: If the file is missing.
        ValueError: If a record is wrong (it names file, record and field), or two rooms have one name.
    """
    if source is None:
        return list(_catalogue())
    where, items = 'rooms', source
    if isinstance(source, (str, os.PathLike)):
        where, items = str(source), _read(Path(source))
    if not isinstance(items, Sequence) or not items:
        raise ValueError(f'{where}: expected a list of rooms, got {items!r:.80}')
    known = {plan.name: plan for plan in _catalogue()} if any(isinstance(item, str) for item in items) else {}
    plans = []
    for i, item in enumerate(items):
        if isinstance(item, str) and item not in known:
            raise ValueError(f'{where}: room {item!r} is not in the catalogue')
        plans.append(known[item] if isinstance(item, str) else parse_room(item, where, i))
    names = [plan.name for plan in plans]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f'{where}: two rooms are named {name!r}')
    return plans


@lru_cache(maxsize=1)
def _catalogue() -> tuple[RoomPlan, ...]:
    return tuple(parse_room(record, CATALOGUE.name, i) for i, record in enumerate(_read(CATALOGUE)))


def _read(path: Path) -> Sequence[Mapping[str, Any]]:
    if not path.is_file():
        raise FileNotFoundError(f'no file of rooms at {path}')
    data = records.read_yaml(path)
    if list(data) != ['rooms'] or not isinstance(data['rooms'], list):
        raise ValueError(f"{path}: expected a list under 'rooms' and nothing else")
    return data['rooms']


def parse_room(record: Mapping[str, Any], where: str = 'rooms', index: int = 0) -> RoomPlan:
    """Check one record.

    Args:
        record: Fields of :class:`RoomPlan`.
        where: Named in errors.
        index: The record's number, named in errors while its name is not known.

    Raises:
        ValueError: If a field is unknown, missing or wrong.
    """
    name = record.get('name', index) if isinstance(record, Mapping) else index
    here = f'{where}: room {name!r}'
    plan = records.build(RoomPlan, record, _READERS, here)
    if not plan.seats:
        raise ValueError(f'{here}: layout: has no seats')
    return plan if plan.size else replace(plan, size=ROOM_SIZES[sum(plan.seats > edge for edge in SIZE_EDGES)])


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f'{where}: expected a name, got {value!r}')
    return value


def _some(allowed: Sequence[str]) -> Callable[[Any, str], tuple[str, ...]]:
    """Return a reader of a list of names that must be among ``allowed``."""

    def read(value: Any, where: str) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f'{where}: expected a list, got {value!r}')
        return tuple(records.choice(*allowed)(item, where) for item in value)

    return read


def _within(low: float, high: float, whole: bool = False) -> Callable[[Any, str], Any]:
    """Return a reader of a number in [low, high]."""

    def read(value: Any, where: str) -> Any:
        (number,) = records.numbers([value], where, 1)
        if not low <= number <= high or (whole and not isinstance(value, int)):
            raise ValueError(
                f'{where}: {value!r} is not {"a whole number" if whole else "a number"} in [{low}, {high}]'
            )
        return value

    return read


def _height(value: Any, where: str) -> tuple[float, float]:
    low, high = records.span(value, where)
    if low < 2.4 or high > 15:
        raise ValueError(f'{where}: {value!r} is not within 2.4-15 m')
    return low, high


def _style(value: Any, where: str) -> dict[str, Any]:
    style = records.mapping(value, where)
    for part, changes in style.items():
        check_part(changes, f'{where}: {part}', part)
    return style


def _layout(value: Any, where: str) -> dict[str, Any]:
    layout = records.mapping(value, where)
    kind = records.choice(*LAYOUTS)(layout.get('type'), f'{where}: type')
    hints = get_type_hints(LAYOUTS[kind])
    for key in layout:
        if key not in (*hints, 'type'):
            raise ValueError(f'{where}: {kind} has no {key!r}, expected some of {sorted(hints)}')
    for one in fields(LAYOUTS[kind]):  # type: ignore[arg-type]
        if one.name in layout:
            layout[one.name] = _parameter(layout[one.name], hints[one.name], one.name, f'{where}: {one.name}')
    try:
        LAYOUTS[kind](**{key: item for key, item in layout.items() if key != 'type'})
    except (TypeError, ValueError) as error:
        raise ValueError(f'{where}: {error}') from error
    return layout


def _parameter(value: Any, hint: Any, name: str, where: str) -> Any:
    if get_origin(hint) is tuple:
        if Ellipsis in get_args(hint):
            return tuple(
                _within(1, 500, True)(item, where) for item in (value if isinstance(value, (list, tuple)) else [value])
            )
        return records.span(value, where)
    if hint is bool:
        return records.flag(value, where)
    if hint is int:
        return _within(1 if name in ('rows', 'columns', 'seats', 'side', 'sectors', 'rings') else 0, 500, True)(
            value, where
        )
    if hint is float:
        return _within(-360 if name in ('turn', 'skew') else 0, 360)(value, where)
    return records.choice('rectangle', 'oval')(value, where)


_READERS: dict[str, Callable[[Any, str], Any]] = {
    'name': _text,
    'layout': _layout,
    'kind': records.choice(*KINDS),
    'size': records.choice(*ROOM_SIZES),
    'desk': records.choice(*DESKS),
    'chair': records.choice(*CHAIRS),
    'height': _height,
    'windows': _some(WINDOWS),
    'shades': records.choice(*SHADES),
    'walls': records.choice(*WALLS),
    'ceiling': records.choice(*CEILINGS),
    'boards': _some(BOARDS),
    'doors': _within(0, 2, True),
    'decorations': _some(DECORATIONS),
    'occupancy': _within(0, 1),
    'style': _style,
}
