"""The walls of a room as places to put things: a frame of their own and a record of what is taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from synpose.generation.primitives import Mesh
from synpose.generation.rooms.seating import turned
from synpose.generation.shapes import moved

Floor = Callable[[float, float], float]


@dataclass
class Wall:
    """One wall, seen from inside the room.

    Its frame: x along the wall to the viewer's right from its middle, y into the wall (things in the room have
    y < 0), z up.

    Attributes:
        heading: Direction of its y, rad; 0 is the front wall.
        middle: ``(2,)`` m, where its frame's origin lies in the room.
        length: m.
        height: m.
        floor: Height of the room's floor at x and y, m.
        taken: Rectangles (x0, x1, z0, z1) m that things cover.
    """

    heading: float
    middle: np.ndarray
    length: float
    height: float
    floor: Floor
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def spot(self, x: float, y: float = 0.0) -> np.ndarray:
        """Return the room's ``(2,)`` m of a point of the wall's frame."""
        return self.middle + turned(np.array([x, y]), self.heading)

    def ground(self, x: float, width: float = 0.0) -> float:
        """Height of the floor along ``width`` m of the wall around ``x``, m: its highest."""
        return max(self.floor(*self.spot(x + dx, -0.15)) for dx in (-0.5 * width, 0.0, 0.5 * width))

    def level(self, x: float, width: float) -> bool:
        """Whether the floor has no step along ``width`` m around ``x``."""
        heights = [self.floor(*self.spot(x + dx, -0.15)) for dx in np.linspace(-0.5, 0.5, 5) * width]
        return max(heights) - min(heights) < 1e-6

    def put(self, meshes: Sequence[Mesh], x: float, z: float = 0.0) -> list[Mesh]:
        """Move meshes from the frame of a thing on the wall into the room."""
        return moved(meshes, np.array([*self.spot(x), z]), self.heading)

    def is_free(self, x: float, width: float, low: float, high: float, margin: float = 0.08) -> bool:
        """Whether a rectangle lies on the wall and touches nothing."""
        a, b = x - 0.5 * width - margin, x + 0.5 * width + margin
        inside = abs(x) + 0.5 * width <= 0.5 * self.length - 0.05 and high <= self.height - 0.05
        return inside and all(
            b <= x0 or x1 <= a or high + margin <= z0 or z1 <= low - margin for x0, x1, z0, z1 in self.taken
        )

    def take(self, x: float, width: float, low: float, high: float) -> None:
        """Mark a rectangle as covered."""
        self.taken.append((x - 0.5 * width, x + 0.5 * width, low, high))

    def find(self, rng: np.random.Generator, width: float, low: float, high: float, tries: int = 8) -> float | None:
        """Look for a free stretch; ``low`` and ``high`` are m above the local floor.

        Returns:
            Its middle, m, now taken; None if the tries hit none.
        """
        reach = 0.5 * (self.length - width) - 0.06
        for _ in range(tries if reach > 0 else 0):
            x = float(rng.uniform(-reach, reach))
            ground = self.ground(x, width)
            if (low > 0.5 or self.level(x, width)) and self.is_free(x, width, low + ground, high + ground):
                self.take(x, width, low + ground, high + ground)
                return x
        return None


def make_walls(extent: Sequence[float], floor: Floor) -> dict[str, Wall]:
    """Return the four walls of a room of ``extent`` (width, depth, height) m by name: front, back, left, right."""
    width, depth, height = extent
    return {
        'front': Wall(0.0, np.array([0.0, depth]), width, height, floor),
        'back': Wall(np.pi, np.array([0.0, 0.0]), width, height, floor),
        'left': Wall(0.5 * np.pi, np.array([-0.5 * width, 0.5 * depth]), depth, height, floor),
        'right': Wall(-0.5 * np.pi, np.array([0.5 * width, 0.5 * depth]), depth, height, floor),
    }
