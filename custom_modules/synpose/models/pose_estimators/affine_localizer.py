"""Where a person is in a proposal, as an affine map."""

from typing import Any

from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn

from .spatial_transformer import identity


@MODELS.register_module()
class AffineLocalizer(BaseModule):
    """Predict theta, the part of a proposal to look at, from its picture.

    A backbone, the mean over all places, and a linear layer that starts as the identity map, so that the first crop is
    the whole proposal. RMPE takes a ResNet-18.

    Args:
        backbone: Config of the backbone; the last of its feature maps is taken.
        in_channels: Channels of that map.
        init_cfg: Initial weights of the whole; those of the backbone go into its config.
    """

    def __init__(
        self,
        backbone: dict[str, Any] | None = None,
        in_channels: int = 512,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.backbone = MODELS.build({'type': 'ResNet', 'depth': 18} if backbone is None else backbone)
        self.output = nn.Linear(in_channels, 6)
        nn.init.zeros_(self.output.weight)
        self.output.bias.data.copy_(identity(1, self.output.bias).flatten())

    def forward(self, inputs: Tensor) -> Tensor:
        """Return theta ``(B, 2, 3)`` of proposals ``(B, 3, H, W)``."""
        features = self.backbone(inputs)
        features = features if isinstance(features, Tensor) else features[-1]
        return self.output(features.mean(dim=(2, 3))).view(-1, 2, 3)
