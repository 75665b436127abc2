"""A symmetric spatial transformer around a top-down estimator."""

import copy
from typing import Any

import torch
from mmengine.model import BaseModel
from mmengine.runner import load_checkpoint
from mmpose.models import HeatmapHead, TopdownPoseEstimator
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from .spatial_transformer import center_pose, determinant, identity, in_heatmap_coordinates, invert, transform


@MODELS.register_module()
class SSTNPoseEstimator(BaseModel):
    r"""Let a top-down estimator look at the person instead of at the box it is given.

    Of Fang et al., "RMPE: Regional Multi-person Pose Estimation" (ICCV 2017), section 3.1. A localizer predicts theta,
    the part of the proposal to look at; the spatial transformer (STN) crops it; the estimator (SPPE) predicts heatmaps
    of the crop; the de-transformer (SDTN) maps them back to the proposal with gamma, the inverse of theta, where they
    are compared with the labels and decoded. So predictions are in the coordinates of any other top-down model, flip
    test included: the flipped proposal has a theta of its own, and both are averaged in the proposal.

    In training a second, frozen SPPE sees the same crop. Its heatmaps are compared with the labeled pose moved to the
    center, so that its error tells the localizer to center the person. It is never updated and takes no part in tests.
    It is a copy of the estimator as training starts, so start from a trained one: ``init_cfg=dict(type='Pretrained',
    checkpoint=...)`` in its config, or ``parallel_checkpoint``.

    A theta whose crop has less than ``min_determinant`` of the proposal's area, mirrored or not, has no usable inverse:
    the whole proposal is cropped then, and no gradient of this person reaches the localizer. The logged
    ``degenerate_theta`` tells how often that happens.

    The state dict is the estimator's with ``estimator.`` before each name, the localizer's, and the frozen copy's.

    Example:
        >>> model = dict(type='SSTNPoseEstimator', estimator={{_base_.model}})

    Args:
        estimator: Config of a ``TopdownPoseEstimator`` with a heatmap head, as it stands in MMPose's configs.
        localizer: Config of the localizer; an ``AffineLocalizer`` with ResNet-18 by default.
        parallel_weight: Factor of the frozen branch's loss; 0 to build none.
        parallel_checkpoint: Weights of the frozen branch, a checkpoint of the estimator alone.
        min_determinant: See above.
        data_preprocessor: Config of the data preprocessor, for an estimator whose config has none.
        init_cfg: Initial weights.

    Raises:
        ValueError: If the estimator is not top-down, its head predicts no heatmaps, or an argument is out of range.
    """

    def __init__(
        self,
        estimator: dict[str, Any],
        localizer: dict[str, Any] | None = None,
        parallel_weight: float = 1.0,
        parallel_checkpoint: str | None = None,
        min_determinant: float = 0.01,
        data_preprocessor: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | None = None,
    ) -> None:
        if parallel_weight < 0 or not 0 < min_determinant < 1:
            raise ValueError(
                'SSTNPoseEstimator: parallel_weight must be at least 0 and min_determinant lie in (0, 1), but they are '
                f'{parallel_weight} and {min_determinant}'
            )
        inner = MODELS.build({'data_preprocessor': data_preprocessor, **estimator})
        head = getattr(inner, 'head', None)
        if not (isinstance(inner, TopdownPoseEstimator) and isinstance(head, HeatmapHead) and head.decoder):
            raise ValueError(
                f'SSTNPoseEstimator: estimator: needs a top-down estimator whose head predicts heatmaps, but is '
                f'{type(inner).__name__} with {type(head).__name__}'
            )
        super().__init__(inner.data_preprocessor, init_cfg)
        self.estimator = inner
        self.localizer = MODELS.build({'type': 'AffineLocalizer'} if localizer is None else localizer)
        # Loss, flip test and decoding of the estimator's head, on heatmaps that are already there.
        self.reader = HeatmapHead(head.in_channels, head.out_channels, deconv_out_channels=None, final_layer=None)
        self.reader.loss_module, self.reader.decoder = head.loss_module, head.decoder
        self.min_determinant = min_determinant
        self.parallel_weight = parallel_weight
        self.parallel_checkpoint = parallel_checkpoint
        self.parallel: TopdownPoseEstimator | None = None
        if parallel_weight:
            self.parallel = copy.deepcopy(inner).requires_grad_(False).eval()
            self.parallel.is_init = True  # init_weights copies what it would load

    @property
    def backbone(self) -> torch.nn.Module:
        """The estimator's, where hooks and MMPose's inference API look for it."""
        return self.estimator.backbone

    @property
    def head(self) -> torch.nn.Module:
        """The estimator's."""
        return self.estimator.head

    def init_weights(self) -> None:
        """Initialize the weights, the frozen branch's last.

        Raises:
            FileNotFoundError: If there is no ``parallel_checkpoint``.
            ValueError: If it does not fit the estimator.
        """
        super().init_weights()
        if self.parallel is not None and self.parallel_checkpoint:
            try:
                load_checkpoint(self.parallel, self.parallel_checkpoint, map_location='cpu', strict=True)
            except RuntimeError as error:
                problem = ' '.join(str(error).split())
                raise ValueError(
                    f'parallel_checkpoint: {self.parallel_checkpoint} does not fit the estimator: {problem:.200}'
                ) from error
        elif self.parallel is not None:
            self.parallel.load_state_dict(self.estimator.state_dict())

    def train(self, mode: bool = True) -> 'SSTNPoseEstimator':
        """Set the mode of everything but the frozen branch."""
        super().train(mode)
        if self.parallel is not None:
            self.parallel.eval()
        return self

    def forward(
        self, inputs: Tensor | list[Tensor], data_samples: list[PoseDataSample] | None = None, mode: str = 'tensor'
    ) -> Any:
        """Run the network; see MMPose's ``BasePoseEstimator.forward``.

        Args:
            inputs: ``(B, 3, H, W)``, or a list of B pictures.
            data_samples: B data samples.
            mode: ``'tensor'``, ``'loss'`` or ``'predict'``.

        Returns:
            Heatmaps ``(B, K, h, w)`` of the proposals, losses, or the data samples with predictions, px of the image.
        """
        if isinstance(inputs, list):
            inputs = torch.stack(inputs)
        if mode == 'loss':
            return self.loss(inputs, data_samples or [])
        if mode == 'predict':
            return self.predict(inputs, data_samples or [])
        if mode == 'tensor':
            theta, _ = self.locate(inputs)
            return self.map_back(self.estimator(transform(inputs, theta), None), theta, inputs)
        raise RuntimeError(f"SSTNPoseEstimator: mode must be 'tensor', 'loss' or 'predict', but is {mode!r}")

    def loss(self, inputs: Tensor, data_samples: list[PoseDataSample]) -> dict[str, Tensor]:
        """Compute the losses of both branches; see :meth:`forward`."""
        theta, degenerate = self.locate(inputs)
        crop = transform(inputs, theta)
        heatmaps = self.map_back(self.estimator(crop, None), theta, inputs)
        losses = self.reader.loss((heatmaps,), data_samples, train_cfg=self.estimator.train_cfg)
        losses['degenerate_theta'] = degenerate.to(heatmaps.dtype).mean()
        if self.parallel is not None:
            targets = torch.stack([sample.gt_fields.heatmaps for sample in data_samples])
            weights = torch.cat([sample.gt_instance_labels.keypoint_weights for sample in data_samples])
            loss = self.reader.loss_module(self.parallel(crop, None), center_pose(targets, weights), weights)
            losses['loss_parallel'] = self.parallel_weight * loss
        return losses

    def predict(self, inputs: Tensor, data_samples: list[PoseDataSample]) -> list[PoseDataSample]:
        """Predict poses; see :meth:`forward`."""
        for sample in data_samples if self.estimator.metainfo is not None else ():
            sample.set_metainfo(self.estimator.metainfo)
        features: Any = (self.forward(inputs),)
        if self.estimator.test_cfg.get('flip_test', False):
            features = [features, (self.forward(inputs.flip(-1)),)]
        found = self.reader.predict(features, data_samples, test_cfg=self.estimator.test_cfg)
        poses, fields = found if isinstance(found, tuple) else (found, None)
        return self.estimator.add_pred_to_datasample(poses, fields, data_samples)

    def locate(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return theta ``(B, 2, 3)`` of proposals ``(B, 3, H, W)``, and for which it stands in, ``(B,)`` bool."""
        theta = self.localizer(inputs).float()
        degenerate = determinant(theta.detach()).abs() < self.min_determinant
        return torch.where(degenerate[:, None, None], identity(len(theta), theta), theta), degenerate

    def map_back(self, heatmaps: Tensor, theta: Tensor, inputs: Tensor) -> Tensor:
        """Move heatmaps ``(B, K, h, w)`` of crops to where they lie in the proposals ``(B, 3, H, W)``."""
        sizes = inputs.shape[:-3:-1], heatmaps.shape[:-3:-1]
        ratios = [pixels / cells for pixels, cells in zip(*sizes)]
        factors = getattr(self.estimator.head.decoder, 'scale_factor', ratios)
        return transform(heatmaps, in_heatmap_coordinates(invert(theta), *sizes, [float(factor) for factor in factors]))

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        if self.parallel is None:  # of no use in tests
            for name in [name for name in state_dict if name.startswith(f'{prefix}parallel.')]:
                del state_dict[name]
        super()._load_from_state_dict(state_dict, prefix, *args)
