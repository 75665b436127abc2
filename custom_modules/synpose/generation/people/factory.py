"""Joins identities, movements and poses into the people of a classroom."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synpose.generation.jobs.options import check_keys
from synpose.generation.people.clothing import Tailor
from synpose.generation.people.props import LAPTOP_HEIGHT, hold
from synpose.generation.people.roster import ROSTER_SIZE, Identity, Roster, draw_identity
from synpose.generation.posing.free_actions import FreeAction
from synpose.generation.posing.movements import MOVEMENTS, SEATED, STANDING, Movement, load_movements
from synpose.generation.posing.poser import Pose, Poser
from synpose.generation.primitives import Mesh, Person, Seat
from synpose.registry import BODIES
from synpose.skeletons import BODY_PARTS

_SITTING = [BODY_PARTS.index(name) for name in ('torso', 'right_upper_leg', 'left_upper_leg')]
_SEAT_HALF_WIDTH = 0.20  # m


class PersonFactory:
    """Makes people: who they are from a roster, how they move and what they hold from the caller's generator.

    A person depends on the roster's seed and the generator's state alone: the same bytes in any process.

    Args:
        roster: Number of identities; None makes up a new person each time.
        roster_seed: Seed of the roster: another seed, other people.
        age_range: Youngest and oldest of the pupils, years.
        teacher_age_range: Youngest and oldest of the teachers (every tenth identity), years.
        movements: Seated movements to draw from: names, or YAML files of one's own; all of
            :data:`~synpose.generation.posing.movements.SEATED` by default.
        body: Config of the body model, one of :data:`~synpose.registry.BODIES`.

    Raises:
        ValueError: If an option does not fit, see :func:`check_options`.
        FileNotFoundError: If a file of movements or of the body model is missing.
        ImportError: If the body model's package is not installed.
    """

    def __init__(
        self,
        roster: int | None = ROSTER_SIZE,
        roster_seed: int = 551,
        age_range: tuple[float, float] = (9.0, 25.0),
        teacher_age_range: tuple[float, float] = (26.0, 62.0),
        movements: Sequence[str] | None = None,
        body: Mapping[str, Any] = {'type': 'AnnyBody'},
    ) -> None:
        ages = {'age_range': age_range, 'teacher_age_range': teacher_age_range}
        check_options({'roster': roster, 'movements': movements, 'body': body, **ages})
        self.age_range, self.teacher_age_range = age_range, teacher_age_range
        self.movements = _movements(movements)
        self.model = BODIES.build(dict(body))
        self._poser, self._tailor = Poser(self.model), Tailor(self.model)
        self.roster: Roster | None = None
        if roster is not None:
            self.roster = Roster(self.model, self._tailor, roster, roster_seed, age_range, teacher_age_range)

    def identities(self, rng: np.random.Generator, count: int, teachers: bool = False) -> list[int | None]:
        """Draw ``count`` different pupils (or teachers) of the roster, for one frame; without a roster, Nones.

        Raises:
            ValueError: If the roster has fewer.
        """
        if self.roster is None:
            return [None] * count
        return [*self.roster.draw(rng, count, teachers)]

    def identity(self, rng: np.random.Generator, number: int | None = None, teacher: bool = False) -> Identity:
        """Return someone of the roster, drawn if no number is given; without a roster, someone new.

        Raises:
            ValueError: If the number is not in the roster, or is given without one.
        """
        if self.roster is not None:
            return self.roster[self.roster.draw(rng, 1, teacher)[0] if number is None else number]
        if number is not None:
            raise ValueError(f'identity {number}: there is no roster')
        ages = self.teacher_age_range if teacher else self.age_range
        return draw_identity(rng, self.model, self._tailor, ages)

    def sample_seated(
        self,
        rng: np.random.Generator,
        seat: Seat,
        movement: str | None = None,
        identity: int | None = None,
    ) -> Person:
        """Make someone sitting on a chair at a desk.

        Args:
            rng: Source of all randomness but who they are.
            seat: Measures of chair and desk; the person is in its frame.
            movement: Name of a movement; drawn from the factory's by default.
            identity: Number in the roster; a pupil is drawn by default.

        Raises:
            ValueError: If the movement or the identity is unknown.
        """
        if movement is None:
            chosen = self.movements[rng.integers(len(self.movements))]
        else:
            chosen = next((known for known in self.movements if known.name == movement), None) or _movement(movement)
        someone = self.identity(rng, identity)
        if 'laptop' in chosen.on_desk:  # hands rest on the keyboard
            seat = replace(seat, desk_height=seat.desk_height + LAPTOP_HEIGHT)
        pose = self._poser.seated(rng, someone.body, chosen, seat)
        person = self.person(rng, someone, pose, chosen)
        person.meshes = [press(mesh, seat) for mesh in person.meshes]
        place = str(rng.choice(['', 'chair', 'floor'], p=[0.2, 0.4, 0.4]))
        if someone.look.bag is not None and place:
            person.attributes.update(bag=someone.look.bag, belongings=[f'{someone.look.bag} on {place}'])
        return person

    def sample_standing(
        self, rng: np.random.Generator, identity: int | None = None, movement: Movement | None = None
    ) -> Person:
        """Make someone standing, facing +y, the origin on the floor between the feet.

        Args:
            rng: Source of all randomness but who they are.
            identity: Number in the roster; a teacher is drawn by default.
            movement: What they do; drawn from the standing movements by default.

        Raises:
            ValueError: If the identity is unknown.
        """
        chosen = STANDING[rng.integers(len(STANDING))] if movement is None else movement
        someone = self.identity(rng, identity, teacher=True)
        pose = self._poser.standing(rng, someone.body, chosen)
        return self.person(rng, someone, pose, chosen, bag=rng.random() < 0.5)

    def person(
        self,
        rng: np.random.Generator,
        someone: Identity,
        pose: Pose,
        movement: Movement | FreeAction,
        bag: bool = False,
    ) -> Person:
        """Put an identity into a pose.

        Args:
            rng: Source of the color and size of what is held.
            someone: The identity.
            pose: The pose of its body.
            movement: What the pose shows: names the behavior and what is held.
            bag: Wear the identity's bag, if it has one.
        """
        vertices = self.model.skin(someone.body, pose.rotations, pose.positions, someone.body.vertices)
        joints = self.model.joints(vertices, pose.positions)
        meshes = someone.outfit.posed(someone.body, pose)
        if bag:
            meshes += someone.bag.posed(someone.body, pose)
        side = 'right' if pose.main == 'R' else 'left'
        if movement.held is not None:
            meshes += hold(rng, movement.held, joints, side)
        attributes = {
            **someone.record(),
            'bag': someone.look.bag if bag else None,
            'movement': movement.name,
            'main_hand': side,
            'held': movement.held,
            'on_desk': list(movement.on_desk),
            'belongings': [],
        }
        return Person(
            meshes,
            joints.astype(np.float32),
            movement.behavior,
            attributes,
            vertices.astype(np.float32),
            self.model.wholebody(vertices, pose.positions).astype(np.float32),
        )


def press(mesh: Mesh, seat: Seat) -> Mesh:
    """Press flesh and cloth of trunk and thighs that reach into a chair's seat flat onto its top; shins pass below."""
    if mesh.parts is None:
        return mesh
    points = mesh.vertices
    depth = seat.seat_height - points[:, 2]
    sunk = np.isin(mesh.parts, _SITTING) & (depth > 0) & (depth < 0.3)
    sunk &= (np.abs(points[:, 0]) < _SEAT_HALF_WIDTH) & (np.abs(points[:, 1]) < seat.seat_depth / 2)
    if not sunk.any():
        return mesh
    pressed = points.copy()
    # What lay deeper stays a little deeper: layers keep their order.
    pressed[sunk, 2] = seat.seat_height - 0.004 - 0.02 * depth[sunk]
    return mesh.moved(pressed)


def check_options(options: Mapping[str, Any]) -> None:
    """Check the options of :class:`PersonFactory` without loading the body model.

    Raises:
        ValueError: If an option or a movement is unknown, the roster is too small, a range of ages is none, or the
            body model's own options do not fit.
        FileNotFoundError: If the body model's files are missing.
    """
    check_keys(options, 'people', (), inspect.signature(PersonFactory).parameters)
    for name in {'age_range', 'teacher_age_range'} & set(options):
        ages = options[name]
        if np.shape(ages) != (2,) or not 0 < ages[0] <= ages[1]:
            raise ValueError(f'{name}: {ages!r} is not a (low, high) range of years')
    roster = options.get('roster')
    if roster is not None and (not isinstance(roster, int) or roster < 2):
        raise ValueError(f'roster: {roster!r} is not a number of identities, at least 2')
    body = options.get('body', {'type': 'AnnyBody'})
    if not isinstance(body, Mapping) or 'type' not in body:
        raise ValueError(f"body: {body!r} is not a config like dict(type='AnnyBody')")
    model = BODIES.get(body['type'])
    if model is None:
        raise ValueError(f'body: unknown type {body["type"]!r}; known: {sorted(BODIES.module_dict)}')
    model.check(**{name: value for name, value in body.items() if name != 'type'})
    _movements(options.get('movements'))


def _movements(names: Sequence[str] | None) -> list[Movement]:
    """Return the movements of these names and YAML files; all seated ones for None."""
    if names is None:
        return list(SEATED)
    if not names:
        raise ValueError('movements: need at least one')
    found: list[Movement] = []
    for name in names:
        found += load_movements(name).values() if name.endswith(('.yaml', '.yml')) else [_movement(name)]
    return found


def _movement(name: str) -> Movement:
    if name not in MOVEMENTS:
        raise ValueError(f'unknown movement {name!r}, expected one of {sorted(MOVEMENTS)}')
    return MOVEMENTS[name]
