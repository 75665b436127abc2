"""Deformable convolution of ``mmcv._ext``, plain (Dai et al., ICCV 2017) and modulated (Zhu et al., CVPR 2019).

These functions take what mmcv's autograd functions pass (the geometry by keyword, under mmcv's names) and fill its
buffers; the math is in :class:`.deform_sampling.DeformConv`. Shapes, for B images, C and O channels in and out, K
kernel elements and G deformable groups: ``input`` ``(B, C, H, W)``, ``weight`` ``(O, C / groups, kH, kW)``, ``offset``
``(B, G * K * 2, Ho, Wo)`` as (y, x) pairs in cells, ``mask`` ``(B, G * K, Ho, Wo)``, ``bias`` ``(O,)``, ``output``
``(B, O, Ho, Wo)``; a gradient has the shape of its tensor. ``columns`` and ``ones``, the work space of mmcv's kernels,
and ``im2col_step``, the images they take at once, are not used.
"""

from torch import Tensor

from .deform_sampling import DeformConv, at_least_single


def _plain_geometry(
    *,
    kW: int,
    kH: int,
    dW: int,
    dH: int,
    padW: int,
    padH: int,
    dilationW: int,
    dilationH: int,
    group: int,
    deformable_group: int,
    im2col_step: int,
) -> DeformConv:
    return DeformConv((kH, kW), (dH, dW), (padH, padW), (dilationH, dilationW), group, deformable_group)


def _modulated_geometry(
    *,
    kernel_h: int,
    kernel_w: int,
    stride_h: int,
    stride_w: int,
    pad_h: int,
    pad_w: int,
    dilation_h: int,
    dilation_w: int,
    group: int,
    deformable_group: int,
) -> DeformConv:
    kernel, stride = (kernel_h, kernel_w), (stride_h, stride_w)
    return DeformConv(kernel, stride, (pad_h, pad_w), (dilation_h, dilation_w), group, deformable_group)


def deform_conv_forward(
    input: Tensor, weight: Tensor, offset: Tensor, output: Tensor, columns: Tensor, ones: Tensor, **geometry: int
) -> None:
    """Write the deformable convolution of ``input`` into ``output``.

    Raises:
        ValueError: If the offsets do not fit kernel, groups and output.
    """
    input, offset, weight = map(at_least_single, (input, offset, weight))
    output.copy_(_plain_geometry(**geometry).forward(input, offset, None, weight))


def deform_conv_backward_input(
    input: Tensor,
    offset: Tensor,
    gradOutput: Tensor,
    gradInput: Tensor,
    gradOffset: Tensor,
    weight: Tensor,
    columns: Tensor,
    **geometry: int,
) -> None:
    """Write the gradients of ``input`` and ``offset`` into ``gradInput`` and ``gradOffset``."""
    gradOutput, input, offset, weight = map(at_least_single, (gradOutput, input, offset, weight))
    grad_input, grad_offset, _ = _plain_geometry(**geometry).backward_data(gradOutput, input, offset, None, weight)
    gradInput.copy_(grad_input)
    gradOffset.copy_(grad_offset)


def deform_conv_backward_parameters(
    input: Tensor,
    offset: Tensor,
    gradOutput: Tensor,
    gradWeight: Tensor,
    columns: Tensor,
    ones: Tensor,
    *,
    scale: float,
    **geometry: int,
) -> None:
    """Add ``scale`` times the gradient of ``weight`` to ``gradWeight``."""
    gradOutput, input, offset = map(at_least_single, (gradOutput, input, offset))
    gradient = _plain_geometry(**geometry).backward_weight(gradOutput, input, offset, None)
    gradWeight.add_(gradient.view_as(gradWeight), alpha=scale)


def modulated_deform_conv_forward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones: Tensor,
    offset: Tensor,
    mask: Tensor,
    output: Tensor,
    columns: Tensor,
    *,
    with_bias: bool,
    **geometry: int,
) -> None:
    """Write the modulated deformable convolution of ``input`` into ``output``; ``bias`` is added if ``with_bias``.

    Raises:
        ValueError: If offsets or mask do not fit kernel, groups and output.
    """
    input, offset, mask, weight = map(at_least_single, (input, offset, mask, weight))
    output.copy_(_modulated_geometry(**geometry).forward(input, offset, mask, weight))
    if with_bias:
        output.add_(bias[:, None, None])


def modulated_deform_conv_backward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones: Tensor,
    offset: Tensor,
    mask: Tensor,
    columns: Tensor,
    grad_input: Tensor,
    grad_weight: Tensor,
    grad_bias: Tensor,
    grad_offset: Tensor,
    grad_mask: Tensor,
    grad_output: Tensor,
    *,
    with_bias: bool,
    **geometry: int,
) -> None:
    """Write the gradients of input, weight, offset, mask and (if ``with_bias``) bias into their ``grad_`` buffers."""
    conv = _modulated_geometry(**geometry)
    grad_output, input, offset, mask, weight = map(at_least_single, (grad_output, input, offset, mask, weight))
    for_input, for_offset, for_mask = conv.backward_data(grad_output, input, offset, mask, weight)
    grad_input.copy_(for_input)
    grad_offset.copy_(for_offset)
    grad_mask.copy_(for_mask)
    grad_weight.copy_(conv.backward_weight(grad_output, input, offset, mask).view_as(grad_weight))
    if with_bias:
        grad_bias.copy_(grad_output.sum((0, 2, 3)))
