"""The networks of PhotoWCT: VGG-19 encoders, and decoders that put details back where pooling took them from.

Source: Y. Li, M.-Y. Liu, X. Li, M.-H. Yang and J. Kautz, "A closed-form solution to photorealistic image stylization",
ECCV 2018, section 3.1 and figure 2.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from synpose.adaptation.whitening_coloring import whiten_and_color

LEVELS = (4, 3, 2, 1)
"""Stylized one after the other, coarse to fine; level n is the features after VGG-19's ``relu{n}_1``."""
_CHANNELS = (3, 64, 128, 256, 512)  # of the picture and of VGG-19's blocks
_CONVOLUTIONS = (2, 2, 4)  # of the blocks that are pooled
_MIN_CELLS = 10  # of a region in a feature map; fewer have no covariance to speak of


class Pooling(NamedTuple):
    """What an encoder's max pooling leaves for its decoder.

    Attributes:
        indices: Where the maxima were.
        size: Of the feature map before.
    """

    indices: Tensor
    size: torch.Size


def _convolutions(level: int) -> list[tuple[int, int]]:
    """List block and place of the convolutions up to ``relu{level}_1``, in the encoder's order."""
    blocks = [(block, place) for block in range(1, level) for place in range(1, _CONVOLUTIONS[block - 1] + 1)]
    return [*blocks, (level, 1)]


def _channels(block: int, place: int) -> tuple[int, int]:
    """Return the channels that an encoder's convolution takes and gives; a decoder's does the reverse."""
    return _CHANNELS[block - 1 if place == 1 else block], _CHANNELS[block]


def _convolution(before: int, after: int) -> nn.Conv2d:
    return nn.Conv2d(before, after, 3, padding=1, padding_mode='reflect')


class VGGEncoder(nn.Module):
    """VGG-19 up to ``relu{level}_1``, with reflected borders.

    Convolutions are named as in VGG's paper (``conv1_1``, ``conv1_2``, ``conv2_1``, ...); a first 1x1 convolution
    ``conv0`` brings RGB of 0 to 1 into the range and channel order that the weights were made for.

    Args:
        level: 1 to 4.
    """

    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level
        self.conv0 = nn.Conv2d(3, 3, 1)
        for block, place in _convolutions(level):
            self.add_module(f'conv{block}_{place}', _convolution(*_channels(block, place)))

    def forward(self, image: Tensor) -> tuple[list[Tensor], list[Pooling]]:
        """Encode pictures.

        Args:
            image: RGB ``(B, 3, H, W)``, 0 to 1.

        Returns:
            The features after ``relu1_1`` to ``relu{level}_1``, each of half the size of the one before (rounded down),
            and the poolings between.
        """
        features, poolings = [], []
        x = self.conv0(image)
        for block, place in _convolutions(self.level):
            if block > 1 and place == 1:
                size = x.shape
                x, indices = F.max_pool2d(x, 2, return_indices=True)
                poolings.append(Pooling(indices, size))
            x = F.relu(self.get_submodule(f'conv{block}_{place}')(x))
            if place == 1:
                features.append(x)
        return features, poolings


class VGGDecoder(nn.Module):
    """The mirror image of :class:`VGGEncoder`, which inverts its last features.

    Its convolutions carry the names of those that they mirror. Pooling is undone by putting each value back where the
    encoder's maximum was, with zeros around it.

    Args:
        level: 1 to 4.
    """

    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level
        for block, place in reversed(_convolutions(level)):
            self.add_module(f'conv{block}_{place}', _convolution(*reversed(_channels(block, place))))

    def forward(self, features: Tensor, poolings: list[Pooling]) -> Tensor:
        """Decode features.

        Args:
            features: After ``relu{level}_1``, ``(B, C, h, w)``.
            poolings: Of the encoder.

        Returns:
            RGB ``(B, 3, H, W)``, about 0 to 1.
        """
        x = features
        for block, place in reversed(_convolutions(self.level)):
            x = self.get_submodule(f'conv{block}_{place}')(x)
            if (block, place) != (1, 1):
                x = F.relu(x)
            if block > 1 and place == 1:
                pooling = poolings[block - 2]
                x = F.max_unpool2d(x, pooling.indices, [2, 2], output_size=pooling.size)
        return x


class PhotoWCT(nn.Module):
    """Stylize by whitening and coloring features, from the deepest level of VGG-19 to the first.

    At each level the content, as the level before left it, is encoded; the features in its region get the mean and
    covariance of the style's in the style's region; they are decoded. The state dict is that of the authors' release
    (``photo_wct.pth``): encoders ``e1`` to ``e4``, decoders ``d1`` to ``d4``.
    """

    def __init__(self) -> None:
        super().__init__()
        for level in reversed(LEVELS):
            self.add_module(f'e{level}', VGGEncoder(level))
            self.add_module(f'd{level}', VGGDecoder(level))

    def forward(self, content: Tensor, style: Tensor, region: Tensor, shown: Tensor) -> Tensor:
        """Stylize one picture.

        Args:
            content: RGB ``(1, 3, H, W)``, 0 to 1; sides of at least 16 px.
            style: RGB ``(1, 3, h, w)``, 0 to 1; sides of at least 16 px.
            region: Of the content, ``(1, 1, H, W)`` float, 0 or 1.
            shown: Of the style, ``(1, 1, h, w)`` float, 0 or 1.

        Returns:
            RGB ``(1, 3, H, W)``, about 0 to 1.
        """
        styles, _ = self.get_submodule(f'e{LEVELS[0]}')(style)
        for level in LEVELS:
            features, poolings = self.get_submodule(f'e{level}')(content)
            stylized = stylize_region(features[-1], styles[level - 1], region, shown)
            content = self.get_submodule(f'd{level}')(stylized, poolings)
        return content


def stylize_region(content: Tensor, style: Tensor, region: Tensor, shown: Tensor) -> Tensor:
    """Give the features of a region the mean and covariance of another region's, and leave those around it.

    Args:
        content: ``(1, C, h, w)``.
        style: ``(1, C, h', w')``.
        region: Of the content, at any size: the nearest pixel of each feature counts. ``(1, 1, H, W)`` float, 0 or 1.
        shown: Of the style, likewise.

    Returns:
        ``(1, C, h, w)``; equal to the content where either region has fewer than ten features.
    """
    inside, source = (
        F.interpolate(mask, features.shape[2:], mode='nearest')[0, 0] > 0
        for mask, features in ((region, content), (shown, style))
    )
    if min(inside.sum(), source.sum()) < _MIN_CELLS:
        return content
    stylized = content.clone()
    stylized[0, :, inside] = whiten_and_color(content[0, :, inside], style[0, :, source])
    return stylized
