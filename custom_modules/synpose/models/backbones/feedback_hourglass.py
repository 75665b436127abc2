"""Stacked hourglasses, each of which sees what the one before predicted."""

from collections.abc import Sequence
from typing import Any

from mmpose.models.backbones import HourglassNet
from mmpose.registry import MODELS
from torch import Tensor, nn

STEM_CHANNELS = 256
"""What MMPose's stem returns."""


@MODELS.register_module()
class FeedbackHourglass(HourglassNet):
    """Hourglasses that predict the joints after every stack and feed the prediction back.

    Newell et al., "Stacked Hourglass Networks for Human Pose Estimation" (2016), in the form of Etheve & Remy,
    "Training CNNs using synthetic images of people": 256 features throughout, and maps of 64x64 of an input of 256x256
    that shrink to 4x4 within a stack, by strided blocks where the paper has max-pooling. MMPose's ``HourglassNet``,
    which it is built from, feeds back features alone and leaves the prediction to the head. Here, between two stacks,
    ``x = x + features + predictions``, each mapped by a 1x1 convolution.

    Use it with :class:`~synpose.models.heads.PixelSoftmaxHead` without layers of its own.

    Args:
        out_channels: K, number of joints.
        num_stacks: S, number of hourglasses.
        downsample_times: How often a hourglass halves the resolution; the input's sides must be divisible by
            ``4 * 2 ** downsample_times``.
        stage_channels: Channels at each resolution, ``downsample_times + 1`` of them; the first is 256, the stem's.
        stage_blocks: Residual blocks at each resolution.
        feat_channel: Channels of the features that the joints are predicted from.
        **kwargs: ``init_cfg``, see ``HourglassNet``. Batch normalization is fixed: MMPose's hourglass passes another
            ``norm_cfg`` on to some of its layers only. (Across GPUs set ``sync_bn='torch'`` in the config.)

    Raises:
        ValueError: If the stages do not fit ``downsample_times``, or ``norm_cfg`` is given; on an input, if its sides
            are not divisible.
    """

    def __init__(
        self,
        out_channels: int,
        num_stacks: int = 1,
        downsample_times: int = 4,
        stage_channels: Sequence[int] = (256,) * 5,
        stage_blocks: Sequence[int] = (1,) * 5,
        feat_channel: int = 256,
        **kwargs: Any,
    ) -> None:
        if not len(stage_channels) == len(stage_blocks) == downsample_times + 1:
            raise ValueError(
                f'{type(self).__name__}: {downsample_times} downsamplings need as many stages and one more, but '
                f'stage_channels has {len(stage_channels)} and stage_blocks {len(stage_blocks)}'
            )
        if 'norm_cfg' in kwargs:
            raise ValueError(f"{type(self).__name__}: norm_cfg: is batch normalization; for SyncBN set sync_bn='torch'")
        if stage_channels[0] != STEM_CHANNELS:
            raise ValueError(
                f'{type(self).__name__}: stage_channels must start with {STEM_CHANNELS}, but is {tuple(stage_channels)}'
            )
        super().__init__(downsample_times, num_stacks, stage_channels, stage_blocks, feat_channel, **kwargs)
        self.stride = 4 * 2**downsample_times
        if num_stacks == 1:
            self.inters = nn.Sequential()  # MMPose makes a block that nothing uses, which stops distributed training
        self.predictions = nn.ModuleList(nn.Conv2d(feat_channel, out_channels, 1) for _ in range(num_stacks))
        self.feedbacks = nn.ModuleList(nn.Conv2d(out_channels, stage_channels[0], 1) for _ in range(num_stacks - 1))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Predict the joints.

        Args:
            x: Pictures ``(B, 3, H, W)``.

        Returns:
            Of each stack the logits ``(B, K, H / 4, W / 4)``, the last one's last.
        """
        if x.shape[-2] % self.stride or x.shape[-1] % self.stride:
            raise ValueError(
                f'{type(self).__name__}: width and height must be divisible by {self.stride}, but the input is '
                f'{x.shape[-1]}x{x.shape[-2]} px'
            )
        features, logits = self.stem(x), []
        for index, hourglass in enumerate(self.hourglass_modules):
            found = self.out_convs[index](hourglass(features))
            logits.append(self.predictions[index](found))
            if index < self.num_stacks - 1:
                fed_back = self.remap_convs[index](found) + self.feedbacks[index](logits[-1])
                features = self.inters[index](self.relu(self.conv1x1s[index](features) + fed_back))
        return tuple(logits)
