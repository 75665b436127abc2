"""Multi-scale deformable attention of ``mmcv._ext`` (Zhu et al., "Deformable DETR", ICLR 2021).

mmcv's own formula over ``grid_sample`` does the work; it is what mmcv runs on the CPU, and autograd differentiates it.
"""

import torch
from torch import Tensor


def ms_deform_attn_forward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    im2col_step: int,
) -> Tensor:
    """Sum ``attention_weights`` times the values at ``sampling_locations`` over levels and points.

    Args:
        value: Values ``(B, S, M, D)`` for M heads; S counts the cells of all levels.
        value_spatial_shapes: Height and width of every level ``(L, 2)``, in cells.
        value_level_start_index: Unused: it follows from the shapes.
        sampling_locations: ``(B, Q, M, L, P, 2)``, (x, y) as fractions of the level's width and height.
        attention_weights: ``(B, Q, M, L, P)``.
        im2col_step: Unused (the chunk of the batch mmcv's kernel takes at once).

    Returns:
        Output ``(B, Q, M * D)``.
    """
    # mmcv.ops can be imported only once the stand-in is in place
    from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch

    return multi_scale_deformable_attn_pytorch(value, value_spatial_shapes, sampling_locations, attention_weights)


def ms_deform_attn_backward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    grad_output: Tensor,
    grad_value: Tensor,
    grad_sampling_loc: Tensor,
    grad_attn_weight: Tensor,
    im2col_step: int,
) -> None:
    """Write the gradients of values, locations and weights into the three buffers.

    Args:
        value: As in :func:`ms_deform_attn_forward`, as are the next four.
        value_spatial_shapes: ``(L, 2)``.
        value_level_start_index: Unused.
        sampling_locations: ``(B, Q, M, L, P, 2)``.
        attention_weights: ``(B, Q, M, L, P)``.
        grad_output: Gradient of the output ``(B, Q, M * D)``.
        grad_value: Output ``(B, S, M, D)``.
        grad_sampling_loc: Output ``(B, Q, M, L, P, 2)``.
        grad_attn_weight: Output ``(B, Q, M, L, P)``.
        im2col_step: Unused.
    """
    leaves = [tensor.detach().requires_grad_() for tensor in (value, sampling_locations, attention_weights)]
    with torch.enable_grad():
        output = ms_deform_attn_forward(
            leaves[0], value_spatial_shapes, value_level_start_index, leaves[1], leaves[2], im2col_step
        )
    gradients = torch.autograd.grad(output, leaves, grad_output)
    for buffer, gradient in zip((grad_value, grad_sampling_loc, grad_attn_weight), gradients, strict=True):
        buffer.copy_(gradient)
