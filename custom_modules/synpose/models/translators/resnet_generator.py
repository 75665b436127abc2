"""The image-to-image network of CycleGAN."""

from typing import Any

import torch
from mmcv.cnn import ConvModule, build_norm_layer
from mmengine.model import BaseModule, initialize
from mmpose.registry import MODELS
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


class ResidualBlock(BaseModule):
    """Two 3x3 convolutions with reflected borders, added to their input.

    Args:
        channels: Channels in and out.
        norm_cfg: The normalization after each convolution.
    """

    def __init__(self, channels: int, norm_cfg: dict[str, Any]) -> None:
        super().__init__()
        first = ConvModule(channels, channels, 3, padding=1, padding_mode='reflect', norm_cfg=norm_cfg)
        second = ConvModule(channels, channels, 3, padding=1, padding_mode='reflect', norm_cfg=norm_cfg, act_cfg=None)
        self.layers = nn.Sequential(first, second)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``(B, C, h, w)`` to the same shape."""
        return inputs + self.layers(inputs)


@MODELS.register_module()
class ResnetGenerator(BaseModule):
    """Translate images: downsampling, residual blocks, upsampling, tanh.

    Of Johnson et al., "Perceptual Losses for Real-Time Style Transfer" (2016), with the layers of Zhu et al.,
    "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks" (2017), appendix 7.2: six blocks
    for 128 px crops, nine for 256 px and more. Convolutions before a normalization have no bias, which it would remove.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        base_channels: Channels after the first layer (``ngf``); each downsampling doubles them.
        num_blocks: Residual blocks.
        num_downsamples: Halvings of the resolution before the blocks.
        norm_cfg: The normalization. Instance normalization, by default without parameters.
        with_cp: Recompute the residual blocks in the backward pass, which trades time for memory.
        init_cfg: Initial weights; N(0, 0.02) by default.

    Attributes:
        multiple: What the sides of the images must be multiples of, px.
    """

    def __init__(
        self,
        in_channels: int = 3,
        out_channels: int = 3,
        base_channels: int = 64,
        num_blocks: int = 9,
        num_downsamples: int = 2,
        norm_cfg: dict[str, Any] | None = None,
        with_cp: bool = False,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(init_cfg or {'type': 'Normal', 'layer': ['Conv2d', 'ConvTranspose2d'], 'std': 0.02})
        norm_cfg = norm_cfg or {'type': 'IN'}
        self.with_cp = with_cp
        self.multiple = 2**num_downsamples
        channels = base_channels
        self.stem = ConvModule(in_channels, channels, 7, padding=3, padding_mode='reflect', norm_cfg=norm_cfg)
        self.down = nn.Sequential()
        for _ in range(num_downsamples):
            self.down.append(ConvModule(channels, 2 * channels, 3, stride=2, padding=1, norm_cfg=norm_cfg))
            channels *= 2
        self.blocks = nn.ModuleList(ResidualBlock(channels, norm_cfg) for _ in range(num_blocks))
        self.up = nn.Sequential()
        for _ in range(num_downsamples):
            halved = channels // 2
            self.up.append(nn.ConvTranspose2d(channels, halved, 3, 2, padding=1, output_padding=1, bias=False))
            self.up.append(build_norm_layer(norm_cfg, halved)[1])
            self.up.append(nn.ReLU(inplace=True))
            channels = halved
        self.out = nn.Conv2d(channels, out_channels, 7, padding=3, padding_mode='reflect')

    def init_weights(self) -> None:
        """Initialize the weights."""
        super().init_weights()
        initialize(self, self.init_cfg)  # again: layers that are children of this one have drawn weights of their own

    def forward(self, images: Tensor) -> Tensor:
        """Translate images.

        Args:
            images: ``(B, in_channels, H, W)`` in [-1, 1]; H and W multiples of ``2**num_downsamples``.

        Returns:
            ``(B, out_channels, H, W)`` in [-1, 1].

        Raises:
            ValueError: If a side is no such multiple: the output would have another size.
        """
        height, width = images.shape[-2:]
        if height % self.multiple or width % self.multiple:
            raise ValueError(
                f'ResnetGenerator: images are {width}x{height} px, but sides must be multiples of {self.multiple}'
            )
        features = self.down(self.stem(images))
        for block in self.blocks:
            if self.with_cp and features.requires_grad:
                features = checkpoint(block, features, use_reentrant=False)
            else:
                features = block(features)
        return torch.tanh(self.out(self.up(features)))
