"""Backbone, neck and head of a bottom-up model as an ONNX graph of standard operators."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from mmcv.ops import DeformConv2d
from torch import Tensor, nn

from synpose.compat.mmcv_ops.deform_sampling import DeformConv
from synpose.files import atomic_path


def export_onnx(
    model: nn.Module,
    path: str | os.PathLike,
    input_size: tuple[int, int],
    batch_size: int = 1,
    names: Sequence[str] = ('heatmaps', 'displacements'),
) -> None:
    """Write what computes a model's maps from normalized images; decoding is left to the caller.

    Deformable convolutions become ``GridSample`` and matrix products, so that every runtime has the operators. Sizes
    are fixed. It needs the packages ``onnx`` and ``onnxscript``.

    Args:
        model: A ``BottomupPoseEstimator`` on the CPU; it is put into evaluation mode.
        path: The ``.onnx`` file to write, with its weights inside.
        input_size: Width and height of the input, px.
        batch_size: Images at once.
        names: Of the head's outputs, in order; the input is ``images`` ``(B, 3, H, W)``.
    """
    images = torch.zeros(batch_size, 3, *input_size[::-1])
    with torch.no_grad(), _standard_deform_convs(model), atomic_path(path) as temporary:
        maps = _Maps(model).eval()
        program = torch.onnx.export(
            maps, (images,), dynamo=True, input_names=['images'], output_names=list(names), verbose=False
        )
        assert program is not None  # as only the older exporter returns
        program.save(temporary, external_data=False)


class _Maps(nn.Module):
    """A model from its images to its maps."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        return self.model.head(self.model.extract_feat(images))


@contextmanager
def _standard_deform_convs(model: nn.Module) -> Iterator[None]:
    """Within the block, deformable convolutions use torch's own operators only, and no kernel of mmcv."""
    modules = [module for module in model.modules() if isinstance(module, DeformConv2d)]
    try:
        for module in modules:
            module.forward = partial(_deform_conv, module)
        yield
    finally:
        for module in modules:
            del module.forward


def _deform_conv(module: DeformConv2d, input: Tensor, offset: Tensor) -> Tensor:
    geometry = (module.kernel_size, module.stride, module.padding, module.dilation, module.groups, module.deform_groups)
    return DeformConv(*geometry).forward(input, offset, None, module.weight)
