"""Splitting a plan of images over batch jobs."""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np


class Planned(Protocol):
    """One image of a generator's plan."""

    @property
    def image_id(self) -> int:
        """From 1, in the order of the full plan."""

    @property
    def split(self) -> str:
        """One of :data:`~synpose.generation.jobs.writer.SPLITS`."""

    @property
    def unit(self) -> Hashable:
        """What the images rendered together share, e.g. (scene, frame)."""


P = TypeVar('P', bound=Planned)


@dataclass(frozen=True)
class Shard:
    """One of several jobs that render a dataset together.

    Attributes:
        number: From 1.
        of: How many jobs there are.

    Raises:
        ValueError: If the number is not in 1..of.
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(f'shard: {str(self)!r} is not i/n with 1 <= i <= n, e.g. 2/8')

    @classmethod
    def parse(cls, text: str) -> 'Shard':
        """Read ``'i/n'``.

        Raises:
            ValueError: If it is none, or i is not in 1..n.
        """
        match = re.fullmatch(r'(\d+)/(\d+)', text.strip())
        if not match:
            raise ValueError(f'shard: {text!r} is not i/n with 1 <= i <= n, e.g. 2/8')
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f'{self.number}/{self.of}'


def group_units(shots: Iterable[P]) -> dict[Hashable, list[P]]:
    """Return the images of each unit, in the order of the plan."""
    units: dict[Hashable, list[P]] = {}
    for shot in shots:
        units.setdefault(shot.unit, []).append(shot)
    return units


def shard_of_units(units: Sequence[Hashable], of: int) -> dict[Hashable, int]:
    """Deal units to shards at random, always the same way: neighbors in a plan often cost alike.

    Args:
        units: All units of the plan, in its order.
        of: Number of shards; their numbers of units differ by one at most.

    Returns:
        The shard's number of each unit, from 1.
    """
    order = np.random.default_rng(0).permutation(len(units))
    return {units[k]: position % of + 1 for position, k in enumerate(order.tolist())}
