"""Refuse a checkpoint that does not hold all weights of the model."""

import re

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmengine.runner.checkpoint import get_state_dict

_SHOWN = 3  # weights in the message


class CheckpointCheck(Hook):
    """Stops before weights are loaded that leave some of the model's as they were initialized.

    MMEngine only logs what a checkpoint of another architecture lacks, and goes on with random weights.
    """

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Compare names and shapes.

        Args:
            runner: The runner, with the model.
            checkpoint: What was read, with ``state_dict`` or a state dict itself.

        Raises:
            ValueError: If a weight of the model is missing or of another shape.
        """
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        weights = checkpoint.get('state_dict', checkpoint)
        stored = {re.sub(r'^module\.', '', name): value for name, value in weights.items()}
        problems = []
        needed = get_state_dict(model)  # as a wrapped model's checkpoint has it
        for name, value in needed.items():
            if name not in stored:
                problems.append(f'{name} is missing')
            elif getattr(value, 'shape', None) != getattr(stored[name], 'shape', None):
                problems.append(f'{name} is {tuple(stored[name].shape)}, in the model {tuple(value.shape)}')
        if problems:
            raise ValueError(
                f'{runner._load_from}: not a checkpoint of this {type(model).__name__}: '
                f'{"; ".join(problems[:_SHOWN])} ({len(problems)} of {len(needed)} weights)'
            )
