"""Tell from features whether a picture is of the source or of the target."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn

SOURCE, TARGET = 0, 1
"""Values of ``domain_label``."""

HIDDEN_CHANNELS = {'pooled': (256,), 'location': (256,), 'heatmap': (256, 64, 16)}
"""Mode -> widths of the hidden layers."""

HEATMAP_CHANNELS = 256
SMALLEST_HEATMAP = 16  # px; smaller ones do not survive the two poolings by 4


@MODELS.register_module()
class DomainClassifier(BaseModule):
    """Classify the domain of feature maps, with a small multilayer perceptron.

    Modes:

    - ``'pooled'``: one decision a picture, from the mean over all locations (Ganin et al., 2016, on image features).
    - ``'location'``: one decision a location, by 1x1 convolutions, as the image-level classifier of Chen et al.,
      "Domain Adaptive Faster R-CNN for Object Detection in the Wild" (2018).
    - ``'heatmap'``: one decision a picture, from heatmap logits, as the network of Etheve and Remy, "Training CNNs
      using synthetic images of people": three times batch normalization, ReLU, 1x1 convolution to 256 channels and
      max-pooling (by 4, 4 and to 2x2, which is by 2 for heatmaps of 64x64), then 1024-256-64-16-2.

    Both domains count the same in loss and accuracy, whatever their shares of the batch: chance is an accuracy of 0.5.

    Args:
        in_channels: C, channels of the features.
        mode: See above.
        hidden_channels: Widths of the hidden layers; one of 256, for ``'heatmap'`` 256, 64 and 16.
        loss_weight: Factor of the loss.
        init_cfg: Initial weights; PyTorch's by default.

    Raises:
        ValueError: If there is no such mode.
    """

    def __init__(
        self,
        in_channels: int,
        mode: str = 'pooled',
        hidden_channels: Sequence[int] | None = None,
        loss_weight: float = 1.0,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if mode not in HIDDEN_CHANNELS:
            raise ValueError(f'DomainClassifier: mode must be one of {", ".join(HIDDEN_CHANNELS)}, got {mode!r}')
        self.in_channels = in_channels
        self.mode = mode
        self.loss_weight = loss_weight
        if mode == 'heatmap':
            self.reduce = _heatmap_layers(in_channels)
        channels = 4 * HEATMAP_CHANNELS if mode == 'heatmap' else in_channels
        self.layers = nn.Sequential()
        for width in HIDDEN_CHANNELS[mode] if hidden_channels is None else hidden_channels:
            self.layers.extend([nn.Conv1d(channels, width, 1), nn.ReLU()])
            channels = width
        self.layers.append(nn.Conv1d(channels, 2, 1))

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits of both domains.

        Args:
            features: ``(B, C)``, ``(B, C, L)`` or ``(B, C, H, W)``; the last only for ``'heatmap'``.

        Returns:
            ``(B, 2, L)``: source and target at each location; L = 1 unless the mode is ``'location'``.

        Raises:
            ValueError: If the features have another number of channels, or the heatmaps are too small.
        """
        shape = tuple(features.shape)
        if len(shape) < 2 or shape[1] != self.in_channels:
            raise ValueError(f'DomainClassifier: in_channels is {self.in_channels}, but the features are {shape}')
        if self.mode == 'heatmap':
            if len(shape) != 4 or min(shape[2:]) < SMALLEST_HEATMAP:
                raise ValueError(
                    f"DomainClassifier: mode='heatmap' needs (B, C, H, W) with H and W from {SMALLEST_HEATMAP}, "
                    f'but the features are {shape}'
                )
            return self.layers(self.reduce(features).flatten(1)[..., None])
        locations = features.reshape(*shape[:2], -1)
        return self.layers(locations.mean(2, keepdim=True) if self.mode == 'pooled' else locations)

    def loss(self, features: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Compute the cross-entropy, the mean of both domains'.

        Args:
            features: See :meth:`forward`.
            labels: ``(B,)``, 0 for the source, 1 for the target.

        Returns:
            ``loss_domain``, and ``acc_domain``: the share of right decisions, the mean of both domains'.
        """
        logits = self(features)
        losses, accuracies = [], []
        for label in labels.unique():
            found = logits[labels == label]
            wanted = label.expand(len(found), found.shape[2])
            losses.append(F.cross_entropy(found, wanted))
            accuracies.append((found.argmax(1) == wanted).float().mean())
        return {
            'loss_domain': self.loss_weight * torch.stack(losses).mean(),
            'acc_domain': torch.stack(accuracies).mean(),
        }


def _heatmap_layers(in_channels: int) -> nn.Sequential:
    layers = nn.Sequential()
    for pooling in (nn.MaxPool2d(4), nn.MaxPool2d(4), nn.AdaptiveMaxPool2d(2)):
        convolution = nn.Conv2d(in_channels, HEATMAP_CHANNELS, 1)
        layers.extend([nn.BatchNorm2d(in_channels), nn.ReLU(), convolution, pooling])
        in_channels = HEATMAP_CHANNELS
    return layers
