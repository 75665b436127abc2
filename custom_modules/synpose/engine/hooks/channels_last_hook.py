"""Channels-last memory for convolutional models."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Keeps the model's convolutions in the ``channels_last`` memory format, in training and tests.

    Convolutions on CPUs (oneDNN) and mixed precision on GPUs (cuDNN) are faster so; outputs differ by rounding alone.
    Weights decide: a convolution with ``channels_last`` weights passes that format on, so batches need no change.
    Checkpoints hold the same numbers under the same names.
    """

    priority = 'VERY_HIGH'

    def before_run(self, runner: Runner) -> None:
        """Convert the model before anything runs.

        Args:
            runner: The runner.
        """
        runner.model.to(memory_format=torch.channels_last)
