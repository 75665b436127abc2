"""A class for every pixel of a map: body parts, or bins of depth."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmpose.models.heads.base_head import BaseHead
from mmpose.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class DensePixelHead(BaseHead):
    """Pixels classified by every stack of an hourglass.

    Varol et al., "Learning from Synthetic Humans" (2017), section 4: cross-entropy of each pixel, averaged over the
    pixels of a stack and summed over stacks; the last stack predicts.

    The backbone's outputs are the stacks' logits, as of :class:`~synpose.models.backbones.FeedbackHourglass`. With
    ``upsample`` the last one's are enlarged by bilinear interpolation, ReLU and a 3x3 convolution, and the labels have
    that size; the other stacks learn from the labels at their pixels' centers.

    Args:
        num_classes: C: 15 for the parts and the background, 20 for 19 bins of depth and the background.
        upsample: How much larger the last stack's map becomes; 1 has no layers.
        init_cfg: See ``BaseModule``.

    Raises:
        ValueError: If ``upsample`` is not positive; on a batch, if maps are not of C classes or do not fit the labels.
    """

    def __init__(self, num_classes: int, upsample: int = 1, init_cfg: dict | list[dict] | None = None) -> None:
        super().__init__(init_cfg)
        if upsample < 1:
            raise ValueError(f'{type(self).__name__}: upsample must be at least 1, but is {upsample}')
        self.num_classes, self.upsample = num_classes, upsample
        self.decoder = None  # classes are not decoded
        self.enlarge = nn.Identity() if upsample == 1 else self._make_enlarge()

    def _make_enlarge(self) -> nn.Sequential:
        return nn.Sequential(
            nn.Upsample(scale_factor=self.upsample, mode='bilinear', align_corners=False),
            nn.ReLU(inplace=True),
            nn.Conv2d(self.num_classes, self.num_classes, 3, padding=1),
        )

    def forward(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Return the logits of each stack, ``(B, C, h, w)``, the last one's enlarged.

        Args:
            feats: The backbone's outputs, ``(B, C, h, w)``.
        """
        for logits in feats:
            if logits.ndim != 4 or logits.shape[1] != self.num_classes:
                raise ValueError(
                    f'{type(self).__name__}: needs maps of {self.num_classes} classes, but they are '
                    f'{tuple(logits.shape)}; the backbone must predict the classes'
                )
        return [*feats[:-1], self.enlarge(feats[-1])]

    def predict(
        self, feats: Sequence[Tensor], batch_data_samples: Sequence[Any], test_cfg: dict[str, Any] | None = None
    ) -> list[PixelData]:
        """Predict the class of every pixel.

        Args:
            feats: The backbone's outputs.
            batch_data_samples: Not used.
            test_cfg: ``output_heatmaps`` gives probabilities too.

        Returns:
            Of each sample ``labels`` ``(1, H, W)`` int64 and, if asked for, ``heatmaps`` ``(C, H, W)``.
        """
        logits = self.forward(feats)[-1].detach()
        found = [PixelData(labels=classes[None]) for classes in logits.argmax(1)]
        if (test_cfg or {}).get('output_heatmaps', False):
            for fields, scores in zip(found, logits.float().softmax(1)):
                fields.set_field(scores, 'heatmaps')
        return found

    def loss(
        self, feats: Sequence[Tensor], batch_data_samples: Sequence[Any], train_cfg: dict[str, Any] | None = None
    ) -> dict[str, Tensor]:
        """Compute the loss.

        Args:
            feats: The backbone's outputs.
            batch_data_samples: B samples with ``gt_fields.labels`` ``(1, H, W)``, classes.
            train_cfg: Not used.

        Returns:
            ``loss_pixel``, and ``acc_pixel``, the share of pixels that the last stack gets right.
        """
        labels = torch.stack([sample.gt_fields.labels for sample in batch_data_samples]).float()
        losses = []
        for logits in self.forward(feats):
            height, width = logits.shape[-2:]
            if labels.shape[-2] % height or labels.shape[-1] % width:
                raise ValueError(
                    f'{type(self).__name__}: labels of {labels.shape[-1]}x{labels.shape[-2]} pixels do not fit maps of '
                    f'{width}x{height}'
                )
            own = F.interpolate(labels, (height, width), mode='nearest-exact')[:, 0].long()
            losses.append(F.cross_entropy(logits.to(torch.promote_types(logits.dtype, torch.float32)), own))
        if own.shape[-2:] != labels.shape[-2:]:
            raise ValueError(
                f'{type(self).__name__}: predicts {own.shape[-1]}x{own.shape[-2]} pixels, but '
                f'{labels.shape[-1]}x{labels.shape[-2]} are labeled'
            )
        accuracy = (logits.detach().argmax(1) == own).float().mean()
        return {'loss_pixel': torch.stack(losses).sum(), 'acc_pixel': accuracy}
