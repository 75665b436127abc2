"""Who sits where: people for one frame of a room."""

from typing import Protocol

import numpy as np

from synpose.generation.furniture import moved
from synpose.generation.primitives import Mesh, Person, Seat
from synpose.generation.props import lay
from synpose.generation.rooms import Room


class Factory(Protocol):
    """What :func:`compose` needs of :class:`synpose.generation.people.PersonFactory`."""

    def sample_seated(self, rng: np.random.Generator, seat: Seat, movement: str | None = None) -> Person:
        """Return a seated person in the seat's frame."""

    def sample_standing(self, rng: np.random.Generator) -> Person:
        """Return a person standing on the origin, facing +y."""


def compose(
    rng: np.random.Generator,
    room: Room,
    factory: Factory,
    occupancy: float,
    teacher: float,
    heading_jitter: float = 4.0,
    max_people: int | None = None,
) -> tuple[list[Person], list[Mesh]]:
    """Fill a room with people in new clothes and movements.

    Args:
        rng: Source of randomness.
        room: The room.
        factory: Makes the people.
        occupancy: Probability that a place is taken, in [0, 1].
        teacher: Probability that someone stands before the board, in [0, 1].
        heading_jitter: Standard deviation of the sitters' turn on their chairs, degrees.
        max_people: At most so many; None for no limit.

    Returns:
        People, the teacher last, and what lies before them on their desks, in world coordinates.
    """
    taken = [place for place in room.places if rng.random() < occupancy]
    if max_people is not None and len(taken) > max_people:
        keep = sorted(rng.choice(len(taken), max_people, replace=False))
        taken = [taken[i] for i in keep]
    people: list[Person] = []
    things: list[Mesh] = []
    for place in taken:
        turn = np.clip(rng.normal(0, heading_jitter), -2 * heading_jitter, 2 * heading_jitter)
        person = factory.sample_seated(rng, place.seat)
        heading = place.heading + np.deg2rad(turn)
        people.append(person.placed(place.position, heading))
        for thing in person.attributes.get('on_desk', ()):
            things += moved(lay(rng, thing, place.seat, person.attributes['main_hand']), place.position, heading)
    if rng.random() < teacher and (max_people is None or len(people) < max_people):
        (x0, x1), (y0, y1) = room.teacher
        spot = np.array([rng.uniform(x0, x1), rng.uniform(y0, y1), 0.0])
        people.append(factory.sample_standing(rng).placed(spot, np.pi + rng.normal(0, 0.5)))
    return people, things
