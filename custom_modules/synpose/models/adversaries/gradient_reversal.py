"""The layer that makes a network work against a classifier of its features."""

import math
from typing import Any

import torch
from mmpose.registry import MODELS
from torch import Tensor, nn


class _Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, weight: float) -> Tensor:
        ctx.weight = weight
        return features.view_as(features)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -ctx.weight * gradient, None


@MODELS.register_module()
class GradientReversal(nn.Module):
    """Pass features on as they are, and gradients back times ``-weight``.

    Of Ganin et al., "Domain-Adversarial Training of Neural Networks" (2016).

    Args:
        weight: lambda, 0 or more; ``GradientReversalScheduleHook`` changes it during training. It is no part of the
            state dict.

    Raises:
        ValueError: If the weight is negative or not finite.
    """

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f'GradientReversal: weight must be a number from 0, got {weight}')
        self.weight = weight

    def forward(self, features: Tensor) -> Tensor:
        """Return the features, of any shape."""
        return _Reverse.apply(features, self.weight)

    def extra_repr(self) -> str:
        """Tell the weight when the model is printed."""
        return f'weight={self.weight}'
