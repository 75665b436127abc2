"""From an image that is hard for the student to the groups that it should train on."""

from collections.abc import Sequence
from typing import Any

from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional as F


@MODELS.register_module()
class TeacherNet(BaseModule):
    """The teacher of "Learning to Train with Synthetic Humans" (section 4.1): an image in, a logit a group out.

    The paper does not publish its architecture; this one is small: 3x3 convolutions of stride 2 with group
    normalization, so that a batch of one image is no exception, the mean over the map, one linear layer. That starts at
    0: before it has learned anything, all groups are equally probable.

    Args:
        num_groups: Number of groups G.
        channels: Features of each convolution; multiples of 8.
        input_size: Width and height that images are resized to, px.
        init_cfg: Initial weights.
    """

    def __init__(
        self,
        num_groups: int,
        channels: Sequence[int] = (16, 32, 64, 64),
        input_size: tuple[int, int] = (128, 128),
        init_cfg: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.input_size = tuple(input_size)
        layers: list[nn.Module] = []
        for before, after in zip((3, *channels), channels):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(8, after), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels[-1], num_groups)
        nn.init.zeros_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)

    def prepare(self, image: Tensor) -> Tensor:
        """Resize an image as it is fed to the student, ``(3, H, W)`` uint8, and scale it to [-1, 1].

        Returns:
            ``(3, h, w)`` float32, of the input size.
        """
        size = self.input_size[::-1]
        resized = F.interpolate(image[None].float(), size, mode='bilinear', antialias=True, align_corners=False)
        return resized[0] / 127.5 - 1

    def forward(self, images: Tensor) -> Tensor:
        """Return logits ``(B, G)`` for images ``(B, 3, h, w)`` as :meth:`prepare` makes them."""
        return self.classifier(self.features(images).mean(dim=(2, 3)))
