"""A graph convolutional network over the joints of a skeleton."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from mmpose.registry import MODELS
from torch import Tensor, nn

from .pose_classifier import PoseClassifier
from .skeleton_graph import normalized_adjacency, skeleton_adjacency


class GraphConvolution(nn.Module):
    """``f' = L^(-1/2) (A + I) L^(-1/2) f W`` at every time.

    Equation 5 of SynPose. There is no bias, since a batch normalization follows.

    Args:
        in_channels: Channels of ``f``.
        out_channels: Channels of ``f'``.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.weight = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, features: Tensor, graph: Tensor) -> Tensor:
        """Mix the features ``(N, C, T, V)`` of linked joints by the graph ``(V, V)``; returns ``(N, C', T, V)``."""
        return torch.einsum('nctv,vw->nctw', self.weight(features), graph).contiguous()


class SkeletonBlock(nn.Module):
    """A graph convolution, then a convolution over time where there is time, and a residual connection.

    Yan et al., "Spatial temporal graph convolutional networks for skeleton-based action recognition", section 3.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        temporal_kernel: Length of the convolution over time; 1 leaves it out (the spatial stream).
        stride: Of the convolution over time.
        dropout: Rate at the end of the block.
        residual: Whether there is a residual connection: the input itself, or convolved where the shape changes.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        temporal_kernel: int,
        stride: int,
        dropout: float,
        residual: bool,
    ) -> None:
        super().__init__()
        self.spatial = GraphConvolution(in_channels, out_channels)
        self.spatial_norm = nn.BatchNorm2d(out_channels)
        self.temporal: nn.Module = nn.Identity()
        if temporal_kernel > 1:
            self.temporal = nn.Sequential(
                nn.ReLU(inplace=True),
                nn.Conv2d(
                    out_channels, out_channels, (temporal_kernel, 1), (stride, 1), ((temporal_kernel - 1) // 2, 0)
                ),
                nn.BatchNorm2d(out_channels),
            )
        self.dropout = nn.Dropout(dropout)
        self.shortcut: nn.Module | None = nn.Identity() if residual else None
        if residual and (in_channels != out_channels or stride > 1):
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, (stride, 1), bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, features: Tensor, graph: Tensor) -> Tensor:
        """Return ``(N, C', T', V)`` of features ``(N, C, T, V)`` and the normalized graph ``(V, V)``."""
        out = self.dropout(self.temporal(self.spatial_norm(self.spatial(features, graph))))
        return torch.relu(out if self.shortcut is None else out + self.shortcut(features))


@MODELS.register_module()
class SkeletonGCN(PoseClassifier):
    """Classify poses by graph convolutions over the skeleton (SynPose, section 3.2).

    The network is ST-GCN's: the coordinates of each joint are batch-normalized, nine blocks follow, features are
    averaged over joints, times and people, and a linear layer gives the logits. The graph convolution is the paper's
    equation 5, without ST-GCN's partitions and learned edge weights. One pose (T = 1) needs no convolution over time:
    ``temporal_kernel=1``, the spatial stream. Sequences take ST-GCN's 9, with stride 2 where the channels grow.

    Args:
        num_classes: C.
        metainfo: The skeleton; see :func:`~synpose.models.pose_classifiers.skeleton_graph.read_metainfo`.
        in_channels: Numbers of a joint; 3 for x, y and score.
        stages: ``(channels, blocks)`` of each stage.
        temporal_kernel: Odd; see above.
        dropout: Rate at the end of every block.
        data_preprocessor: Config of what stacks the sequences of a batch.
        init_cfg: MMEngine's.

    Shape:
        - Inputs: ``(B, in_channels, T, V, M)``, V joints of M people at T times.
        - Logits: ``(B, C)``.

    Raises:
        ValueError: If an argument is bad, or the metainfo describes no skeleton.
    """

    graph: Tensor

    def __init__(
        self,
        num_classes: int,
        metainfo: Mapping[str, Any],
        in_channels: int = 3,
        stages: Sequence[tuple[int, int]] = ((64, 3), (128, 3), (256, 3)),
        temporal_kernel: int = 1,
        dropout: float = 0.5,
        data_preprocessor: dict | None = None,
        init_cfg: dict | list | None = None,
    ) -> None:
        super().__init__(num_classes, metainfo, in_channels, data_preprocessor, init_cfg)
        if temporal_kernel < 1 or temporal_kernel % 2 == 0:
            raise ValueError(f'temporal_kernel must be odd, but is {temporal_kernel}')
        graph = normalized_adjacency(skeleton_adjacency(self.metainfo))
        # Not part of a checkpoint: it follows from the config.
        self.register_buffer('graph', torch.from_numpy(graph).float(), persistent=False)
        self.input_norm = nn.BatchNorm1d(in_channels * len(graph))
        channels = [in_channels, *(width for width, count in stages for _ in range(count))]
        self.blocks = nn.ModuleList(
            SkeletonBlock(
                before,
                after,
                temporal_kernel,
                # As in ST-GCN, the first block has no residual connection, and time shrinks where channels grow.
                stride=2 if place > 0 and after != before and temporal_kernel > 1 else 1,
                dropout=dropout,
                residual=place > 0,
            )
            for place, (before, after) in enumerate(pairwise(channels))
        )
        self.classifier = nn.Linear(channels[-1], num_classes)

    def extract_logits(self, inputs: Tensor) -> Tensor:
        """Return the logits ``(B, C)`` of sequences ``(B, in_channels, T, V, M)``."""
        batch, channels, times, joints, people = inputs.shape
        flat = inputs.permute(0, 4, 3, 1, 2).reshape(batch * people, joints * channels, times)
        normed = self.input_norm(flat).reshape(batch * people, joints, channels, times)
        features = normed.permute(0, 2, 3, 1)  # (B M, in_channels, T, V)
        for block in self.blocks:
            features = block(features, self.graph)
        pooled = features.mean(dim=(2, 3)).reshape(batch, people, -1).mean(dim=1)
        return self.classifier(pooled)
