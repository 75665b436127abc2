"""Chairs, tables and steps of a room as plain records, and the line of chairs that all layouts are made of.

Frame: metres, the board is in the direction +y, x to the right of whoever faces it, z up from the front floor.
"""

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from synpose.generation.primitives import Seat


@dataclass
class Place:
    """A chair and its desk: the sitter's frame in the room.

    Attributes:
        seat: The furniture's measures.
        position: ``(3,)`` m, the origin of the sitter's frame.
        heading: Rotation about z, rad; 0 faces the front wall.
    """

    seat: Seat
    position: np.ndarray
    heading: float


@dataclass
class Table:
    """A table top and what carries it.

    Attributes:
        center: ``(3,)`` m, the floor point below its middle.
        heading: Rotation about z, rad; at 0 its length runs along x and its far edge points to +y.
        length: Along its x, m.
        depth: Along its y, m.
        height: Of its top face above its floor, m.
        shape: ``'rectangle'``, ``'oval'`` or ``'round'``.
        two_sided: People sit on both long sides.
    """

    center: np.ndarray
    heading: float
    length: float
    depth: float
    height: float
    shape: str = 'rectangle'
    two_sided: bool = False


@dataclass
class Platform:
    """A step that rows stand on: the floor between two lines, at a height.

    Attributes:
        front: ``(K, 2)`` m, the line nearer to the board, from left to right.
        back: ``(K, 2)`` m, the line behind it.
        height: m.
    """

    front: np.ndarray
    back: np.ndarray
    height: float

    def carries(self, x: float, y: float) -> bool:
        """Whether a point lies above it (even-odd rule)."""
        ring = np.concatenate([self.front, self.back[::-1]])
        (x0, y0), (x1, y1) = ring.T, np.roll(ring, -1, axis=0).T
        crosses = (y0 > y) != (y1 > y)
        at = x0 + (y - y0) * (x1 - x0) / np.where(crosses, y1 - y0, 1.0)
        return bool(np.count_nonzero(crosses & (x < at)) % 2)

    def clipped(self, half_width: float, depth: float) -> 'Platform':
        """Return it cut off at the walls of a room ``2 half_width`` x ``depth`` m."""
        low, high = np.array([-half_width, 0.0]), np.array([half_width, depth])
        return Platform(np.clip(self.front, low, high), np.clip(self.back, low, high), self.height)


@dataclass
class Seating:
    """What a layout builds.

    Attributes:
        places: Chairs.
        tables: Tables, none for chairs with writing tablets.
        platforms: Steps of a lecture hall, from the lowest.
    """

    places: list[Place] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    platforms: list[Platform] = field(default_factory=list)

    def shift(self, offset: np.ndarray) -> None:
        """Move everything by ``(3,)`` m."""
        for place in self.places:
            place.position = place.position + offset
        for table in self.tables:
            table.center = table.center + offset
        for platform in self.platforms:
            platform.front, platform.back = platform.front + offset[:2], platform.back + offset[:2]

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and highest x and y ``(2,)`` m of chairs and tables."""
        points = [place.position[:2] + 0.32 * corner for place in self.places for corner in _CORNERS]
        for table in self.tables:
            half = 0.5 * np.array([table.length, table.depth])
            points += [table.center[:2] + turned(half * corner, table.heading) for corner in _CORNERS]
        return np.min(points, axis=0), np.max(points, axis=0)


class Layout(Protocol):
    """A seating plan."""

    @property
    def aisle(self) -> float:
        """Free floor beside the seating, m."""

    @property
    def back(self) -> float:
        """Free floor behind it, m."""

    @property
    def front(self) -> float:
        """Free floor between it and the board, m."""

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """Place chairs and tables like ``seat``, whose ``desk_width`` is the widest a single desk may be."""


_CORNERS = tuple(np.array([sx, sy]) for sx in (-1, 1) for sy in (-1, 1))


def turned(point: np.ndarray, heading: float) -> np.ndarray:
    """Turn a point's first two coordinates ``(2,)`` or ``(3,)`` about z by ``heading`` rad, counterclockwise."""
    c, s = np.cos(heading), np.sin(heading)
    return np.array([c * point[0] - s * point[1], s * point[0] + c * point[1], *point[2:]])


def seat_line(
    seating: Seating, seat: Seat, count: int, spacing: float, middle: np.ndarray, heading: float, shared: int = 1
) -> None:
    """Add chairs side by side, with tables before them that ``shared`` neighbors share.

    Args:
        seating: Gets the chairs and tables.
        seat: Its ``desk_width`` is the single desk's; shared tables are as wide as their seats' spacing.
        count: Number of chairs.
        spacing: Between chairs, m.
        middle: ``(3,)`` m, the middle of the line of chairs.
        heading: Direction the chairs face, rad.
        shared: Chairs at one table; 0 for one table along the whole line.
    """
    shared = max(min(shared or count, count), 1)
    if shared > 1:
        seat = replace(seat, desk_width=spacing)
    for i in range(count):
        x = (i - 0.5 * (count - 1)) * spacing
        seating.places.append(Place(seat, middle + turned(np.array([x, 0.0, 0.0]), heading), heading))
    y = seat.desk_near + 0.5 * seat.desk_depth
    for start in range(0, count, shared):
        taken = min(shared, count - start)
        x = (start + 0.5 * (taken - 1) - 0.5 * (count - 1)) * spacing
        length = seat.desk_width if taken == 1 and shared == 1 else taken * spacing - 0.01
        center = middle + turned(np.array([x, y, 0.0]), heading)
        seating.tables.append(Table(center, heading, length, seat.desk_depth, seat.desk_height))
