"""A fixed set of identities: the same number is the same person, to the byte, in any process."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from synpose.generation.bodies.body_model import Body, BodyModel
from synpose.generation.people.appearance import Look, sample_look
from synpose.generation.people.clothing import Tailor
from synpose.generation.people.outfits import build_outfit
from synpose.generation.people.pieces import Outfit

ROSTER_SIZE = 551
"""Number of identities unless told otherwise, that of the SynPose paper."""
_TEACHER_EVERY = 10  # identities 0, 10, 20, ... are drawn from the teachers' ages


@dataclass
class Identity:
    """Someone, in no particular pose.

    Attributes:
        number: Place in the roster; None for someone made up on the spot.
        body: The body at rest.
        look: What it looks like.
        outfit: The surfaces always worn.
        bag: What only standing people wear.
    """

    number: int | None
    body: Body
    look: Look
    outfit: Outfit
    bag: Outfit

    def record(self) -> dict[str, Any]:
        """Return what is worth keeping with an annotation, as plain values."""
        return {
            'identity': self.number,
            'sex': self.body.sex,
            'years': round(self.body.years, 1),
            'stature': round(self.body.stature, 3),
            'weight': round(self.body.phenotypes['weight'], 3),
            **self.look.record(),
        }


def draw_identity(
    rng: np.random.Generator,
    model: BodyModel,
    tailor: Tailor,
    age_range: tuple[float, float],
    number: int | None = None,
) -> Identity:
    """Draw someone: sex, age (years, within the range), body, face, hair, clothes and accessories."""
    body = model.sample(rng, age_range)
    look = sample_look(rng, body)
    return Identity(number, body, look, *build_outfit(rng, tailor, body, look))


def members(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the teachers and of the pupils in a roster of some size, ``(T,)`` and ``(P,)``."""
    teachers = np.arange(0, size, _TEACHER_EVERY)
    return teachers, np.setdiff1d(np.arange(size), teachers)


class Roster:
    """Identities 0 to ``size - 1``, made when they are first asked for.

    Identity k follows from ``SeedSequence(seed, spawn_key=(k,))`` alone. Every tenth, starting with 0, is a teacher.

    Args:
        model: Body model.
        tailor: Makes clothes for it.
        size: Number of identities, at least 2.
        seed: Seed of the roster.
        age_range: Youngest and oldest pupil, years.
        teacher_age_range: Youngest and oldest teacher, years.
        cache: How many identities stay in memory, about 2 MB each; the least recently used goes first.

    Raises:
        ValueError: If the size is less than 2.
    """

    def __init__(
        self,
        model: BodyModel,
        tailor: Tailor,
        size: int,
        seed: int,
        age_range: tuple[float, float],
        teacher_age_range: tuple[float, float],
        cache: int = 128,
    ) -> None:
        if size < 2:
            raise ValueError(f'roster: {size} is too few, need a teacher and a pupil')
        self.model, self.tailor, self.seed = model, tailor, seed
        self.age_range, self.teacher_age_range = age_range, teacher_age_range
        self.teachers, self.pupils = members(size)
        self.size = size
        self._limit = cache
        self._cached: OrderedDict[int, Identity] = OrderedDict()

    def __getitem__(self, number: int) -> Identity:
        if not 0 <= number < self.size:
            raise ValueError(f'identity {number} is not in the roster of {self.size}')
        if number not in self._cached:
            rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(number,)))
            ages = self.teacher_age_range if number % _TEACHER_EVERY == 0 else self.age_range
            self._cached[number] = draw_identity(rng, self.model, self.tailor, ages, number)
            if len(self._cached) > self._limit:
                self._cached.popitem(last=False)
        self._cached.move_to_end(number)
        return self._cached[number]

    def draw(self, rng: np.random.Generator, count: int, teachers: bool = False) -> list[int]:
        """Draw different pupils or teachers.

        Raises:
            ValueError: If there are fewer than ``count``.
        """
        pool = self.teachers if teachers else self.pupils
        if count > len(pool):
            kind = 'teachers' if teachers else 'pupils'
            raise ValueError(f'{count} different {kind} are wanted, the roster of {self.size} has {len(pool)}')
        return [int(number) for number in rng.choice(pool, count, replace=False)]
