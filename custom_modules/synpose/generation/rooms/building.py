"""Furnished rooms: a plan's seating inside walls, with what stands and hangs there, under lamps and windows.

World frame: x in ``[-width / 2, width / 2]``, y from the back wall (0) to the front wall with the board (``depth``),
z up from the floor before the board.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from synpose.generation.primitives import Mesh, Seat
from synpose.generation.rooms import interiors
from synpose.generation.rooms.collisions import Solid
from synpose.generation.rooms.finishes import Finishes, Light, sample_material
from synpose.generation.rooms.furnishing import decorate, furnish
from synpose.generation.rooms.room_plans import ROOM_SIZES, RoomPlan
from synpose.generation.rooms.seating import Place, Platform, Table
from synpose.generation.rooms.styles import merged_style
from synpose.generation.rooms.walls import make_walls
from synpose.generation.shapes import merge

__all__ = ['ROOM_SIZES', 'Light', 'Place', 'Room', 'build_room', 'sample_material']


@dataclass
class Room:
    """A furnished room without people.

    Attributes:
        size_name: One of :data:`~synpose.generation.rooms.room_plans.ROOM_SIZES`.
        extent: (width, depth, height), m.
        meshes: All finishes that do not shine.
        lights: Lamps, windows, and the ceiling as a weak source that stands for light scattered many times.
        places: Where people can sit, row by row from the back.
        teacher: (x, y) ranges in m of the free floor before the board: ``((x0, x1), (y0, y1))``.
        solids: What people must not reach into: tables, chairs, cupboards.
        platforms: Steps of the floor, from the lowest.
        headroom: Height below which nothing hangs from the ceiling at the walls, m.
        occupancy: Factor on the probability that a place is taken.
    """

    size_name: str
    extent: tuple[float, float, float]
    meshes: list[Mesh] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    teacher: tuple[tuple[float, float], tuple[float, float]] = ((0, 0), (0, 0))
    solids: list[Solid] = field(default_factory=list)
    platforms: list[Platform] = field(default_factory=list)
    headroom: float = np.inf
    occupancy: float = 1.0

    def floor(self, x: float, y: float) -> float:
        """Height of the floor at a point, m."""
        return max((p.height for p in self.platforms if p.carries(x, y)), default=0.0)

    def heads(self) -> np.ndarray:
        """Where heads can be: ``(N, 3)`` m, a point above each place and some where a teacher stands."""
        sitting = [place.position + np.array([0, 0, place.seat.seat_height + 0.75]) for place in self.places]
        (x0, x1), (y0, y1) = self.teacher
        standing = [np.array([x, y, 1.7]) for x in np.linspace(x0, x1, 9) for y in (y0, y1)]
        return np.array([*sitting, *standing])


def build_room(rng: np.random.Generator, plan: RoomPlan, style: Mapping) -> Room:
    """Furnish a room.

    Args:
        rng: Source of every choice; the same state gives the same room.
        plan: The room's description.
        style: Styles by part, :data:`~synpose.generation.rooms.styles.MATERIALS` (see :func:`sample_material`), and
            ``light`` with (low, high) of ``lamp``, ``window`` and ``ambient`` radiance and of ``warmth`` (-1 blue, 1
            yellow). The plan's own ``style`` overrides it.

    Raises:
        ValueError: If a texture's name is unknown.
    """
    style = merged_style(style, plan.style)
    room, tables = lay_out(rng, plan)
    walls = make_walls(room.extent, room.floor)
    finishes = Finishes.sample(rng, style, plan)
    interiors.build_shell(rng, room, finishes, walls)
    interiors.hang_boards(rng, room, finishes, walls['front'])
    interiors.add_doors(rng, room, finishes, walls)
    interiors.add_windows(rng, room, finishes, walls, style['light'])
    interiors.add_lamps(rng, room, finishes, style['light'])
    furnish(rng, room, finishes, tables)
    decorate(rng, room, finishes, walls)
    room.meshes = merge(room.meshes)
    return room


def lay_out(rng: np.random.Generator, plan: RoomPlan) -> tuple[Room, list[Table]]:
    """Place a plan's seating in an empty room: extent, places, floor, where a teacher stands, and the tables."""
    layout = plan.seating_plan()
    seating = layout.build(rng, sample_seat(rng, plan))
    low, high = seating.bounds()
    # The room is symmetric about x = 0 and leaves the layout's free floor on each side.
    half = max(-low[0], high[0]) + layout.aisle
    seating.shift(np.array([0.0, layout.back - low[1], 0.0]))
    depth = high[1] - low[1] + layout.back + layout.front
    top = max((platform.height for platform in seating.platforms), default=0.0)
    height = max(rng.uniform(*plan.height), top + 2.6)
    room = Room(plan.size, (2 * half, depth, height), places=seating.places, occupancy=plan.occupancy)
    room.platforms = [platform.clipped(half, depth) for platform in seating.platforms]
    room.teacher = ((-0.55 * half, 0.55 * half), (depth - 1.6, depth - 1.1))
    return room, seating.tables


def sample_seat(rng: np.random.Generator, plan: RoomPlan) -> Seat:
    """Draw the measures of a room's chairs and desks."""
    seat_height = rng.uniform(0.42, 0.47)
    seat = Seat(
        seat_height=seat_height,
        seat_depth=rng.uniform(0.38, 0.44),
        desk_height=seat_height + rng.uniform(0.26, 0.31),
        desk_near=0.2,
        desk_depth=rng.uniform(0.48, 0.6),
        desk_width=rng.uniform(0.7, 1.0),
    )
    if plan.desk == 'none':
        return replace(seat, desk_near=0.2, desk_depth=rng.uniform(0.26, 0.3), desk_width=rng.uniform(0.5, 0.56))
    if plan.desk == 'bench':
        return replace(seat, desk_depth=rng.uniform(0.36, 0.42))
    if plan.kind == 'computer':
        return replace(seat, desk_depth=rng.uniform(0.65, 0.75))
    if plan.chair == 'stool':  # higher than a chair, low enough for feet to reach the floor
        return replace(seat, seat_height=seat_height + 0.06, desk_height=seat.desk_height + 0.08, desk_depth=0.6)
    return seat
