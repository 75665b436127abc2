"""What all classifiers of poses share: training by cross-entropy, and predictions written into data samples."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.model import BaseModel
from mmpose.structures import PoseDataSample
from torch import Tensor
from torch.nn import functional as F

from ..data_preprocessors import PoseSequenceDataPreprocessor
from .skeleton_graph import joint_names, read_metainfo


class PoseClassifier(BaseModel):
    """A classifier of the poses of one skeleton.

    A subclass gives :meth:`extract_logits`.

    Args:
        num_classes: C.
        metainfo: The skeleton; see :func:`~.skeleton_graph.read_metainfo`. It has V joints.
        in_channels: Numbers of a joint; 3 for x, y and score.
        data_preprocessor: Config of what stacks the sequences of a batch. Default: ``PoseSequenceDataPreprocessor``.
        init_cfg: MMEngine's.

    Attributes:
        metainfo: The skeleton, parsed.
        joint_names: Its V joints.

    Raises:
        ValueError: If the metainfo describes no skeleton, or there are fewer than two classes.
    """

    def __init__(
        self,
        num_classes: int,
        metainfo: Mapping[str, Any],
        in_channels: int = 3,
        data_preprocessor: dict | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(data_preprocessor or PoseSequenceDataPreprocessor(), init_cfg)
        if num_classes < 2:
            raise ValueError(f'num_classes must be at least 2, but is {num_classes}')
        self.num_classes, self.in_channels = num_classes, in_channels
        self.metainfo = read_metainfo(metainfo)
        self.joint_names = joint_names(self.metainfo)

    @abstractmethod
    def extract_logits(self, inputs: Tensor) -> Tensor:
        """Return the logits ``(B, C)`` of sequences ``(B, in_channels, T, V, M)``."""

    def forward(
        self, inputs: Tensor, data_samples: Sequence[PoseDataSample] | None = None, mode: str = 'tensor'
    ) -> Tensor | dict[str, Tensor] | list[PoseDataSample]:
        """Run the model.

        Args:
            inputs: ``(B, in_channels, T, V, M)``: B samples of M people at T times.
            data_samples: B data samples; in mode ``'loss'`` with ``gt_label``, the number of the class.
            mode: ``'tensor'``, ``'loss'`` or ``'predict'``.

        Returns:
            The logits ``(B, C)``; ``loss_behavior``; or the data samples, each with ``pred_label``, an int, and
            ``pred_scores``, ``(C,)`` float32 probabilities, a NumPy array.

        Raises:
            ValueError: If inputs are of another skeleton, a label is not of the classes, or the mode is unknown.
        """
        if inputs.ndim != 5 or inputs.shape[1] != self.in_channels or inputs.shape[3] != len(self.joint_names):
            raise ValueError(
                f'{type(self).__name__}: inputs must be (B, {self.in_channels}, T, {len(self.joint_names)}, M), since '
                f'its skeleton has {len(self.joint_names)} joints, but are {tuple(inputs.shape)}'
            )
        logits = self.extract_logits(inputs)
        if mode == 'tensor':
            return logits
        if mode == 'loss':
            return {'loss_behavior': F.cross_entropy(logits, self._labels(data_samples or (), logits.device))}
        if mode == 'predict':
            return self._predict(logits, data_samples or ())
        raise ValueError(f"mode must be 'tensor', 'loss' or 'predict', but is {mode!r}")

    def _labels(self, samples: Sequence[PoseDataSample], device: torch.device) -> Tensor:
        for sample in samples:
            if not 0 <= sample.gt_label < self.num_classes:
                raise ValueError(
                    f'image {sample.get("img_id")}: annotation {sample.get("id")}: behavior {sample.get("behavior")!r} '
                    f'is class {sample.gt_label}, but num_classes is {self.num_classes}'
                )
        return torch.tensor([sample.gt_label for sample in samples], device=device)

    @staticmethod
    def _predict(logits: Tensor, samples: Sequence[PoseDataSample]) -> list[PoseDataSample]:
        for sample, scores in zip(samples, logits.softmax(dim=1).cpu().numpy(), strict=True):
            sample.set_field(int(scores.argmax()), 'pred_label')
            sample.set_field(scores, 'pred_scores')
        return list(samples)
