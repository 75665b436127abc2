"""A crowd on open ground: people in free poses, at places where no two are in one another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from synpose.generation.people.factory import PersonFactory
from synpose.generation.posing.free_actions import FreeAction
from synpose.generation.posing.free_posing import FreePoser
from synpose.generation.primitives import Person
from synpose.generation.rendering.cameras import Camera
from synpose.generation.rooms.collisions import bodies_intersect

Spot = tuple[np.ndarray, float]
_PLACES = 8  # tries to place a person before it is made anew
_PEOPLE = 6  # tries to make a person before the place is given up


@dataclass
class Crowd:
    """People in world coordinates, and what was drawn again to get there.

    Attributes:
        people: The people.
        redrawn: How often, by reason: ``'interpenetration'`` a person placed or made anew because it would have been
            in another one; ``'no_room'`` a person left out because no place was found.
    """

    people: list[Person] = field(default_factory=list)
    redrawn: dict[str, int] = field(default_factory=dict)


def make_person(
    rng: np.random.Generator,
    factory: PersonFactory,
    poser: FreePoser,
    actions: Sequence[FreeAction],
    identity: int | None = None,
) -> Person:
    """Make someone in a random action, in its own frame: the pelvis over the origin, facing +y.

    Behavior groups are drawn evenly, then actions within the group.

    Args:
        rng: Source of all randomness but who they are.
        factory: Makes the people.
        poser: Poses them.
        actions: What they may do.
        identity: Number in the factory's roster; drawn by default.
    """
    groups = list(dict.fromkeys(action.behavior for action in actions))
    group = groups[rng.integers(len(groups))]
    members = [action for action in actions if action.behavior == group]
    action = members[rng.integers(len(members))]
    someone = factory.identity(rng, identity)
    return factory.person(rng, someone, poser.pose(rng, someone.body, action), action, bag=rng.random() < 0.3)


def gather(count: int, make: Callable[[int], Person], spot: Callable[[int], Spot]) -> Crowd:
    """Place people one after the other so that no two surfaces cross (skin, clothes and hair, by exact triangle tests).

    LTSH (section 3.1) rejects images with interpenetrating meshes. Here the number of people is kept and whoever would
    be in another one is drawn again, its place first: rejecting whole images would thin out the large crowds.

    Args:
        count: Number of people.
        make: Returns a person in its own frame, given the person's number.
        spot: Returns a place: position ``(3,)`` m and heading (rad), given how many places, up to 7, have
            failed this person.
    """
    crowd = Crowd()
    surfaces: list[tuple[np.ndarray, np.ndarray]] = []
    for number in range(count):
        for attempt in range(_PLACES * _PEOPLE):
            if attempt % _PLACES == 0:
                person = make(number)
            placed = person.placed(*spot(attempt % _PLACES))
            surface = placed.surface()
            if not any(bodies_intersect(*surface, *other) for other in surfaces):
                crowd.people.append(placed)
                surfaces.append(surface)
                break
            crowd.redrawn['interpenetration'] = crowd.redrawn.get('interpenetration', 0) + 1
        else:
            crowd.redrawn['no_room'] = crowd.redrawn.get('no_room', 0) + 1
    return crowd


def crowd_camera(
    rng: np.random.Generator, pitch: float, fov: float, distance: float, image_size: tuple[int, int]
) -> Camera:
    """Place a camera above the origin that looks along +y at people ``distance`` away.

    Args:
        rng: Source of the height of the point it looks at (.7 to 1.2 m: people's middles).
        pitch: Angle of the optical axis below the horizon, rad.
        fov: Horizontal field of view, rad.
        distance: From the camera to the point it looks at, m.
        image_size: (width, height), px.
    """
    aim = rng.uniform(0.7, 1.2)
    position = np.array([0.0, 0.0, aim + distance * np.sin(pitch)])
    return Camera.look_at(position, np.array([0.0, distance * np.cos(pitch), aim]), fov, image_size)


def spot_in_view(rng: np.random.Generator, camera: Camera, near: float, far: float) -> Spot:
    """Draw a place on the ground whose point at hip height is in the image (the last of 200 tries, if none is).

    Args:
        rng: Source of place and heading.
        camera: It looks along +y.
        near: Smallest distance along the ground, m.
        far: Largest distance along the ground, m.
    """
    slope, height = 0.5 * camera.width / camera.K[0, 0], camera.position[2]
    for _ in range(200):
        y = rng.uniform(near, far)
        x = rng.uniform(-1, 1) * slope * np.hypot(y, height)
        column, row = camera.project(camera.to_camera(np.array([x, y, 0.9])))
        if 0 <= column < camera.width and 0 <= row < camera.height:
            break
    return np.array([x, y, 0.0]), float(rng.uniform(-np.pi, np.pi))
