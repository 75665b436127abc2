"""Channels-last memory for convolutional models."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Keeps the model's convolutions in the ``channels_last`` memory format, in training and tests.

    Convolutions on CPUs (oneDNN) and mixed precision on GPUs (cuDNN) are faster so; outputs differ by rounding alone.
    Weights decide: a convolution with ``channels_last`` weights passes that format on, so batches need no change.
    Checkpoints hold the same numbers under the same names.

    A model that is wrapped for several processes is wrapped anew: ``DistributedDataParallel`` remembers the format that
    weights had when it was made, and would scramble the gradients of the first iteration. New weights are drawn in the
    order of the memory, so an initialization with the same seed gives other numbers than without the hook. Instance
    normalization gets its gradients in the usual format: PyTorch (2.11, on CPUs) scrambles others where a batch is one.
    """

    priority = 'VERY_HIGH'

    def before_run(self, runner: Runner) -> None:
        """Convert the model before anything runs.

        Args:
            runner: The runner.
        """
        wrapped = isinstance(runner.model, DistributedDataParallel)
        runner.model = unwrapped(runner.model) if wrapped else runner.model
        runner.model.to(memory_format=torch.channels_last)
        for module in runner.model.modules():
            if isinstance(module, nn.InstanceNorm2d):
                module.register_forward_hook(_ask_for_contiguous_gradient)
        if wrapped:
            runner.model = runner.wrap_model(runner.cfg.get('model_wrapper_cfg'), runner.model)


def _ask_for_contiguous_gradient(module: nn.Module, inputs: Any, output: Tensor) -> None:
    if output.requires_grad:
        output.register_hook(torch.Tensor.contiguous)


def unwrapped(model: DistributedDataParallel) -> nn.Module:
    """Return the model within a wrapper, and its parts where each is wrapped for itself."""
    for name, part in model.module.named_children():
        if isinstance(part, DistributedDataParallel):
            setattr(model.module, name, part.module)
    return model.module
