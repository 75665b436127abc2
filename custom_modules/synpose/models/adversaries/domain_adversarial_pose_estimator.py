"""Domain-adversarial training of any pose estimator."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.model import BaseModel
from mmpose.models.pose_estimators.base import BasePoseEstimator
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from .domain_classifier import SOURCE, TARGET
from .gradient_reversal import GradientReversal
from .tap import check_tap, take_feature, tapped


def domain_labels(data_samples: Sequence[PoseDataSample]) -> list[int]:
    """Return the domain of every picture of a batch: 0 source, 1 target.

    Raises:
        ValueError: If a picture does not tell, or all are of the same domain.
    """
    labels = [sample.metainfo.get('domain_label') for sample in data_samples]
    for label, sample in zip(labels, data_samples):
        if label not in (SOURCE, TARGET):
            path = sample.metainfo.get('img_path', 'a picture')
            raise ValueError(
                f'{path}: domain_label must be {SOURCE} (source) or {TARGET} (target), got {label}; '
                'SourceTargetDataset writes it'
            )
    if len(set(labels)) < 2:
        raise ValueError(
            f'the batch has {labels.count(SOURCE)} source and {labels.count(TARGET)} target pictures, and a domain '
            'classifier needs both; DomainBalancedSampler makes such batches'
        )
    return [int(label) for label in labels if label is not None]


@MODELS.register_module()
class DomainAdversarialPoseEstimator(BaseModel):
    r"""Train an estimator on labeled source pictures, on features that do not tell them from target pictures.

    Of Ganin et al., "Domain-Adversarial Training of Neural Networks" (2016), for pose estimation as in Etheve and Remy,
    "Training CNNs using synthetic images of people". Minimized is

    .. math::
        L_{pose}(source) + L_{domain}(R_\lambda(f(source \cup target)))

    with f the tapped feature and R the gradient reversal. Nothing but the images of target pictures is looked at:
    labels that they may have never reach a loss. In tests this is exactly the estimator.

    Batches are of ``SourceTargetDataset`` and ``DomainBalancedSampler``. All pictures of a batch pass the backbone and
    the neck together, so that batch normalization uses the same statistics for both domains, in training and in tests.

    The state dict is the estimator's with ``estimator.`` before each name, and the classifier's; an optimizer
    constructor that looks at how names begin (MMPose's ``LayerDecayOptimWrapperConstructor``) does not know them.
    ``tools/strip_adversary.py`` makes it a checkpoint for the estimator alone, which MMPose's inference API takes with
    the config of the estimator. To start from such a checkpoint set ``init_cfg=dict(type='Pretrained',
    checkpoint=...)`` in the estimator's config.

    Example:
        >>> model = dict(
        ...     type='DomainAdversarialPoseEstimator',
        ...     estimator={{_base_.model}},
        ...     tap='neck',
        ...     classifier=dict(type='DomainClassifier', in_channels=480),
        ... )

    Args:
        estimator: Config of the estimator, top-down or bottom-up, as it stands in MMPose's configs.
        classifier: Config of the classifier.
        tap: The module whose output is classified: ``'backbone'``, ``'neck'``, ``'head'``, or any in one of them by its
            name in the estimator, e.g. ``'backbone.stage3'`` or ``'head.heatmap_conv_layers'``.
        index: Which one, if the module returns several tensors; ``'sum'`` adds them, e.g. the heatmaps of all stacks.
        reversal_weight: lambda, where no ``GradientReversalScheduleHook`` sets it.
        data_preprocessor: Config of the data preprocessor, for an estimator whose config has none.
        init_cfg: Initial weights.

    Raises:
        ValueError: If the estimator has no such module, listing those that it has, or is none with a head.
    """

    def __init__(
        self,
        estimator: dict[str, Any],
        classifier: dict[str, Any],
        tap: str = 'backbone',
        index: int | str | None = None,
        reversal_weight: float = 1.0,
        data_preprocessor: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | None = None,
    ) -> None:
        kind = estimator['type'] if isinstance(estimator['type'], type) else MODELS.get(estimator['type'])
        if not (isinstance(kind, type) and issubclass(kind, BasePoseEstimator) and estimator.get('head')):
            raise ValueError(
                f'DomainAdversarialPoseEstimator: estimator: {estimator["type"]} is no pose estimator with a head'
            )
        inner = MODELS.build({'data_preprocessor': data_preprocessor, **estimator})
        check_tap(inner, tap)
        if not (index is None or index == 'sum' or isinstance(index, int)):
            raise ValueError(f"DomainAdversarialPoseEstimator: index must be a number, 'sum' or None, got {index!r}")
        super().__init__(inner.data_preprocessor, init_cfg)
        self.estimator = inner
        self.gradient_reversal = GradientReversal(reversal_weight)
        self.classifier = MODELS.build(classifier)
        self.tap = tap
        self.index = index

    @property
    def backbone(self) -> nn.Module:
        """The estimator's, where hooks and MMPose's inference API look for it."""
        return self.estimator.backbone

    @property
    def neck(self) -> nn.Module:
        """The estimator's."""
        return self.estimator.neck

    @property
    def head(self) -> nn.Module:
        """The estimator's."""
        return self.estimator.head

    def forward(
        self, inputs: Tensor | list[Tensor], data_samples: list[PoseDataSample] | None = None, mode: str = 'tensor'
    ) -> Any:
        """Run the network; see MMPose's ``BasePoseEstimator.forward``.

        Args:
            inputs: ``(B, 3, H, W)``, or whatever else the estimator takes in this mode.
            data_samples: B data samples; to compute losses, with ``domain_label`` in their meta information.
            mode: ``'loss'``; any other is the estimator's.

        Returns:
            In mode ``'loss'`` the estimator's losses of the source pictures, with ``loss_domain`` and ``acc_domain`` of
            all; in any other what the estimator returns.
        """
        if mode == 'loss':
            return self.loss(inputs, data_samples or [])
        return self.estimator(inputs, data_samples, mode)

    def loss(self, inputs: Tensor | list[Tensor], data_samples: list[PoseDataSample]) -> dict[str, Any]:
        """Compute the losses; see :meth:`forward`.

        Raises:
            ValueError: If a picture does not tell its domain, the batch lacks one, or the tap or its index does not
                lead to one feature with a row a picture and a gradient.
        """
        labels = domain_labels(data_samples)
        source = [row for row, label in enumerate(labels) if label == SOURCE]
        rows = torch.tensor(source, device=inputs[0].device)
        with tapped(self.estimator, self.tap, rows) as outputs:
            losses = self.estimator(inputs, [data_samples[row] for row in source], mode='loss')
        features = take_feature(outputs, self.tap, self.index)
        if features.shape[:1] != (len(labels),):
            raise ValueError(
                f'tap: {self.tap} returns {tuple(features.shape)} for a batch of {len(labels)} pictures; '
                'tap a module with one row a picture'
            )
        if torch.is_grad_enabled() and not features.requires_grad:
            raise ValueError(
                f'tap: {self.tap} has no gradient to reverse: all before it is frozen, or it lies in a block whose '
                'activations are recomputed (with_cp); tap a module after it'
            )
        domains = torch.tensor(labels, device=features.device)
        return {**losses, **self.classifier.loss(self.gradient_reversal(features), domains)}

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        # MMEngine only warns of names that do not fit, and the training would start from random weights.
        if state_dict and not any(name.startswith(f'{prefix}estimator.') for name in state_dict):
            raise ValueError(
                'the checkpoint is not one of DomainAdversarialPoseEstimator: to start from one of the estimator set '
                "model.estimator.init_cfg = dict(type='Pretrained', checkpoint=...) instead of load_from"
            )
        super()._load_from_state_dict(state_dict, prefix, *args)
