"""Images for translators: RGB in [-1, 1]."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.model import BaseDataPreprocessor
from mmpose.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class TranslationDataPreprocessor(BaseDataPreprocessor):
    """Move images to the model's device and turn uint8 BGR into RGB in [-1, 1]; masks become 0 and 1.

    In training all crops have one size and are stacked. In tests images keep their sizes, so they stay lists.
    """

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Prepare a batch as ``pseudo_collate`` makes it.

        Args:
            data: ``inputs``, a dict of lists of uint8 tensors, BGR images ``(3, H, W)`` but for ``mask`` ``(1, H, W)``;
                and ``data_samples``, a list.
            training: Whether to stack.

        Returns:
            ``inputs``: float32 tensors ``(B, 3, H, W)`` and ``(B, 1, H, W)`` in training, else lists of
            ``(3, H, W)`` and ``(1, H, W)``; ``data_samples`` unchanged.
        """
        data = self.cast_data(data)
        inputs: dict[str, Any] = {
            name: [self._mask(value) if name == 'mask' else self._image(value) for value in values]
            for name, values in data['inputs'].items()
        }
        if training:
            inputs = {name: _stack(name, values) for name, values in inputs.items()}
        return {'inputs': inputs, 'data_samples': data.get('data_samples')}

    @staticmethod
    def _image(image: Tensor) -> Tensor:
        return image.flip(0).float() / 127.5 - 1

    @staticmethod
    def _mask(mask: Tensor) -> Tensor:
        return (mask > 0).float()


def _stack(name: str, values: Sequence[Tensor]) -> Tensor:
    sizes = {tuple(value.shape[-2:]) for value in values}
    if len(sizes) > 1:
        found = ', '.join(f'{width}x{height}' for height, width in sorted(sizes))
        raise ValueError(f'TranslationDataPreprocessor: inputs: {name}: a batch has crops of several sizes: {found} px')
    return torch.stack(list(values))


def to_uint8(image: Tensor) -> Tensor:
    """Turn an RGB image ``(3, H, W)`` in [-1, 1] into uint8 BGR, rounded."""
    return ((image.detach().float().flip(0) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
