"""RoIAlign ops of ``mmcv._ext`` (He et al., "Mask R-CNN", ICCV 2017) over torchvision, average pooling only."""

from typing import TYPE_CHECKING, TypedDict

import torch
import torchvision
from torch import Tensor

if TYPE_CHECKING:
    from typing_extensions import Unpack  # of typing from Python 3.11 on

AVERAGE = 1


class RoIAlignOptions(TypedDict):
    """How to pool; mmcv passes these by name.

    Attributes:
        aligned_height: Rows of bins.
        aligned_width: Columns of bins.
        spatial_scale: Cells of the feature map per px of the image.
        sampling_ratio: Samples of a bin along each axis; 0 takes about one per cell.
        pool_mode: 1, average.
        aligned: Whether coordinates are shifted by half a cell, so that cell centers lie at .5.
    """

    aligned_height: int
    aligned_width: int
    spatial_scale: float
    sampling_ratio: int
    pool_mode: int
    aligned: bool


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
    **options: 'Unpack[RoIAlignOptions]',
) -> None:
    """Write the mean of bilinear samples in every bin of every region into ``output``.

    Args:
        input: Feature maps ``(B, C, H, W)``.
        rois: Regions ``(K, 5)``: index of the image, then x1, y1, x2, y2 in px of the image.
        output: Output ``(K, C, aligned_height, aligned_width)``.
        argmax_y: Unused (mmcv's buffer for max pooling).
        argmax_x: Unused, likewise.
        options: How to pool, see :class:`RoIAlignOptions`.

    Raises:
        NotImplementedError: If ``pool_mode`` is 0 (max).
    """
    _require_average(options['pool_mode'])
    bins = (options['aligned_height'], options['aligned_width'])
    scale, ratio, aligned = options['spatial_scale'], options['sampling_ratio'], options['aligned']
    output.copy_(torchvision.ops.roi_align(input, rois, bins, scale, ratio, aligned))


def roi_align_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    grad_input: Tensor,
    **options: 'Unpack[RoIAlignOptions]',
) -> None:
    """Write the gradient of the feature maps into ``grad_input``.

    Args:
        grad_output: Gradient of the output ``(K, C, aligned_height, aligned_width)``.
        rois: Regions ``(K, 5)``, as in :func:`roi_align_forward`.
        argmax_y: Unused.
        argmax_x: Unused.
        grad_input: Output ``(B, C, H, W)``.
        options: How to pool, see :class:`RoIAlignOptions`.

    Raises:
        NotImplementedError: If ``pool_mode`` is 0 (max).
    """
    _require_average(options['pool_mode'])
    gradient = torch.ops.torchvision._roi_align_backward(
        grad_output,
        rois,
        options['spatial_scale'],
        options['aligned_height'],
        options['aligned_width'],
        *grad_input.shape,
        options['sampling_ratio'],
        options['aligned'],
    )
    grad_input.copy_(gradient)
