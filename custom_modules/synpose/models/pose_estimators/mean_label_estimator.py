"""What can be said of a person's pixels without looking at the picture."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmengine.structures import PixelData
from mmpose.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class MeanLabelEstimator(BaseModel):
    """The baseline that predicts the mean of the training labels for every crop.

    Training counts how often each pixel of the crop has each class; nothing is learned from pictures. Of parts the
    prediction is each pixel's most frequent class, background included. Of depth it is each pixel's mean bin over those
    training crops in which it shows the person, and the mean of all such pixels where it never does; so it never is
    background. Two epochs count everything twice and predict the same.

    Args:
        num_classes: C, background included.
        label_size: Width and height of the labels.
        target: ``'parts'`` or ``'depth'``.
        data_preprocessor: See ``BaseModel``.

    Raises:
        ValueError: If ``target`` is another word; on a prediction, if nothing was counted.
    """

    def __init__(
        self,
        num_classes: int,
        label_size: tuple[int, int],
        target: str,
        data_preprocessor: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        if target not in ('parts', 'depth'):
            raise ValueError(f"{type(self).__name__}: target must be 'parts' or 'depth', but is {target!r}")
        self.num_classes, self.target = num_classes, target
        self.counts: Tensor
        self.register_buffer('counts', torch.zeros(num_classes, label_size[1], label_size[0], dtype=torch.float64))
        self.nothing = nn.Parameter(torch.zeros(1))  # optimizers refuse a model without parameters

    def forward(self, inputs: Tensor, data_samples: Sequence[Any] | None = None, mode: str = 'tensor') -> Any:
        """Count the labels of B samples, or predict.

        Args:
            inputs: Not used.
            data_samples: B data samples; to be counted with ``gt_fields.labels`` ``(1, H, W)``.
            mode: ``'loss'`` counts, ``'predict'`` adds ``pred_fields.labels`` ``(1, H, W)``, ``'tensor'`` returns the
                prediction ``(H, W)``.
        """
        samples = data_samples or []
        if mode == 'loss':
            for sample in samples:
                self.counts += F.one_hot(sample.gt_fields.labels[0].long(), self.num_classes).movedim(-1, 0)
            return {'loss_nothing': self.nothing.sum() * 0}
        mean = self.mean_labels()
        if mode == 'tensor':
            return mean
        for sample in samples:
            sample.pred_fields = PixelData(labels=mean[None])
        return samples

    def mean_labels(self) -> Tensor:
        """Return the prediction, ``(H, W)``: int64 classes of parts, float64 bins of depth."""
        if not self.counts[0 if self.target == 'parts' else 1 :].any():
            raise ValueError(f'{type(self).__name__}: has seen no labels of people; train it for an epoch')
        if self.target == 'parts':
            return self.counts.argmax(0)
        bins = torch.arange(1, self.num_classes, dtype=self.counts.dtype, device=self.counts.device)
        shown = self.counts[1:]
        total = (bins * shown.sum((1, 2))).sum() / shown.sum()
        return torch.where(shown.sum(0) > 0, (bins[:, None, None] * shown).sum(0) / shown.sum(0), total)
