"""What feature extractors share: a name that figures carry, and weights that nothing trains."""

import re
from typing import Any

from torch import Tensor, nn


class FeatureExtractor(nn.Module):
    """A frozen network that turns pictures into features, for :class:`~synpose.evaluation.metrics.FIDMetric`.

    A subclass sets ``num_features`` and defines ``forward`` from ``(B, 3, H, W)`` uint8 RGB of any size to ``(B, D)``
    floating-point features.

    Args:
        name: Part of the figures' names, ``FD_<name>``: letters, digits, ``.``, ``_`` and ``-``.
        identity: What statistics files remember beside the name, so that features of other weights are refused.

    Attributes:
        name: See above.
        identity: See above.
        num_features: D.
        is_fid_inception: Whether these are the features that FID is defined by. Of no extractor but
            :class:`InceptionFeatures`, and there by the digest of its weights.

    Raises:
        ValueError: If the name has other characters.
    """

    num_features: int
    is_fid_inception = False

    def __init__(self, name: str, identity: str) -> None:
        super().__init__()
        if not re.fullmatch(r'[\w.-]+', name):
            raise ValueError(f'{type(self).__name__}: name must be of letters, digits, ".", "_", "-", got {name!r}')
        self.name, self.identity = name, identity

    def freeze(self) -> None:
        """Let nothing train, once the network is built."""
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> 'FeatureExtractor':
        """Stay in evaluation mode, whatever a loop says."""
        return super().train(False)

    def forward(self, images: Tensor) -> Any:
        """Return features ``(B, D)`` of images ``(B, 3, H, W)`` uint8 RGB."""
        raise NotImplementedError
