"""DEKR for crowds."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.models.heads import DEKRHead
from mmpose.models.utils.tta import flip_heatmaps
from mmpose.registry import MODELS
from torch import Tensor

from synpose.compat.mmcv_ops.deform_sampling import at_least_single
from synpose.evaluation.functional.nms import nearby_joints_nms

from .deform_conv import choose_deform_convs
from .levels import Level, average_maps, canvas_size, split_images, stack_masks
from .root_decoding import Candidates, between_scales, decode_poses, pooling_kernel, rescale_roots, sample_at_joints


@MODELS.register_module()
class CrowdDEKRHead(DEKRHead):
    """:class:`mmpose.models.heads.DEKRHead` without its limits: the same arguments, parameters, losses and figures.

    It predicts batches, of images of unequal size too: padding below and to the right holds nobody. Both flips go
    through it at once, several scales (``test_cfg.multiscale_test``) are put together as DEKR's authors do, and it
    keeps up to 300 people an image, provided that the codec decodes as many (``decode_max_instances``).

    ``test_cfg`` knows, besides MMPose's ``flip_test``, ``shift_heatmap``, ``multiscale_test``, ``nms_dist_thr``,
    ``nms_joints_thr`` and ``output_heatmaps``: ``max_num_people`` (300 here, 30 there) and ``scale_decrease`` (.9; of
    the root scores of other scales; .8 for CrowdPose). A multi-scale test needs ``CrowdPoseEstimator``,
    ``PyramidDataPreprocessor`` and ``PackCrowdInputs``.

    DEKR: Geng et al., Bottom-Up Human Pose Estimation via Disentangled Keypoint Regression, CVPR 2021.

    Args:
        *args: MMPose's own arguments.
        mask_displacements: Let the heatmap mask cover the loss of the displacements too; needs ``PackCrowdInputs``.
        adaptive_pooling: Take the window of a root from the size of the map (3, 5 above 200 cells, 7 above 300)
            instead of the codec's ``decode_nms_kernel``.
        occlusion: Adds K maps that tell, at a joint, whether it is visible or occluded: ``loss`` (a config, by default
            ``BCELoss``; it takes logits) and ``num_filters`` (32). Needs ``PackCrowdInputs`` and a dataset with
            ``keypoints_visibility``; predictions get ``keypoints_visibility`` ``(N, K)``, the probability of visible.
        deform_conv: How deformable convolutions are computed: ``'sampling'`` (``grid_sample`` and a matrix product),
            ``'torchvision'`` (its kernels), ``'mmcv'`` (its layer as MMPose uses it), or ``'auto'``: sampling on a CPU,
            where it is several times faster, and torchvision's kernels on a GPU.
        **kwargs: MMPose's own arguments.

    Raises:
        ValueError: If ``occlusion`` has an unknown key, or is asked for without a decoder; if there is no such form of
            deformable convolution.
    """

    def __init__(
        self,
        *args: Any,
        mask_displacements: bool = False,
        adaptive_pooling: bool = False,
        occlusion: Mapping[str, Any] | None = None,
        deform_conv: str = 'auto',
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choose_deform_convs(self.displacement_conv_layers, deform_conv)
        self.mask_displacements = mask_displacements
        self.adaptive_pooling = adaptive_pooling
        self.with_occlusion = occlusion is not None
        if occlusion is not None:
            unknown = set(occlusion) - {'loss', 'num_filters'}
            if unknown or self.decoder is None:
                raise ValueError(f'occlusion: unknown {sorted(unknown)}' if unknown else 'occlusion: needs a decoder')
            self.occlusion_conv_layers = self._make_heatmap_conv_layers(
                self.in_channels, self.num_keypoints, occlusion.get('num_filters', 32)
            )
            self.loss_module['occlusion'] = MODELS.build(occlusion.get('loss', {'type': 'BCELoss'}))

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Compute the maps.

        Args:
            feats: Feature maps, of which the last, ``(B, C, H, W)``, is used.

        Returns:
            Heatmaps ``(B, K + 1, H, W)``, the root last; displacements ``(B, 2 * K, H, W)``, cells, x before y; with
            ``occlusion`` also logits of visible ``(B, K, H, W)``.
        """
        maps = super().forward(feats)
        return (*maps, self.occlusion_conv_layers(feats[-1])) if self.with_occlusion else maps

    def loss(
        self, feats: Sequence[Tensor], batch_data_samples: list, train_cfg: Mapping[str, Any] | None = None
    ) -> dict[str, Tensor]:
        """Compute the losses.

        Args:
            feats: See :meth:`forward`.
            batch_data_samples: B data samples with the codec's targets in ``gt_fields``; where some have no
                ``heatmap_mask``, as real images beside masked synthetic ones, nothing of these is masked.
            train_cfg: Not used.

        Returns:
            ``loss/heatmap``, ``loss/displacement`` and, with ``occlusion``, ``loss/occlusion``.

        Raises:
            ValueError: If the data samples lack the mask or the visibilities that an option asks for.
        """
        heatmaps, displacements, *occlusion = self.forward(feats)
        fields = [sample.gt_fields for sample in batch_data_samples]
        names = ('heatmaps', 'heatmap_weights', 'displacements', 'displacement_weights')
        target = {name: torch.stack([field.get(name) for field in fields]) for name in names}
        mask = stack_masks(fields)
        if self.mask_displacements:
            if mask is None:
                raise ValueError('mask_displacements: gt_fields.heatmap_mask is missing; pack with PackCrowdInputs')
            target['displacement_weights'] = target['displacement_weights'] * mask.any(1, keepdim=True)
        losses = {
            'loss/heatmap': self.loss_module['heatmap'](heatmaps, target['heatmaps'], target['heatmap_weights'], mask),
            'loss/displacement': self.loss_module['displacement'](
                displacements, target['displacements'], target['displacement_weights']
            ),
        }
        if occlusion:
            losses['loss/occlusion'] = self._occlusion_loss(occlusion[0], batch_data_samples)
        return losses

    def _occlusion_loss(self, maps: Tensor, samples: list) -> Tensor:
        """The loss of the logits ``maps`` ``(B, K, H, W)`` at the joints known to be visible or occluded."""
        logits, targets = [], []
        for logit_maps, sample in zip(at_least_single(maps), samples, strict=True):
            labels = sample.gt_instance_labels
            if 'keypoints_visibility' not in labels:
                raise ValueError(
                    'occlusion: gt_instance_labels.keypoints_visibility is missing; pack with PackCrowdInputs, from a '
                    'dataset that knows it, as SynPoseDataset'
                )
            cells = labels.keypoints_px.to(logit_maps) / logit_maps.new_tensor(self.decoder.scale_factor)
            known = labels.keypoints_visibility > 0
            logits.append(sample_at_joints(logit_maps, cells)[known])
            targets.append(labels.keypoints_visibility[known] > 1)
        if not any(map(len, logits)):
            return maps.sum() * 0
        return self.loss_module['occlusion'](torch.cat(logits), torch.cat(targets).to(logits[0]))

    def predict(
        self, feats: Any, batch_data_samples: list, test_cfg: Mapping[str, Any] | None = None
    ) -> list[InstanceData] | tuple[list[InstanceData], list[PixelData]]:
        """Predict the people of B images.

        Args:
            feats: Feature maps as in :meth:`forward`; with ``flip_test`` a list of two, of the images and of the
                flipped images; with ``multiscale_test`` a list of these, scale 1 first.
            batch_data_samples: B data samples; ``input_size`` (w, h) px is an image's size before it was padded to
                ``batch_input_shape`` (h, w) px.
            test_cfg: See the class.

        Returns:
            An image's ``keypoints`` ``(N, K, 2)``, px of the input, and ``keypoint_scores`` ``(N, K)``, NumPy arrays;
            with ``output_heatmaps`` also ``heatmaps`` and ``displacements`` without the padding.
        """
        test_cfg = test_cfg or {}
        metainfo = [sample.metainfo for sample in batch_data_samples]
        levels = feats if test_cfg.get('multiscale_test', False) else [feats]
        first = levels[0][0] if test_cfg.get('flip_test', False) else levels[0]
        stride = canvas_size(metainfo[0])[0] / first[-1].shape[-1]
        maps = [self._predict_maps(level, stride, metainfo[0], test_cfg) for level in levels]
        images = split_images(maps, metainfo)
        preds = [self._decode_image(image, test_cfg, info) for image, info in zip(images, metainfo, strict=True)]
        if not test_cfg.get('output_heatmaps', False):
            return preds
        fields = [PixelData(heatmaps=average_maps(i, 'heatmaps'), displacements=i[0].displacements) for i in images]
        return preds, fields

    def decode(
        self,
        heatmaps: Sequence[Tensor],
        displacements: Sequence[Tensor],
        test_cfg: Mapping[str, Any] | None = None,
        metainfo: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> list[InstanceData]:
        """Decode the people of B images from their maps.

        Args:
            heatmaps: ``(B, K + 1, H, W)`` of every scale, scale 1 first.
            displacements: ``(B, 2 * K, H, W)`` of every scale, cells.
            test_cfg: See the class.
            metainfo: Of each image, or one for all.

        Returns:
            See :meth:`predict`.
        """
        size = len(heatmaps[0])
        infos = [metainfo or {}] * size if metainfo is None or isinstance(metainfo, Mapping) else metainfo
        maps = [tuple(map(at_least_single, scale)) for scale in zip(heatmaps, displacements, strict=True)]
        images = split_images(maps, infos)
        return [self._decode_image(image, test_cfg or {}, info) for image, info in zip(images, infos, strict=True)]

    def _predict_maps(
        self, feats: Any, stride: float, info: Mapping[str, Any], test_cfg: Mapping[str, Any]
    ) -> tuple[Tensor, ...]:
        """The maps of :meth:`forward` in single precision or better, the mean of both flips if that is asked for."""
        if not test_cfg.get('flip_test', False):
            return tuple(map(at_least_single, self.forward(feats)))
        # MMPose flips displacements by views, which a channels-last memory format does not allow.
        both = (at_least_single(maps).contiguous() for maps in self.forward([torch.cat([flip[-1] for flip in feats])]))
        (heatmaps, heatmaps_flip), (displacements, displacements_flip), *occlusion = (maps.chunk(2) for maps in both)
        joints = list(info['flip_indices'])
        shift = test_cfg.get('shift_heatmap', False)
        heatmaps_flip = flip_heatmaps(heatmaps_flip, [*joints, len(joints)], 'heatmap', shift)
        displacements_flip = flip_heatmaps(displacements_flip, joints, 'offset', shift_heatmap=False)
        # A flipped image has its cells on other pixels: stride - 1 px further, in cells, at every scale.
        displacements_flip[:, ::2] += (stride - 1) / stride
        means = [(heatmaps + heatmaps_flip) / 2.0, (displacements + displacements_flip) / 2.0]
        means += [(maps + flip_heatmaps(flip, joints, 'heatmap', shift)) / 2.0 for maps, flip in occlusion]
        return tuple(means)

    def _decode_image(
        self, levels: Sequence[Level], test_cfg: Mapping[str, Any], info: Mapping[str, Any]
    ) -> InstanceData:
        """The people of one image, given its maps at every scale."""
        if self.decoder is None:
            raise RuntimeError(f'{type(self).__name__}: predict and decode need a decoder')
        found = [self._find_poses(level) for level in levels]
        poses, root_scores = rescale_roots(
            [
                c._replace(poses=between_scales(c.poses, level.size, levels[0].size, 1 / level.zoom)) if i else c
                for i, (c, level) in enumerate(zip(found, levels, strict=True))
            ],
            test_cfg.get('scale_decrease', 0.9),
        )
        joint_scores = self.decoder.get_keypoint_scores(average_maps(levels, 'heatmaps')[:-1], poses)
        keypoints = poses * poses.new_tensor(self.decoder.scale_factor)
        if self.rescore_net is not None and info.get('skeleton_links') and len(poses):
            oks = self.rescore_net(keypoints, joint_scores, info['skeleton_links'])
            root_scores = root_scores * oks.masked_fill(oks.isnan(), 0)
        fields = {'keypoints': keypoints, 'keypoint_scores': root_scores[:, None] * joint_scores}
        if self.with_occlusion and levels[0].occlusion is not None:
            fields['keypoints_visibility'] = sample_at_joints(average_maps(levels, 'occlusion'), poses).sigmoid()
        arrays = {name: field.detach().cpu().numpy() for name, field in fields.items()}
        if len(poses) and test_cfg.get('nms_dist_thr', 0) > 0:
            most = test_cfg.get('max_num_people', 300)
            threshold = test_cfg['nms_dist_thr']
            keep = nearby_joints_nms(keypoints, joint_scores, threshold, test_cfg.get('nms_joints_thr'), most)
            arrays = {name: array[keep] for name, array in arrays.items()}
        return InstanceData(**arrays)

    def _find_poses(self, level: Level) -> Candidates:
        codec = self.decoder
        kernel = pooling_kernel(*level.heatmaps.shape[1:]) if self.adaptive_pooling else codec.decode_nms_kernel
        most = codec.decode_max_instances
        found = decode_poses(level.heatmaps[-1], level.displacements, kernel, most, codec.decode_thr)
        if len(found.poses) == most:
            warnings.warn(
                f"{type(self).__name__}: the decoder's decode_max_instances={most} is reached: people may be missing",
                stacklevel=2,
            )
        return found
