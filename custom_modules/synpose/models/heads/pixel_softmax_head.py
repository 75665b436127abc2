"""Joints by classification over all pixels of a map."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmpose.evaluation.functional import keypoint_pck_accuracy
from mmpose.models.heads import HeatmapHead
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.registry import MODELS
from torch import Tensor


def _at_least_single(logits: Tensor) -> Tensor:
    """Return logits in single precision or better: half precision does not tell all of 4096 probabilities apart."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


def pixel_cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Return the weighted mean over joints of ``-log softmax`` over all pixels, at the true one.

    Args:
        logits: ``(B, K, H, W)``.
        labels: ``(B, K)`` int64, row * W + column.
        weights: ``(B, K)``, 0 for joints that do not count.

    Returns:
        A scalar; 0 if no joint counts.
    """
    losses = F.cross_entropy(_at_least_single(logits).flatten(2).flatten(0, 1), labels.flatten(), reduction='none')
    weights = weights.flatten().to(losses)
    return (losses * weights).sum() / weights.sum().clamp(min=torch.finfo(losses.dtype).tiny)


@MODELS.register_module()
class PixelSoftmaxHead(HeatmapHead):
    """A head that asks of every joint which pixel of the map shows it.

    Etheve & Remy, "Training CNNs using synthetic images of people", section 3.3: cross-entropy over all H * W pixels
    of a map, averaged over joints and stacks.

    By default it has no layers: each of the backbone's outputs is a stack's logits, as of
    :class:`~synpose.models.backbones.FeedbackHourglass`. With ``deconv_out_channels``, ``conv_out_channels`` or
    ``final_layer`` it makes one map of the last feature, as MMPose's ``HeatmapHead`` does, so that it fits any
    backbone. Joints are predicted from the mean of the stacks' logits, in flip tests from the mean of the probabilities
    of both; their scores are probabilities.

    Args:
        out_channels: K, number of joints.
        in_channels: Channels of the feature, needed with layers.
        decoder: The codec, :class:`~synpose.codecs.PixelLabel`, whose labels the loss takes.
        deconv_out_channels: See ``HeatmapHead``.
        final_layer: See ``HeatmapHead``.
        **kwargs: Its other arguments, but for ``loss``.

    Raises:
        ValueError: If there are layers, but no ``in_channels``; on a batch, if the maps are not K.
    """

    def __init__(
        self,
        out_channels: int,
        in_channels: int | None = None,
        decoder: dict[str, Any] | None = None,
        deconv_out_channels: Sequence[int] | None = None,
        final_layer: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.has_layers = bool(deconv_out_channels or kwargs.get('conv_out_channels') or final_layer is not None)
        if self.has_layers and in_channels is None:
            raise ValueError(f'{type(self).__name__}: layers need in_channels, of the feature they start from')
        super().__init__(
            in_channels=out_channels if in_channels is None else in_channels,
            out_channels=out_channels,
            decoder=decoder,
            deconv_out_channels=deconv_out_channels,
            final_layer=final_layer,
            **kwargs,
        )
        self.loss_module = None  # the loss is this head's own

    def forward(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Return the logits of each stack, ``(B, K, H, W)``; with layers of one map.

        Args:
            feats: The backbone's outputs, ``(B, C, h, w)``.
        """
        logits = [super().forward(feats)] if self.has_layers else list(feats)
        for stack in logits:
            if stack.ndim != 4 or stack.shape[1] != self.out_channels:
                raise ValueError(
                    f'{type(self).__name__}: needs maps of {self.out_channels} joints, but they are '
                    f'{tuple(stack.shape)}; without layers the backbone must predict the joints'
                )
        return logits

    def probabilities(self, feats: Sequence[Tensor]) -> Tensor:
        """Return how probable each pixel is for each joint, ``(B, K, H, W)``, summing to 1 over a map.

        Args:
            feats: The backbone's outputs, ``(B, C, h, w)``.
        """
        logits = _at_least_single(torch.stack(self.forward(feats))).mean(0)
        return logits.flatten(2).softmax(-1).view_as(logits)

    def predict(self, feats: Any, batch_data_samples: Sequence[Any], test_cfg: dict[str, Any] | None = None) -> Any:
        """Predict joints.

        Args:
            feats: The backbone's outputs; with ``flip_test`` those of the pictures and of the mirrored pictures.
            batch_data_samples: Of B samples, whose ``flip_indices`` flip test needs.
            test_cfg: ``flip_test``, ``shift_heatmap``, ``output_heatmaps`` as in ``HeatmapHead``.

        Returns:
            Of each sample ``keypoints`` ``(1, K, 2)``, px of the input, and ``keypoint_scores`` ``(1, K)``; with
            ``output_heatmaps`` also the probabilities ``(K, H, W)``.
        """
        test_cfg = test_cfg or {}
        if test_cfg.get('flip_test', False):
            mirrored = flip_heatmaps(
                self.probabilities(feats[1]),
                flip_indices=batch_data_samples[0].metainfo['flip_indices'],
                shift_heatmap=test_cfg.get('shift_heatmap', False),
            )
            heatmaps = (self.probabilities(feats[0]) + mirrored) / 2
        else:
            heatmaps = self.probabilities(feats)
        found = self.decode(heatmaps)
        if test_cfg.get('output_heatmaps', False):
            return found, [PixelData(heatmaps=heatmap) for heatmap in heatmaps.detach()]
        return found

    def loss(
        self, feats: Sequence[Tensor], batch_data_samples: Sequence[Any], train_cfg: dict[str, Any] | None = None
    ) -> dict[str, Tensor]:
        """Compute the loss.

        Args:
            feats: The backbone's outputs.
            batch_data_samples: With ``gt_instance_labels`` of the codec, ``keypoint_labels`` and
                ``keypoint_weights`` ``(1, K)``.
            train_cfg: ``compute_acc``, true by default.

        Returns:
            ``loss_kpt``, the mean over the stacks of :func:`pixel_cross_entropy`, and ``acc_pose``, the share of the
            joints that the last stack finds within .05 of the map's size, averaged as MMPose does.
        """
        stacks = self.forward(feats)
        labels = torch.cat([sample.gt_instance_labels.keypoint_labels for sample in batch_data_samples])
        weights = torch.cat([sample.gt_instance_labels.keypoint_weights for sample in batch_data_samples])
        losses = {'loss_kpt': torch.stack([pixel_cross_entropy(logits, labels, weights) for logits in stacks]).mean()}
        if (train_cfg or {}).get('compute_acc', True):
            height, width = stacks[-1].shape[2:]
            found = stacks[-1].detach().flatten(2).argmax(-1)
            places = [torch.stack((x % width, x // width), -1).cpu().numpy() for x in (found, labels)]
            sizes = np.tile((width, height), (len(labels), 1))
            _, accuracy, _ = keypoint_pck_accuracy(*places, weights.cpu().numpy() > 0, 0.05, sizes)
            losses['acc_pose'] = losses['loss_kpt'].new_tensor(accuracy)
        return losses
