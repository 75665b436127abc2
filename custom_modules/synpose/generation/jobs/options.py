"""Checks of what a generator's config says, made before any work is lost."""

import inspect
from collections.abc import Collection, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np


def require(condition: bool, message: str) -> None:
    """Raise ValueError with a message unless a condition holds."""
    if not condition:
        raise ValueError(message)


def check_known(cls: type, unknown: Mapping[str, Any]) -> None:
    """Refuse options that a class's constructor does not name (all but its catch-all ``unknown``).

    Raises:
        ValueError: Naming the first unknown option and the known ones.
    """
    if unknown:
        known = [name for name in inspect.signature(cls).parameters if name != 'unknown']
        raise ValueError(f'unknown generator option {sorted(unknown)[0]!r}; known: {known}')


def check_numbers(
    options: Mapping[str, Any],
    limits: Iterable[tuple[str, type[Integral] | type[Real], float, float]],
    optional: Sequence[str] = (),
) -> None:
    """Check that options are numbers within limits.

    Args:
        options: By name.
        limits: Name, ``Integral`` or ``Real``, lowest and highest value of each.
        optional: Names that may be None.

    Raises:
        ValueError: Naming the option and its value.
    """
    for name, kind, low, high in limits:
        value = options[name]
        if value is None and name in optional:
            continue
        noun = 'a whole number' if kind is Integral else 'a number'
        require(isinstance(value, kind) and not isinstance(value, bool), f'{name}: {value!r} is not {noun}')
        require(low <= value <= high, f'{name}: {value} is not in [{low}, {high}]')


def check_image_size(size: Any) -> None:
    """Check a (width, height) in px, at least 16 each.

    Raises:
        ValueError: If it is none.
    """
    pair = isinstance(size, (tuple, list)) and len(size) == 2 and all(isinstance(side, Integral) for side in size)
    require(pair, f'image_size: {size!r} is not (width, height) in px')
    require(min(size) >= 16, f'image_size: {size} is smaller than 16 px')


def check_keys(found: Mapping[str, Any], where: str, needed: Collection[str], optional: Collection[str] = ()) -> None:
    """Compare an option's keys with those it may have.

    Args:
        found: The option's value.
        where: Its name.
        needed: Keys that must be there.
        optional: Keys that may be there.

    Raises:
        ValueError: If it is no mapping, or a key is unknown or missing.
    """
    if not isinstance(found, Mapping):
        raise ValueError(f'{where}: {found!r} is not a dict of {sorted(needed)}')
    unknown = sorted(set(found) - {*needed, *optional})
    if unknown:
        raise ValueError(f'unknown {where} option {unknown[0]!r}; known: {sorted((*needed, *optional))}')
    missing = sorted(set(needed) - set(found))
    if missing:
        raise ValueError(f'{where}: {missing[0]!r} is missing')


def check_range(value: Any, where: str, low: float, high: float) -> None:
    """Check a (low, high) range within limits.

    Args:
        value: The range.
        where: Its name.
        low: Its smallest value.
        high: Its largest value.

    Raises:
        ValueError: If it is none.
    """
    ends = value if isinstance(value, (tuple, list)) else ()
    pair = len(ends) == 2 and all(isinstance(end, Real) and not isinstance(end, bool) for end in ends)
    if not (pair and np.isfinite(ends).all() and low <= ends[0] <= ends[1] <= high):
        raise ValueError(f'{where}: {value!r} is no (low, high) within {low:g} and {high:g}')
