"""OpenPose's head: joints and limbs, refined stage by stage."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from mmcv.cnn import ConvModule
from mmengine.structures import InstanceData, PixelData
from mmpose.models.heads.base_head import BaseHead
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.registry import KEYPOINT_CODECS, MODELS
from torch import Tensor, nn

from synpose.compat.mmcv_ops.deform_sampling import at_least_single

from .levels import average_maps, canvas_size, split_images

TARGETS = (
    ('heatmaps', 'heatmap_weights', 'loss/heatmap'),
    ('part_affinity_fields', 'part_affinity_weights', 'loss/part_affinity'),
)
"""What the head's two outputs learn: the codec's maps, the weights they may have, and the name of the loss."""


def _branch(in_channels: int, channels: Sequence[int], kernels: Sequence[int], norm_cfg: Any) -> nn.Sequential:
    """Convolutions one after the other, with ReLU after all but the last."""
    layers = []
    for i, (width, kernel) in enumerate(zip(channels, kernels, strict=True)):
        last = {'norm_cfg': None, 'act_cfg': None} if i == len(channels) - 1 else {'norm_cfg': norm_cfg}
        layers.append(ConvModule(in_channels, width, kernel, padding=kernel // 2, **last))
        in_channels = width
    return nn.Sequential(*layers)


@MODELS.register_module()
class PartAffinityHead(BaseHead):
    """Predict joint heatmaps and part affinity fields in stages, each of which sees what the one before found.

    Cao et al., "Realtime Multi-Person 2D Pose Estimation using Part Affinity Fields" (CVPR 2017), figure 3: the first
    stage has three 3x3 and two 1x1 convolutions a branch, every later one five 7x7 and two 1x1 on the features and both
    maps of the stage before.

    Losses, equations 3 to 5: squared differences, summed over maps and cells and averaged over the images of the batch,
    summed over stages and multiplied by ``loss_weight``. Its default is that of the authors' Caffe layer, which halves;
    their learning rate goes with it. Cells outside ``gt_fields.heatmap_mask`` (``BottomupGetHeatmapMask``: people
    without keypoints) do not count. Where a transform makes them, ``gt_fields.heatmap_weights`` and
    ``gt_fields.part_affinity_weights``, of the shapes of the maps, weight single cells of single maps.

    ``test_cfg`` knows ``flip_test``, ``multiscale_test`` and ``output_heatmaps``; maps of both flips and of all scales
    are averaged. A multi-scale test needs ``CrowdPoseEstimator``, ``PyramidDataPreprocessor`` and ``PackCrowdInputs``.
    There is no ``shift_heatmap``: the codec's cells are symmetric.

    Args:
        in_channels: Channels of the feature.
        num_keypoints: K, joints.
        num_limbs: C, limbs.
        decoder: The codec, :class:`~synpose.codecs.PartAffinityFields`.
        num_stages: T.
        stage_channels: Channels within a stage.
        first_channels: Channels of the 1x1 convolution in the first stage.
        loss_weight: See above.
        norm_cfg: Normalization after each convolution but the last of a branch; none by default, as in the paper.
        init_cfg: Initialization; by default a standard deviation of .01, as in the authors' code.

    Raises:
        ValueError: If the codec is of other counts of joints or limbs, or there is no stage.
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: int,
        num_limbs: int,
        decoder: Mapping[str, Any],
        num_stages: int = 6,
        stage_channels: int = 128,
        first_channels: int = 512,
        loss_weight: float = 0.5,
        norm_cfg: Mapping[str, Any] | None = None,
        init_cfg: Any = None,
    ) -> None:
        super().__init__(init_cfg or {'type': 'Normal', 'layer': 'Conv2d', 'std': 0.01})
        self.decoder = KEYPOINT_CODECS.build(decoder)
        for name, count in (('num_keypoints', num_keypoints), ('num_limbs', num_limbs)):
            if count != getattr(self.decoder, name):
                raise ValueError(
                    f'{type(self).__name__}: {name} is {count}, but the codec has {getattr(self.decoder, name)}'
                )
        if num_stages < 1:
            raise ValueError(f'{type(self).__name__}: num_stages must be at least 1, but is {num_stages}')
        self.num_keypoints, self.num_limbs, self.loss_weight = num_keypoints, num_limbs, loss_weight
        maps = {'heatmap': num_keypoints + 1, 'field': 2 * num_limbs}
        self.stages = nn.ModuleList()
        for stage in range(num_stages):
            if stage:
                channels, kernels = [stage_channels] * 6, [7] * 5 + [1, 1]
            else:
                channels, kernels = [stage_channels] * 3 + [first_channels], [3] * 3 + [1, 1]
            width = in_channels + (sum(maps.values()) if stage else 0)
            self.stages.append(
                nn.ModuleDict({k: _branch(width, [*channels, out], kernels, norm_cfg) for k, out in maps.items()})
            )

    def forward(self, feats: Sequence[Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Compute the maps of every stage, the last one's last.

        Args:
            feats: Feature maps, of which the last, ``(B, in_channels, H, W)``, is used.

        Returns:
            Heatmaps ``(B, K + 1, H, W)``, the background last, and fields ``(B, 2 * C, H, W)``, x before y.
        """
        seen, maps = feats[-1], []
        for stage in self.stages:
            branches = cast(nn.ModuleDict, stage)
            maps.append((branches['heatmap'](seen), branches['field'](seen)))
            seen = torch.cat((feats[-1], *maps[-1]), dim=1)
        return maps

    def loss(
        self, feats: Sequence[Tensor], batch_data_samples: list, train_cfg: Mapping[str, Any] | None = None
    ) -> dict[str, Tensor]:
        """Compute the losses.

        Args:
            feats: See :meth:`forward`.
            batch_data_samples: B data samples with the codec's targets in ``gt_fields``.
            train_cfg: Not used.

        Returns:
            ``loss/heatmap`` and ``loss/part_affinity``.
        """
        fields = [sample.gt_fields for sample in batch_data_samples]
        stages = self.forward(feats)
        losses = {}
        for place, (name, weights, loss) in enumerate(TARGETS):
            predicted = [at_least_single(maps[place]) for maps in stages]
            target = torch.stack([field.get(name) for field in fields]).to(predicted[0])
            weight = torch.ones_like(target)
            for image, field in zip(weight, fields, strict=True):
                for key in ('heatmap_mask', weights):
                    if key in field:
                        image *= field.get(key).to(image)
            squares = torch.stack([((maps - target).square() * weight).sum() for maps in predicted])
            losses[loss] = self.loss_weight * squares.sum() / len(fields)
        return losses

    def predict(
        self, feats: Any, batch_data_samples: list, test_cfg: Mapping[str, Any] | None = None
    ) -> list[InstanceData] | tuple[list[InstanceData], list[PixelData]]:
        """Predict the people of B images.

        Args:
            feats: Feature maps as in :meth:`forward`; with ``flip_test`` a list of two, of the images and of the
                mirrored images; with ``multiscale_test`` a list of these, scale 1 first.
            batch_data_samples: B data samples; ``input_size`` (w, h) px is an image's size before it was padded to
                ``batch_input_shape`` (h, w) px.
            test_cfg: See the class.

        Returns:
            An image's ``keypoints`` ``(N, K, 2)``, px of the input, ``keypoint_scores`` ``(N, K)``, 0 for joints not
            found, and ``bbox_scores`` ``(N,)``, the people's, NumPy arrays; with ``output_heatmaps`` also ``heatmaps``
            and ``part_affinity_fields`` without the padding.
        """
        test_cfg = test_cfg or {}
        metainfo = [sample.metainfo for sample in batch_data_samples]
        levels = feats if test_cfg.get('multiscale_test', False) else [feats]
        maps = [self._predict_maps(level, test_cfg.get('flip_test', False)) for level in levels]
        # Scales have one center in common: in cells, whose centers are whole numbers, (size - (1 - 1 / stride)) / 2.
        shift = 1 - maps[0][0].shape[-1] / canvas_size(metainfo[0])[0]
        preds, pred_fields = [], []
        for image in split_images(maps, metainfo):
            scales = [level._replace(size=level.size - shift) for level in image]
            heatmaps, fields = (average_maps(scales, name) for name in ('heatmaps', 'displacements'))
            keypoints, keypoint_scores, scores = self.decoder.decode(heatmaps, fields)
            preds.append(InstanceData(keypoints=keypoints, keypoint_scores=keypoint_scores, bbox_scores=scores))
            pred_fields.append(PixelData(heatmaps=heatmaps, part_affinity_fields=fields))
        return (preds, pred_fields) if test_cfg.get('output_heatmaps', False) else preds

    def _predict_maps(self, feats: Any, flip_test: bool) -> tuple[Tensor, ...]:
        """The last stage's maps in single precision or better, the mean of both flips if that is asked for."""
        if not flip_test:
            return tuple(map(at_least_single, self.forward(feats)[-1]))
        both = (at_least_single(maps) for maps in self.forward([torch.cat([flip[-1] for flip in feats])])[-1])
        (heatmaps, heatmaps_flip), (fields, fields_flip) = (maps.chunk(2) for maps in both)
        heatmaps_flip, fields_flip = self.flip_maps(heatmaps_flip, fields_flip)
        return (heatmaps + heatmaps_flip) / 2, (fields + fields_flip) / 2

    def flip_maps(self, heatmaps: Tensor, fields: Tensor) -> tuple[Tensor, Tensor]:
        """Return the maps as they are of the mirrored image.

        Args:
            heatmaps: ``(B, K + 1, H, W)``.
            fields: ``(B, 2 * C, H, W)``.
        """
        limbs = self.decoder.limbs
        heatmaps = flip_heatmaps(heatmaps, [*limbs.flip_joints, len(limbs.flip_joints)], shift_heatmap=False)
        # MMPose flips fields by views, which a channels-last memory format does not allow.
        fields = flip_heatmaps(fields.contiguous(), limbs.flip_limbs, 'offset', shift_heatmap=False)
        signs = fields.new_tensor(limbs.flip_signs).repeat_interleave(2)
        return heatmaps, fields * signs[:, None, None]
