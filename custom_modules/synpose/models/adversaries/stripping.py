"""Checkpoints of the estimator alone from those of its domain-adversarial training."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

PREFIX = 'estimator.'
MODEL_STATES = {'state_dict': '', 'ema_state_dict': 'module.'}
"""Entries of a checkpoint that hold weights -> what stands before each name."""


def strip_adversary(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the estimator's weights, under the names that they have in MMPose without an adversary.

    What belongs to the training that ended (optimizer, schedules, random states) is left out.

    Args:
        checkpoint: A checkpoint of a ``DomainAdversarialPoseEstimator`` as MMEngine writes it.

    Returns:
        A checkpoint with ``meta``, ``state_dict`` and, where there is one, ``ema_state_dict``.

    Raises:
        ValueError: If it is none of such a training.
    """
    if not isinstance(checkpoint, Mapping) or 'state_dict' not in checkpoint:
        raise ValueError('no checkpoint of MMEngine: it has no state_dict')
    stripped = {'meta': checkpoint.get('meta', {})}
    for entry, before in MODEL_STATES.items():
        if entry in checkpoint:
            stripped[entry] = _strip_state(checkpoint[entry], before)
    if not stripped['state_dict']:
        raise ValueError(f'not of a DomainAdversarialPoseEstimator: no name in state_dict begins with {PREFIX}')
    return stripped


def _strip_state(state: Mapping[str, Any], before: str) -> OrderedDict[str, Any]:
    start = f'{before}{PREFIX}'
    found = OrderedDict((before + name[len(start) :], state[name]) for name in state if name.startswith(start))
    # Heads read their version from here; without one MMPose takes the weights for those of before 1.0.
    metadata = getattr(state, '_metadata', {})
    names = {name: name + '.' for name in metadata if f'{name}.'.startswith(start)}
    found._metadata = OrderedDict(  # type: ignore[attr-defined]
        ((before + longer[len(start) :]).removesuffix('.'), metadata[name]) for name, longer in names.items()
    )
    return found
