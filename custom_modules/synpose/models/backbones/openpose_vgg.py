"""The feature extractor of OpenPose."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmcv.cnn import ConvModule
from mmpose.models.backbones.base_backbone import BaseBackbone
from mmpose.models.backbones.vgg import make_vgg_layer
from mmpose.registry import MODELS
from torch import Tensor, nn

STAGE_CONVS = (2, 2, 4, 2)


@MODELS.register_module()
class OpenPoseVGG(BaseBackbone):
    """The first ten convolutions of VGG-19 and two that narrow their output; stride 8.

    Cao et al. (CVPR 2017), section 2.1. MMPose's ``VGG`` can only end with a whole stage. Here ``features`` are those
    of MMPose's and MMPretrain's VGG-19, under the same names, so that their checkpoints fit (``'mmcls://vgg19'``).

    Frozen stages are frozen from the start, where MMPose's VGG waits for ``train()``, after an optimizer or a wrapper
    of several processes has taken the weights. Their batch normalization keeps its statistics.

    Args:
        out_channels: Channels of the two convolutions after VGG's.
        base_channels: Channels of the first stage; those of the others are 2, 4 and 8 times as many.
        frozen_stages: How many of the four stages, of 2, 2, 4 and 2 convolutions, are not trained: 2 for the first four
            convolutions. -1 or 0 for none.
        norm_cfg: Normalization after each convolution; none by default, as in the paper.
        init_cfg: See MMEngine's ``BaseModule``.

    Raises:
        ValueError: If there are not so many stages to freeze; on an input, if its sides are not divisible by 8.
    """

    def __init__(
        self,
        out_channels: Sequence[int] = (256, 128),
        base_channels: int = 64,
        frozen_stages: int = -1,
        norm_cfg: Mapping[str, Any] | None = None,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg or {'type': 'Kaiming', 'layer': 'Conv2d'})
        if frozen_stages > len(STAGE_CONVS):
            raise ValueError(f'{type(self).__name__}: frozen_stages is {frozen_stages}, but there are 4 stages')
        layers: list[nn.Module] = []
        self.stage_ends = []
        channels = 3
        for stage, convs in enumerate(STAGE_CONVS):
            layers += make_vgg_layer(channels, base_channels * 2**stage, convs, norm_cfg=norm_cfg)
            self.stage_ends.append(len(layers))
            channels = base_channels * 2**stage
        self.features = nn.Sequential(*layers[:-1])  # without the last pooling
        narrow = []
        for width in out_channels:
            narrow.append(ConvModule(channels, width, 3, padding=1, norm_cfg=norm_cfg))
            channels = width
        self.narrow = nn.Sequential(*narrow)
        self.frozen_stages = frozen_stages
        self._freeze_stages()

    def _freeze_stages(self) -> None:
        if self.frozen_stages > 0:
            for layer in list(self.features)[: self.stage_ends[self.frozen_stages - 1]]:
                layer.eval()
                layer.requires_grad_(False)

    def train(self, mode: bool = True) -> 'OpenPoseVGG':
        """Set the mode; frozen stages stay in that of evaluation."""
        super().train(mode)
        self._freeze_stages()
        return self

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Compute the features.

        Args:
            x: Pictures ``(B, 3, H, W)``.

        Returns:
            One feature ``(B, C, H / 8, W / 8)``.
        """
        if x.shape[-2] % 8 or x.shape[-1] % 8:
            raise ValueError(
                f'{type(self).__name__}: width and height must be divisible by 8, but the input is '
                f'{x.shape[-1]}x{x.shape[-2]} px'
            )
        return (self.narrow(self.features(x)),)
