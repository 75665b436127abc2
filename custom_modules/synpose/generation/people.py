"""Joins bodies, movements and looks into the people of a classroom."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synpose.generation.appearance import dress, sample_look
from synpose.generation.bodies import Body, BodyModel
from synpose.generation.clothing import Tailor
from synpose.generation.movements import MOVEMENTS, SEATED, STANDING, Movement
from synpose.generation.posing import Pose, Poser
from synpose.generation.primitives import Person, Seat
from synpose.generation.props import LAPTOP_HEIGHT, hold
from synpose.generation.styles import check_keys


class PersonFactory:
    """Makes people: shape, movement, clothes, hair and what they hold, all drawn from the caller's generator.

    A person depends on the generator's state alone: the same state gives the same bytes in any process.

    Args:
        model: Body model; ``'anny'`` is the one provided.
        age_range: Youngest and oldest of the seated people, years.
        teacher_age_range: Youngest and oldest of the standing people, years.
        movements: Names of the seated movements to draw from; all of :data:`~synpose.generation.movements.SEATED` by
            default.

    Raises:
        ValueError: If the body model or a movement is unknown, or a range of ages is none.
        ImportError: If anny is not installed.
    """

    def __init__(
        self,
        model: str = 'anny',
        age_range: tuple[float, float] = (9.0, 25.0),
        teacher_age_range: tuple[float, float] = (26.0, 62.0),
        movements: Sequence[str] | None = None,
    ) -> None:
        options = {'age_range': age_range, 'teacher_age_range': teacher_age_range, 'movements': movements}
        check_options({'model': model, **options})
        self.age_range = age_range
        self.teacher_age_range = teacher_age_range
        self.movements = [_movement(name) for name in movements] if movements is not None else list(SEATED)
        self.model = BodyModel()
        self._poser = Poser(self.model)
        self._tailor = Tailor(self.model)

    def sample_seated(self, rng: np.random.Generator, seat: Seat, movement: str | None = None) -> Person:
        """Make someone sitting on a chair at a desk.

        Args:
            rng: Source of all randomness.
            seat: Measures of chair and desk; the person is in its frame.
            movement: Name of a movement; drawn from the factory's by default.

        Raises:
            ValueError: If the movement is unknown.
        """
        chosen = _movement(movement) if movement is not None else self.movements[rng.integers(len(self.movements))]
        body = self.model.sample(rng, self.age_range)
        if 'laptop' in chosen.on_desk:  # hands rest on the keyboard
            seat = replace(seat, desk_height=seat.desk_height + LAPTOP_HEIGHT)
        return self._finish(rng, body, self._poser.seated(rng, body, chosen, seat), chosen)

    def sample_standing(self, rng: np.random.Generator) -> Person:
        """Make a teacher: standing, facing +y, the origin on the floor between the feet."""
        chosen = STANDING[rng.integers(len(STANDING))]
        body = self.model.sample(rng, self.teacher_age_range)
        return self._finish(rng, body, self._poser.standing(rng, body, chosen), chosen)

    def _finish(self, rng: np.random.Generator, body: Body, pose: Pose, movement: Movement) -> Person:
        look = sample_look(rng, body)
        meshes, vertices = dress(rng, self._tailor, body, pose, look)
        joints = self.model.joints(vertices, pose.positions)
        side = 'right' if pose.main == 'R' else 'left'
        if movement.held is not None:
            meshes += hold(rng, movement.held, joints, side)
        attributes = {
            'sex': body.sex,
            'years': round(body.years, 1),
            'stature': round(body.stature, 3),
            'weight': round(body.phenotypes['weight'], 3),
            **look.record(),
            'main_hand': side,
            'held': movement.held,
            'on_desk': list(movement.on_desk),
        }
        return Person(meshes, joints.astype(np.float32), movement.name, attributes, vertices.astype(np.float32))


def check_options(options: Mapping[str, Any]) -> None:
    """Check the options of :class:`PersonFactory` without loading the body model.

    Raises:
        ValueError: If an option, the body model or a movement is unknown, or a range of ages is none.
    """
    check_keys(options, 'people', (), inspect.signature(PersonFactory).parameters)
    if options.get('model', 'anny') != 'anny':
        raise ValueError(f"unknown body model {options['model']!r}, expected 'anny'")
    for name in {'age_range', 'teacher_age_range'} & set(options):
        ages = options[name]
        if np.shape(ages) != (2,) or not 0 < ages[0] <= ages[1]:
            raise ValueError(f'{name}: {ages!r} is not a (low, high) range of years')
    movements = options.get('movements')
    if movements is not None and not movements:
        raise ValueError('movements: need at least one')
    for name in movements or ():
        _movement(name)


def _movement(name: str) -> Movement:
    if name not in MOVEMENTS:
        raise ValueError(f'unknown movement {name!r}, expected one of {sorted(MOVEMENTS)}')
    return MOVEMENTS[name]
