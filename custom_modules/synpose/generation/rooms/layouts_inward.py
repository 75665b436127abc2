"""Seating plans whose chairs face each other or the walls; see :mod:`synpose.generation.rooms.layouts`."""

from dataclasses import dataclass, replace

import numpy as np

from synpose.generation.primitives import Seat
from synpose.generation.rooms.seating import Place, Seating, Table, seat_line, turned


@dataclass(frozen=True)
class Horseshoe:
    """Tables along three or four sides of a square, everyone facing its middle; two facing benches without a base.

    Attributes:
        base: Chairs on the side opposite the board, facing it.
        arms: Chairs on each of the two sides.
        lid: Chairs on the board's side, backs to it.
        rings: 2 adds a second line behind each arm and the base.
        shared: Chairs at one table; 0 for one table for a side.
        spacing: Between neighbors, m.
        width: Free floor between the arms' tables, m; 0 takes what the base needs.
        pitch: Between rings, m.
    """

    base: int = 4
    arms: int = 4
    lid: int = 0
    rings: int = 1
    shared: int = 2
    spacing: float = 0.78
    width: float = 0.0
    pitch: float = 1.3
    aisle: float = 0.6
    back: float = 0.8
    front: float = 1.9

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """See :class:`~synpose.generation.rooms.seating.Layout`."""
        seating = Seating()
        reach = seat.desk_near + seat.desk_depth  # from the chair to the table's far edge
        half_width = 0.5 * (self.width or max(self.base, self.lid) * self.spacing)
        half_depth = 0.5 * self.arms * self.spacing
        for ring in range(self.rings):
            away = reach + ring * self.pitch + 0.04
            lines = [(0.0, self.base + 2 * ring, np.array([0.0, -half_depth - away, 0.0]))]
            lines += [
                (side * 0.5 * np.pi, self.arms, np.array([side * (half_width + away), 0.0, 0.0])) for side in (-1, 1)
            ]
            if ring == 0:
                lines.append((np.pi, self.lid, np.array([0.0, half_depth + away, 0.0])))
            for heading, count, middle in lines:
                if heading or self.base:
                    seat_line(seating, seat, count, self.spacing, middle, heading, self.shared)
        return seating


@dataclass(frozen=True)
class Rounds:
    """Round tables.

    Attributes:
        rows: Tables from back to front.
        columns: Tables from left to right.
        seats: Chairs at each.
        spacing: Between neighbors along the table's edge, m.
        gap: Floor between tables' chairs, m.
        open: Leave the place nearest to the board free, so that nobody turns the back to it.
    """

    rows: int = 1
    columns: int = 1
    seats: int = 6
    spacing: float = 0.8
    gap: float = 0.6
    open: bool = False
    aisle: float = 0.6
    back: float = 0.7
    front: float = 1.9

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """See :class:`~synpose.generation.rooms.seating.Layout`."""
        seating = Seating()
        radius = max(self.seats * self.spacing / (2 * np.pi), 0.55)
        cell = 2 * (radius + seat.desk_near + 0.35) + self.gap
        seat = replace(seat, desk_width=min(0.6, self.spacing), desk_depth=min(seat.desk_depth, radius))
        for row in range(self.rows):
            for column in range(self.columns):
                index = np.array([column - 0.5 * (self.columns - 1), row])
                center = np.array([*(index * cell + rng.normal(0, 0.05, 2)), 0.0])
                seating.tables.append(Table(center, 0.0, 2 * radius, 2 * radius, seat.desk_height, 'round', True))
                first = 0.0 if self.open else rng.uniform(0, 2 * np.pi)
                for k in range(1 if self.open else 0, self.seats):
                    heading = np.pi + first + 2 * np.pi * k / self.seats
                    spot = center + turned(np.array([0.0, -radius - seat.desk_near, 0.0]), heading)
                    seating.places.append(Place(seat, spot, heading))
        return seating


@dataclass(frozen=True)
class Perimeter:
    """Tables along the walls, people facing them, and perhaps a double row in the middle: computer rooms.

    Attributes:
        left: Chairs facing the left wall.
        right: Chairs facing the right wall.
        end: Chairs facing the back wall.
        middle: Chairs on each side of the double row, which runs from back to front.
        shared: Chairs at one table; 0 for one table for a line.
        spacing: Between neighbors, m.
        gap: Floor between the backs of two lines, m.
    """

    left: int = 5
    right: int = 5
    end: int = 4
    middle: int = 0
    shared: int = 2
    spacing: float = 0.95
    gap: float = 1.2
    aisle: float = 0.04
    back: float = 0.04
    front: float = 2.2

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """See :class:`~synpose.generation.rooms.seating.Layout`."""
        seating = Seating()
        reach = seat.desk_near + seat.desk_depth
        inner = self.gap + 0.7 + (2 * reach + 0.7 if self.middle else 0.0)
        half = 0.5 * max(inner, self.end * self.spacing)
        start = reach + 0.8 if self.end else 0.0  # the walls' lines begin in front of the back wall's
        lines = [(np.pi, self.end, np.array([0.0, reach, 0.0]))]
        for side, count in ((-1, self.left), (1, self.right)):
            lines.append((-side * 0.5 * np.pi, count, np.array([side * half, start + 0.5 * count * self.spacing, 0.0])))
            y = start + 0.2 + 0.5 * self.middle * self.spacing
            lines.append((side * 0.5 * np.pi, self.middle, np.array([side * reach, y, 0.0])))
        for heading, count, middle in lines:
            seat_line(seating, seat, count, self.spacing, middle, heading, self.shared)
        return seating


@dataclass(frozen=True)
class Circle:
    """Chairs with writing tablets in one or more circles, facing the middle.

    Attributes:
        seats: Chairs of the inner circle.
        rings: Circles.
        spacing: Between neighbors, m.
    """

    seats: int = 14
    rings: int = 1
    spacing: float = 0.85
    aisle: float = 0.6
    back: float = 0.6
    front: float = 1.6

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """See :class:`~synpose.generation.rooms.seating.Layout`."""
        seating = Seating()
        for ring in range(self.rings):
            radius = self.seats * self.spacing / (2 * np.pi) + 1.25 * ring
            count = int(2 * np.pi * radius / self.spacing + 0.01)
            first = rng.uniform(0, 2 * np.pi)
            for k in range(count):
                heading = first + 2 * np.pi * k / count + rng.normal(0, np.deg2rad(3))
                spot = turned(np.array([0.0, -radius, 0.0]), heading)
                seating.places.append(Place(seat, spot, heading))
        return seating
