"""The discriminator of CycleGAN and pix2pix."""

from typing import Any

from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class PatchDiscriminator(BaseModule):
    """Judge overlapping patches of an image: one logit each, from 70x70 px with three layers.

    Of Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks" (2017), appendix 6.1.2. The
    logits are raw: the loss applies a sigmoid where it wants one.

    Args:
        in_channels: Channels of the images.
        base_channels: Channels after the first layer (``ndf``); doubled by each layer, up to eight times.
        num_layers: Convolutions of stride 2. A logit sees 16, 34, 70 or 142 px with 1, 2, 3 or 4.
        norm_cfg: The normalization of all layers but the first and the last; instance normalization by default.
        init_cfg: Initial weights; N(0, 0.02) by default.
    """

    def __init__(
        self,
        in_channels: int = 3,
        base_channels: int = 64,
        num_layers: int = 3,
        norm_cfg: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(init_cfg or {'type': 'Normal', 'layer': 'Conv2d', 'std': 0.02})
        norm_cfg = norm_cfg or {'type': 'IN'}
        act_cfg = {'type': 'LeakyReLU', 'negative_slope': 0.2}
        channels = [base_channels * min(2**index, 8) for index in range(num_layers + 1)]
        self.layers = nn.Sequential(ConvModule(in_channels, channels[0], 4, stride=2, padding=1, act_cfg=act_cfg))
        for index in range(1, num_layers + 1):
            stride = 2 if index < num_layers else 1
            layer = ConvModule(channels[index - 1], channels[index], 4, stride, 1, norm_cfg=norm_cfg, act_cfg=act_cfg)
            self.layers.append(layer)
        self.layers.append(nn.Conv2d(channels[-1], 1, 4, padding=1))

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits ``(B, 1, h, w)`` of images ``(B, in_channels, H, W)``; ``h = H / 8 - 2`` with 3 layers."""
        return self.layers(images)
