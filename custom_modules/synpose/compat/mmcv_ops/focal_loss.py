"""Sigmoid focal loss of ``mmcv._ext`` (Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def _is_target(logits: Tensor, target: Tensor) -> Tensor:
    """Mask ``(N, C)`` of each row's own class; a row whose target is C (background) has none."""
    return target[:, None] == torch.arange(logits.shape[1], device=logits.device)


def _class_weight(weight: Tensor, target: Tensor) -> Tensor | float:
    """Weight ``(N, 1)`` of each row's class; background rows weigh 1."""
    if weight.numel() == 0:
        return 1.0
    return torch.cat([weight, weight.new_ones(1)])[target.clamp(max=len(weight))][:, None]


def sigmoid_focal_loss_forward(
    input: Tensor, target: Tensor, weight: Tensor, output: Tensor, gamma: float, alpha: float
) -> None:
    """Write the loss of every class into ``output``: equation 5 of the paper, not reduced.

    Args:
        input: Logits ``(N, C)``.
        target: Classes ``(N,)``, int64; C stands for background.
        weight: Weights of the classes ``(C,)``, or empty.
        output: Output ``(N, C)``.
        gamma: Focusing exponent.
        alpha: Weight of the row's own class; the others weigh ``1 - alpha``.
    """
    p = input.sigmoid()
    positive = -alpha * (1 - p) ** gamma * F.logsigmoid(input)
    negative = -(1 - alpha) * p**gamma * F.logsigmoid(-input)
    output.copy_(torch.where(_is_target(input, target), positive, negative) * _class_weight(weight, target))


def sigmoid_focal_loss_backward(
    input: Tensor, target: Tensor, weight: Tensor, grad_input: Tensor, gamma: float, alpha: float
) -> None:
    """Write the derivative of every loss by its logit into ``grad_input``.

    Args:
        input: Logits ``(N, C)``.
        target: Classes ``(N,)``, int64; C stands for background.
        weight: Weights of the classes ``(C,)``, or empty.
        grad_input: Output ``(N, C)``.
        gamma: Focusing exponent.
        alpha: Weight of the row's own class; the others weigh ``1 - alpha``.
    """
    p = input.sigmoid()
    positive = -alpha * (1 - p) ** gamma * (1 - p - gamma * p * F.logsigmoid(input))
    negative = -(1 - alpha) * p**gamma * (gamma * (1 - p) * F.logsigmoid(-input) - p)
    grad_input.copy_(torch.where(_is_target(input, target), positive, negative) * _class_weight(weight, target))
