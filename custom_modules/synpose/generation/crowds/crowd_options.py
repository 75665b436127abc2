"""Options that all generators of crowds have, and their checks."""

from collections.abc import Mapping, Sequence
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from synpose.generation.jobs.options import check_numbers, require
from synpose.generation.people.factory import check_options
from synpose.generation.posing.free_actions import FreeAction, read_actions
from synpose.generation.rendering.sensor import sample_sensor

_LIMITS: tuple[tuple[str, Any, float, float], ...] = (
    ('seed', Integral, 0, np.inf),
    ('people_per_image', Real, 0, 100),
    ('variation', Real, 0, 45),
    ('min_visible_pixels', Integral, 1, np.inf),
    ('light_samples', Integral, 1, np.inf),
)


def check_crowd(options: Mapping[str, Any]) -> None:
    """Check the options that all crowds have, but for what people do (:func:`chosen_actions`).

    Raises:
        ValueError: Naming what is wrong.
    """
    check_numbers(options, _LIMITS)
    check_options(options['people'] or {})
    sample_sensor(np.random.default_rng(0), options['sensor'] or {})
    for name in ('match_brightness', 'parts'):
        require(isinstance(options[name], bool), f'{name}: {options[name]!r} is not true or false')


def is_file(action: Any) -> bool:
    """Tell whether an entry of ``actions`` names a file instead of an action."""
    return isinstance(action, str | Path) and str(action).endswith(('.yaml', '.yml'))


def chosen_actions(names: Sequence[str | Path] | None) -> list[FreeAction]:
    """Return the actions of these names and YAML files, all that come with the package for None.

    Raises:
        ValueError: If a name is unknown or there is none.
        FileNotFoundError: If there is no such file.
    """
    known = _shipped()
    if names is None:
        return list(known.values())
    require(not isinstance(names, str) and bool(names), f'actions: {names!r} is not a list of names')
    chosen: list[FreeAction] = []
    for name in names:
        if is_file(name):
            chosen += read_actions(Path(name)).values()
        else:
            require(name in known, f'actions: unknown action {name!r}, expected some of {sorted(known)}')
            chosen.append(known[str(name)])
    return chosen


@cache
def _shipped() -> dict[str, FreeAction]:
    return read_actions()
