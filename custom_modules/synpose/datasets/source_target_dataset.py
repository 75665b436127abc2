"""Labeled pictures of a source beside pictures of a target, for training on both."""

from typing import Any

from mmpose.registry import DATASETS

from .parts_dataset import PartsDataset


@DATASETS.register_module()
class SourceTargetDataset(PartsDataset):
    """A source and a target, each with a pipeline of its own, whose items tell which of them they are of.

    ``DomainBalancedSampler`` makes batches of it, and ``DomainAdversarialPoseEstimator`` trains on them. Items and
    pipelines are as :class:`~synpose.datasets.parts_dataset.PartsDataset` has them: ``domain_label`` is 0 for the
    source and 1 for the target.

    Nothing asks for labels of the target, and a bottom-up one may be any photos. A top-down one needs boxes: of
    annotations, or of a detector, as any dataset of MMPose takes them by ``bbox_file=..., test_mode=True``.

    Args:
        source: Config of the labeled dataset.
        target: Config of the other one.
        lazy_init: Whether to read annotations only when they are asked for.

    Raises:
        ValueError: If one of them has no pictures.
    """

    names = ('source', 'target')

    def __init__(self, source: dict[str, Any], target: dict[str, Any], lazy_init: bool = False) -> None:
        super().__init__(source, target, lazy_init=lazy_init)
