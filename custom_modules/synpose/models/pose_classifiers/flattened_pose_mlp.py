"""A classifier that does not know the skeleton's links."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from mmpose.registry import MODELS
from torch import Tensor, nn

from .pose_classifier import PoseClassifier


@MODELS.register_module()
class FlattenedPoseMLP(PoseClassifier):
    """Classify poses by a multilayer perceptron on the joints in a row: what :class:`SkeletonGCN` is compared with.

    Every hidden layer is linear, batch-normalized, rectified and dropped out. The logits of several people of a sample
    are averaged.

    Args:
        num_classes: C.
        metainfo: The skeleton; only the number V of its joints counts.
        in_channels: Numbers of a joint; 3 for x, y and score.
        num_times: T, which the first layer fixes.
        hidden: Widths of the hidden layers.
        dropout: Rate after each.
        data_preprocessor: Config of what stacks the sequences of a batch.
        init_cfg: MMEngine's.

    Shape:
        - Inputs: ``(B, in_channels, T, V, M)``.
        - Logits: ``(B, C)``.
    """

    def __init__(
        self,
        num_classes: int,
        metainfo: Mapping[str, Any],
        in_channels: int = 3,
        num_times: int = 1,
        hidden: Sequence[int] = (256, 256),
        dropout: float = 0.5,
        data_preprocessor: dict | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(num_classes, metainfo, in_channels, data_preprocessor, init_cfg)
        self.num_times = num_times
        widths = (in_channels * num_times * len(self.joint_names), *hidden)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU(inplace=True), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], num_classes))

    def extract_logits(self, inputs: Tensor) -> Tensor:
        """Return the logits ``(B, C)`` of sequences ``(B, in_channels, T, V, M)``.

        Raises:
            ValueError: If T is not ``num_times``.
        """
        if inputs.shape[2] != self.num_times:
            raise ValueError(f'FlattenedPoseMLP: num_times is {self.num_times}, but inputs have {inputs.shape[2]}')
        batch, people = inputs.shape[0], inputs.shape[4]
        flat = inputs.permute(0, 4, 1, 2, 3).reshape(batch * people, -1)
        return self.layers(flat).reshape(batch, people, -1).mean(dim=1)
