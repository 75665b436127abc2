"""Seating plans in rows and at tables; :data:`LAYOUTS` lists them and those of :mod:`.layouts_inward`.

Every layout is a small dataclass whose fields are the parameters that a room's record may set; ``build`` turns it into
:class:`~synpose.generation.rooms.seating.Seating`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from synpose.generation.primitives import Seat
from synpose.generation.rooms.layouts_inward import Circle, Horseshoe, Perimeter, Rounds
from synpose.generation.rooms.seating import Layout, Platform, Seating, Table, seat_line, turned


@dataclass(frozen=True)
class Rows:
    """Straight rows facing the board: single desks, pairs, long benches, exam grids, tiers.

    Attributes:
        rows: Rows.
        columns: Chairs in a row.
        blocks: Chairs between aisles, e.g. (4, 6, 4); their sum is ``columns``. Empty for no aisle.
        shared: Chairs at one table; 0 for one table for a whole block.
        pitch: (low, high) distance between rows, m.
        spacing: (low, high) distance between neighbors, m.
        gap: Aisle between blocks, m.
        rise: Height of each step, m; 0 for a flat floor.
        skew: Turn of the outer blocks toward the middle, degrees.
        jitter: Standard deviation of where single desks stand, m.
    """

    rows: int
    columns: int
    blocks: tuple[int, ...] = ()
    shared: int = 1
    pitch: tuple[float, float] = (1.3, 1.5)
    spacing: tuple[float, float] = (1.15, 1.45)
    gap: float = 0.9
    rise: float = 0.0
    skew: float = 0.0
    jitter: float = 0.04
    aisle: float = 0.6
    back: float = 0.9
    front: float = 2.0

    def __post_init__(self) -> None:
        if self.blocks and sum(self.blocks) != self.columns:
            raise ValueError(f'blocks {self.blocks} do not add up to {self.columns} columns')

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """See :class:`Layout`."""
        blocks = self.blocks or (self.columns,)
        pitch, spacing = rng.uniform(*self.pitch), rng.uniform(*self.spacing)
        seat = replace(seat, desk_width=min(seat.desk_width, spacing - 0.12))
        seating = Seating()
        widths = np.array(blocks) * spacing
        starts = np.cumsum([0.0, *(widths[:-1] + self.gap)])
        middles = starts + 0.5 * widths - 0.5 * (starts[-1] + widths[-1])
        free = self.shared == 1 and not self.rise and self.jitter > 0
        for row in range(self.rows):
            z = (self.rows - 1 - row) * self.rise
            for count, x in zip(blocks, middles):
                turn = np.deg2rad(self.skew) * np.sign(np.round(x, 6))
                if not free:
                    y = row * pitch + abs(x) * np.tan(abs(turn))
                    seat_line(seating, seat, count, spacing, np.array([x, y, z]), turn, self.shared)
                    continue
                for i in range(count):
                    own = replace(seat, desk_near=seat.desk_near + rng.uniform(-0.03, 0.06))
                    across = turned(np.array([(i - 0.5 * (count - 1)) * spacing, 0.0]), turn)
                    spot = np.array([x, row * pitch + abs(x) * np.tan(abs(turn))]) + across
                    spot = np.array([*(spot + rng.normal(0, self.jitter, 2)), 0.0])
                    seat_line(seating, own, 1, spacing, spot, turn + rng.normal(0, np.deg2rad(2)))
        half = 0.5 * (starts[-1] + widths[-1]) + 10
        for row in reversed(range(self.rows - 1)) if self.rise else ():
            # A step begins behind the chairs of the row before it.
            y = (row + 1) * pitch - 0.42
            front = np.array([[-half, y], [half, y]])
            back = front - [0, pitch if row else 50.0]
            seating.platforms.append(Platform(front, back, (self.rows - 1 - row) * self.rise))
        return seating


@dataclass(frozen=True)
class Arcs:
    """Rows on circles around the speaker, rising to the back: an amphitheater.

    Attributes:
        rows: Rows.
        radius: Of the first row, m.
        span: Opening of the rows, degrees, at most 180.
        sectors: Parts of a row between aisles.
        pitch: Between rows, m.
        spacing: Between neighbors, m.
        rise: Height of each step, m.
    """

    rows: int
    radius: float = 3.5
    span: float = 120.0
    sectors: int = 2
    pitch: float = 1.0
    spacing: float = 0.72
    rise: float = 0.2
    gap: float = 0.9
    aisle: float = 0.6
    back: float = 0.8
    front: float = 2.2

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """See :class:`Layout`."""
        seating = Seating()
        angles = np.deg2rad(np.linspace(-90, 90, 37))
        rays = np.stack([np.sin(angles), -np.cos(angles)], axis=-1)
        seat = replace(seat, desk_width=self.spacing)
        for row in range(self.rows):
            radius, z = self.radius + row * self.pitch, row * self.rise
            sector = np.deg2rad(self.span) / self.sectors
            count = int((sector * radius - self.gap) / self.spacing)
            step = self.spacing / radius
            for k in range(self.sectors):
                middle = (k - 0.5 * (self.sectors - 1)) * sector
                for i in range(count):
                    angle = middle + (i - 0.5 * (count - 1)) * step
                    spot = np.array([radius * np.sin(angle), -radius * np.cos(angle), z])
                    seat_line(seating, seat, 1, self.spacing, spot, angle)
            if row and self.rise:
                edge = radius - self.pitch + 0.42
                outer = 60.0 if row == self.rows - 1 else edge + self.pitch
                seating.platforms.append(Platform(edge * rays, outer * rays, z))
        return seating


@dataclass(frozen=True)
class Islands:
    """Tables with people on two or four sides: group work, meetings, laboratories.

    Attributes:
        rows: Tables from back to front.
        columns: Tables from left to right.
        side: Chairs along each long side.
        ends: Chairs at each short side, 0 or 1.
        shape: ``'rectangle'`` or ``'oval'``.
        turn: Of the tables, degrees; at 90 people face left and right.
        depth: Of the table, m.
        spacing: Between neighbors, m.
        gap: Floor between tables' chairs, m.
    """

    rows: int = 1
    columns: int = 1
    side: int = 2
    ends: int = 0
    shape: str = 'rectangle'
    turn: float = 0.0
    depth: float = 1.1
    spacing: float = 0.78
    gap: float = 0.8
    aisle: float = 0.6
    back: float = 0.7
    front: float = 1.9

    def build(self, rng: np.random.Generator, seat: Seat) -> Seating:
        """See :class:`Layout`."""
        seating = Seating()
        length = self.side * self.spacing + (0.3 if self.ends else 0.0)
        reach = seat.desk_near + 0.35  # from the table's edge to behind the chairs
        seat = replace(seat, desk_width=self.spacing, desk_depth=0.5 * self.depth)
        turn = np.deg2rad(self.turn)
        size = np.array([length + (2 * reach if self.ends else 0.0), self.depth + 2 * reach])
        cell = np.abs(turned(size * [1, 0], turn)) + np.abs(turned(size * [0, 1], turn)) + self.gap
        for row in range(self.rows):
            for column in range(self.columns):
                index = np.array([column - 0.5 * (self.columns - 1), row])
                center = np.array([*(index * cell + rng.normal(0, 0.03, 2)), 0.0])
                own = turn + rng.normal(0, np.deg2rad(1.5))
                table = Table(center, own, length, self.depth, seat.desk_height, self.shape, True)
                seating.tables.append(table)
                # (direction faced, chairs, distance of the table's edge from its middle)
                sides = [(0.0, self.side, self.depth), (np.pi, self.side, self.depth)]
                sides += [(sign * 0.5 * np.pi, self.ends, length) for sign in (-1, 1)]
                for face, count, across in sides:
                    middle = turned(np.array([0, -0.5 * across - seat.desk_near, 0]), own + face)
                    line = Seating()
                    seat_line(line, seat, count, self.spacing, center + middle, own + face, 0)
                    seating.places += line.places
        return seating


LAYOUTS: Mapping[str, type[Layout]] = MappingProxyType(
    {
        'rows': Rows,
        'arcs': Arcs,
        'islands': Islands,
        'rounds': Rounds,
        'horseshoe': Horseshoe,
        'perimeter': Perimeter,
        'circle': Circle,
    }
)
"""Seating plans by the names that rooms' records use."""
