"""Whether a checkpoint is one of a model."""

from collections.abc import Mapping
from typing import Any

_SHOWN = 3  # weights in the message


def refuse_other_model(wanted: Mapping[str, Any], found: Mapping[str, Any], kind: str) -> None:
    """Refuse a state dict that would leave weights of a model as they were initialized, which MMEngine only logs.

    Args:
        wanted: The model's state dict.
        found: The one to load; more than wanted is no problem.
        kind: Name of the model's class, for the message.

    Raises:
        ValueError: If a weight is missing or of another shape.
    """
    problems = []
    for name, value in wanted.items():
        shape, stored = (tuple(getattr(weight, 'shape', ())) for weight in (value, found.get(name)))
        if name not in found:
            problems.append(f'{name} is missing')
        elif shape != stored:
            problems.append(f'{name} is {stored}, in the model {shape}')
    if problems:
        named = '; '.join(problems[:_SHOWN])
        raise ValueError(f'not a checkpoint of this {kind}: {named} ({len(problems)} of {len(wanted)} weights)')
