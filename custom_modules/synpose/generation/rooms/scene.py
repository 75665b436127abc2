"""Who sits where: people for one frame of a room, none of them inside another or inside furniture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from synpose.generation.people.accessories import belongings
from synpose.generation.people.props import lay
from synpose.generation.posing import contacts
from synpose.generation.primitives import Mesh, Person, Seat
from synpose.generation.rooms.building import Room
from synpose.generation.rooms.collisions import bodies_intersect, bounds, overlap
from synpose.generation.rooms.seating import Place, turned
from synpose.generation.shapes import moved

REASONS = ('desk', 'furniture', 'wall', 'body')
"""Why people are drawn again: inside their own desk; other furniture; a wall; another person."""

_WALL_DISTANCE = 1.3  # of people who stand up, m: cameras hang at the walls


class Factory(Protocol):
    """What :func:`compose` needs of :class:`synpose.generation.people.factory.PersonFactory`."""

    model: Any
    """The body model; ``model.faces`` ``(F, 3)`` are the triangles of every person's ``skin``."""

    def identities(self, rng: np.random.Generator, count: int, teachers: bool = False) -> Sequence[Any]:
        """Draw different people for a frame: pupils, or teachers."""

    def sample_seated(
        self, rng: np.random.Generator, seat: Seat, movement: str | None = None, identity: Any = None
    ) -> Person:
        """Return a seated person in the seat's frame."""

    def sample_standing(self, rng: np.random.Generator, identity: Any = None) -> Person:
        """Return a person standing on the origin, facing +y."""


@dataclass
class Composition:
    """The people of one frame.

    Attributes:
        people: In world coordinates, the standing last.
        things: What lies on their desks and stands beside them, in world coordinates.
        redrawn: How often someone did not fit, sitting or standing, by reason (:data:`REASONS`), and how many taken
            places stayed empty and teachers were left out in the end (``'left_empty'``).
    """

    people: list[Person] = field(default_factory=list)
    things: list[Mesh] = field(default_factory=list)
    redrawn: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*REASONS, 'left_empty'), 0))


def compose(
    rng: np.random.Generator,
    room: Room,
    factory: Factory,
    occupancy: float,
    teacher: float,
    heading_jitter: float = 4.0,
    max_people: int | None = None,
    standing: float = 0.02,
    tries: int = 5,
) -> Composition:
    """Fill a room with people in new clothes and movements.

    Whoever reaches into a desk, a wall or another person is drawn again with another movement.

    Args:
        rng: Source of randomness.
        room: The room.
        factory: Makes the people.
        occupancy: Probability that a place is taken, in [0, 1]; the room's own factor multiplies it.
        teacher: Probability that someone stands before the board, in [0, 1]; a second one comes with its square / 4.
        heading_jitter: Standard deviation of the sitters' turn on their chairs, degrees.
        max_people: At most so many; None for no limit.
        standing: Probability that someone stands beside the chair, where there is room.
        tries: How often someone is drawn before the place stays empty.
    """
    taken = [i for i in range(len(room.places)) if rng.random() < occupancy * room.occupancy]
    if max_people is not None and len(taken) > max_people:
        taken = [taken[i] for i in sorted(rng.choice(len(taken), max_people, replace=False))]
    crowd = _Crowd(room, factory)
    identities = list(factory.identities(rng, len(taken)))
    upright: list[Person] = []
    for index, identity in zip(taken, identities):
        place = room.places[index]
        if rng.random() < standing:
            person = crowd.stand(rng, place, identity)
            if person is not None:
                upright.append(person)
                continue
        for _ in range(tries):
            turn = np.deg2rad(np.clip(rng.normal(0, heading_jitter), -2 * heading_jitter, 2 * heading_jitter))
            own = factory.sample_seated(rng, place.seat, identity=identity)
            person = own.placed(place.position, place.heading + turn)
            if crowd.admit(person, index):
                crowd.result.people.append(person)
                crowd.result.things += _things(rng, person, place, turn)
                break
        else:
            crowd.result.redrawn['left_empty'] += 1
    for chance, identity in zip((teacher, 0.25 * teacher), factory.identities(rng, 2, teachers=True)):
        free = max_people is None or len(crowd.result.people) + len(upright) < max_people
        if not (rng.random() < chance and free):
            break
        for _ in range(tries):
            (x0, x1), (y0, y1) = room.teacher
            spot = np.array([rng.uniform(x0, x1), rng.uniform(y0, y1), 0.0])
            person = factory.sample_standing(rng, identity=identity).placed(spot, np.pi + rng.normal(0, 0.5))
            if crowd.admit(person):
                upright.append(person)
                break
        else:
            crowd.result.redrawn['left_empty'] += 1
    crowd.result.people += upright
    return crowd.result


def _things(rng: np.random.Generator, person: Person, place: Place, turn: float) -> list[Mesh]:
    """Lay someone's things on the desk and beside the chair, in world coordinates."""
    things: list[Mesh] = []
    for name in person.attributes.get('on_desk', ()):
        things += lay(rng, name, place.seat, person.attributes['main_hand'])
    things = moved(things, np.zeros(3), turn)  # they lie before the person, who sits a little turned
    for name in person.attributes.get('belongings', ()):
        things += belongings(rng, name, place.seat, np.array(person.attributes['colors']['bag']))
    return moved(things, place.position, place.heading)


class _Crowd:
    """People who are in the room already, and what newcomers must not touch."""

    def __init__(self, room: Room, factory: Factory) -> None:
        self.room, self.factory = room, factory
        self.result = Composition()
        self._solids = [(solid, solid.bounds()) for solid in room.solids]
        self._surfaces: list[tuple[tuple[np.ndarray, np.ndarray], np.ndarray]] = []

    def admit(self, person: Person, index: int | None = None) -> bool:
        """Take someone in and let later people keep away, or count why not.

        Args:
            person: In world coordinates.
            index: As in :meth:`conflict`.

        Returns:
            Whether the person fits.
        """
        reason = self.conflict(person, index)
        if reason is not None:
            self.result.redrawn[reason] += 1
        elif person.skin is not None:
            surface = self._surface(person)
            self._surfaces.append((surface, bounds(surface[0])))
        return reason is None

    def conflict(self, person: Person, index: int | None = None) -> str | None:
        """Name what a person reaches into, one of :data:`REASONS`; None if nothing.

        Args:
            person: In world coordinates.
            index: The place someone sits at; None for standing people, who may not touch any chair either.
        """
        skin = person.skin
        if skin is None:
            return None
        box = bounds(skin)
        if index is not None:
            place = self.room.places[index]
            inverse = turned((skin - place.position).T, -place.heading).T
            if contacts.desk_penetration(inverse, place.seat) > contacts.DESK_TOLERANCE:
                return 'desk'
        half, depth = 0.5 * self.room.extent[0], self.room.extent[1]
        if box[0, 0] < -half or box[1, 0] > half or box[0, 1] < 0 or box[1, 1] > depth:
            return 'wall'
        for solid, around in self._solids:
            common = overlap(box, around)
            if common is None or (index is not None and solid.place == index):
                continue
            near = skin[((skin >= common[0]) & (skin <= common[1])).all(axis=1)]
            if len(near) and solid.depths(near).max() > (contacts.DESK_TOLERANCE if index is not None else 0.0):
                return 'furniture'
        surface = self._surface(person)
        box = bounds(surface[0])
        for other, around in self._surfaces:
            if overlap(box, around) is not None and bodies_intersect(*surface, *other):
                return 'body'
        return None

    def _surface(self, person: Person) -> tuple[np.ndarray, np.ndarray]:
        """Return vertices and faces of what others must not touch: clothes, hair and bags too, where they are made."""
        assert person.skin is not None
        return person.surface() if person.meshes else (person.skin, self.factory.model.faces)

    def stand(self, rng: np.random.Generator, place: Place, identity: Any) -> Person | None:
        """Put someone on their feet beside or behind the chair, admitted; None if there is no room."""
        aside = 0.5 * place.seat.desk_width + 0.3
        person = self.factory.sample_standing(rng, identity=identity)
        for x, y in ((aside, 0.1), (-aside, 0.1), (0.0, -0.65)):
            spot = place.position + turned(np.array([x, y, 0.0]), place.heading)
            spot[2] = self.room.floor(spot[0], spot[1])
            upright = person.placed(spot, place.heading + rng.normal(0, 0.3))
            width, depth, _ = self.room.extent
            if min(0.5 * width - abs(spot[0]), spot[1], depth - spot[1]) < _WALL_DISTANCE:
                self.result.redrawn['wall'] += 1
                continue
            if abs(spot[2] - place.position[2]) < 0.01 and self.admit(upright):
                return upright
        return None
