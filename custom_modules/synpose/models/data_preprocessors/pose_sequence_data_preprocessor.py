"""Poses for classifiers: stacked, on the model's device."""

from typing import Any

import torch
from mmengine.model import BaseDataPreprocessor
from mmpose.registry import MODELS


@MODELS.register_module()
class PoseSequenceDataPreprocessor(BaseDataPreprocessor):
    """Stack the pose sequences of a batch and move them to the model's device."""

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Prepare a batch as ``pseudo_collate`` makes it.

        Args:
            data: ``inputs``, a list of tensors ``(C, T, V, M)``; ``data_samples``, a list.
            training: Makes no difference.

        Returns:
            ``inputs``, ``(B, C, T, V, M)`` float32; ``data_samples`` unchanged.

        Raises:
            ValueError: If the sequences have several shapes.
        """
        inputs = data['inputs']
        shapes = sorted({tuple(sequence.shape) for sequence in inputs})
        if len(shapes) > 1:
            raise ValueError(f'a batch has pose sequences of several shapes (C, T, V, M): {shapes}')
        data = self.cast_data({'inputs': torch.stack(list(inputs)), 'data_samples': data.get('data_samples')})
        return {'inputs': data['inputs'].float(), 'data_samples': data['data_samples']}
