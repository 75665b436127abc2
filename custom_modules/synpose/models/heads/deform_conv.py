"""Deformable convolution as a layer whose form of computation can be chosen."""

from dataclasses import replace
from typing import Any

import torch
from mmcv.ops import DeformConv2d
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from synpose.compat.mmcv_ops.deform_sampling import DeformConv, at_least_single

FORMS = ('auto', 'sampling', 'torchvision', 'mmcv')


class ChosenDeformConv2d(nn.Module):
    """The layer :class:`mmcv.ops.DeformConv2d`, computed in the form asked for: same parameter, same numbers.

    It takes batches of any size, and computes half precision in single.

    Args:
        layer: The layer whose weight and geometry are taken over.
        form: ``'sampling'``, ``grid_sample`` and a matrix product; ``'torchvision'``, its kernels; or ``'auto'``:
            sampling on a CPU, the kernels on a GPU (see :class:`.DeformConv`).
    """

    def __init__(self, layer: DeformConv2d, form: str = 'auto') -> None:
        super().__init__()
        self.weight = layer.weight
        sizes = (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
        self.conv = DeformConv(*sizes, layer.groups, layer.deform_groups, form)

    def forward(self, x: Tensor, offset: Tensor) -> Tensor:
        """Convolve.

        Args:
            x: ``(B, C, H, W)``.
            offset: ``(B, G * K * 2, Ho, Wo)`` as (y, x) pairs, cells, for G deformable groups and K kernel elements.

        Returns:
            ``(B, O, Ho, Wo)`` in the precision of ``offset``, as mmcv's.
        """
        dtype = offset.dtype
        x, offset, weight = at_least_single(x), at_least_single(offset), at_least_single(self.weight)
        with torch.autocast(x.device.type, enabled=False):
            if self.conv.takes_kernels(x.device):
                return self.conv.forward(x, offset, None, weight).to(dtype)
            return _sampled(x, offset, weight, self.conv).to(dtype)

    def extra_repr(self) -> str:
        """Describe the geometry."""
        return repr(self.conv)


class _Sampled(Function):
    """Convolution by sampling; it samples again for the gradients instead of keeping the samples, nine times x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, offset: Tensor, weight: Tensor, conv: DeformConv) -> Tensor:
        ctx.save_for_backward(x, offset, weight)
        ctx.conv = conv
        return conv.forward(x, offset, None, weight)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        x, offset, weight = ctx.saved_tensors
        grad_output = grad_output.contiguous()
        grad_x = grad_offset = grad_weight = None
        with torch.autocast(x.device.type, enabled=False):
            if any(ctx.needs_input_grad[:2]):
                grad_x, grad_offset, _ = ctx.conv.backward_data(grad_output, x, offset, None, weight)
            if ctx.needs_input_grad[2]:
                grad_weight = ctx.conv.backward_weight(grad_output, x, offset, None).view_as(weight)
        return grad_x, grad_offset, grad_weight, None


@torch.compiler.disable  # blocks of a size that depends on the machine: nothing to gain for a graph
def _sampled(x: Tensor, offset: Tensor, weight: Tensor, conv: DeformConv) -> Tensor:
    if torch.is_grad_enabled():
        return _Sampled.apply(x, offset, weight, conv)
    return conv.forward(x, offset, None, weight)


def choose_deform_convs(module: nn.Module, form: str) -> None:
    """Compute every deformable convolution within ``module`` in that form; parameters keep their names and values.

    Args:
        module: E.g. a head.
        form: One of :data:`FORMS`; ``'mmcv'`` leaves everything as it is.

    Raises:
        ValueError: If there is no such form.
    """
    if form not in FORMS:
        raise ValueError(f'deform_conv: {form!r} is none of {", ".join(FORMS)}')
    for name, layer in list(module.named_modules()) if form != 'mmcv' else ():
        if isinstance(layer, ChosenDeformConv2d):
            layer.conv = replace(layer.conv, form=form)
        elif type(layer) is DeformConv2d:
            parent, _, child = name.rpartition('.')
            setattr(module.get_submodule(parent), child, ChosenDeformConv2d(layer, form))
