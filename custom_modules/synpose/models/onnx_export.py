"""Backbone, neck and head of a bottom-up model as an ONNX graph of standard operators."""

import os
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from synpose.files import atomic_path

from .heads.deform_conv import choose_deform_convs


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
        model: A ``BottomupPoseEstimator`` on the CPU; it is left as it is.
        path: The ``.onnx`` file to write, with its weights inside.
        input_size: Width and height of the input, px.
        batch_size: Images at once.
        names: Of the head's outputs, in order; the input is ``images`` ``(B, 3, H, W)``.
    """
    images = torch.zeros(batch_size, 3, *input_size[::-1])
    maps = _Maps(deepcopy(model)).eval()
    choose_deform_convs(maps, 'sampling')
    with torch.no_grad(), atomic_path(path) as temporary:
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
