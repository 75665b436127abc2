"""Refuse a checkpoint that does not hold all weights of the model."""

import re

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmengine.runner.checkpoint import get_state_dict

from synpose.models.weights import refuse_other_model


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
        try:
            refuse_other_model(get_state_dict(model), stored, type(model).__name__)  # named as in a checkpoint
        except ValueError as error:
            raise ValueError(f'{runner._load_from}: {error}') from None
