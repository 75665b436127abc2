"""Loading a checkpoint that must hold every weight of a model."""

import re
from collections import OrderedDict
from typing import Any

from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

_SHOWN = 3  # weights in the message


def load_matching_weights(model: nn.Module, checkpoint: str, name: str) -> dict[str, Any]:
    """Load a checkpoint, also one of an older MMPose that the model's own hooks translate.

    Weights of the checkpoint that the model has no use for are passed over.

    Args:
        model: The model.
        checkpoint: A file or an address.
        name: What the model is called in messages, e.g. its config.

    Returns:
        What else the checkpoint holds.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a weight of the model is missing or of another shape.
    """
    content = CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
    weights = content.pop('state_dict', None)
    if weights is None:  # nothing but weights
        weights, content = content, {}
    stored: OrderedDict = OrderedDict((re.sub(r'^module\.', '', key), value) for key, value in weights.items())
    stored._metadata = getattr(weights, '_metadata', OrderedDict())  # type: ignore[attr-defined]
    try:
        problems = [f'{key} is missing' for key in model.load_state_dict(stored, strict=False).missing_keys]
    except RuntimeError as error:  # torch lists the weights of another shape
        problems = [line.strip().rstrip('.') for line in str(error).splitlines()[1:]] or [str(error)]
    if problems:
        count = len(model.state_dict())
        raise ValueError(
            f'{checkpoint}: not a checkpoint of {name}: {"; ".join(problems[:_SHOWN])} '
            f'({len(problems)} of {count} weights)'
        )
    return content
