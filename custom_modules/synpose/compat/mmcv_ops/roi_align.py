"""RoIAlign ops of ``mmcv._ext`` (He et al., "Mask R-CNN", ICCV 2017) over torchvision, average pooling only."""

import torch
import torchvision
from torch import Tensor

AVERAGE = 1


def _require_average(pool_mode: int) -> None:
    if pool_mode != AVERAGE:
        raise NotImplementedError(
            'roi_align with pool_mode="max" needs the compiled package "mmcv" (2.x); '
            'the stand-in that synpose uses with "mmcv-lite" has pool_mode="avg" only'
        )


def roi_align_forward(
    input: Tensor,
    rois: Tensor,
    output: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Write the mean of bilinear samples in every bin of every region into ``output``.

    Args:
        input: Feature maps ``(B, C, H, W)``.
        rois: Regions ``(K, 5)``: index of the image, then x1, y1, x2, y2 in px of the image.
        output: Output ``(K, C, aligned_height, aligned_width)``.
        argmax_y: Unused (mmcv's buffer for max pooling).
        argmax_x: Unused, likewise.
        aligned_height: Rows of bins.
        aligned_width: Columns of bins.
        spatial_scale: Cells of the feature map per px of the image.
        sampling_ratio: Samples of a bin along each axis; 0 takes about one per cell.
        pool_mode: 1, average.
        aligned: Whether coordinates are shifted by half a cell, so that cell centers lie at .5.

    Raises:
        NotImplementedError: If ``pool_mode`` is 0 (max).
    """
    _require_average(pool_mode)
    bins = (aligned_height, aligned_width)
    output.copy_(torchvision.ops.roi_align(input, rois, bins, spatial_scale, sampling_ratio, aligned))


def roi_align_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    grad_input: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Write the gradient of the feature maps into ``grad_input``.

    Args:
        grad_output: Gradient of the output ``(K, C, aligned_height, aligned_width)``.
        rois: Regions ``(K, 5)``, as in :func:`roi_align_forward`.
        argmax_y: Unused.
        argmax_x: Unused.
        grad_input: Output ``(B, C, H, W)``.
        aligned_height: Rows of bins.
        aligned_width: Columns of bins.
        spatial_scale: Cells of the feature map per px of the image.
        sampling_ratio: Samples of a bin along each axis; 0 takes about one per cell.
        pool_mode: 1, average.
        aligned: Whether coordinates are shifted by half a cell.

    Raises:
        NotImplementedError: If ``pool_mode`` is 0 (max).
    """
    _require_average(pool_mode)
    bins = (aligned_height, aligned_width)
    gradient = torch.ops.torchvision._roi_align_backward(
        grad_output, rois, spatial_scale, *bins, *grad_input.shape, sampling_ratio, aligned
    )
    grad_input.copy_(gradient)
