"""Labelled pictures of a source beside pictures of a target, for training on both."""

from typing import Any

from mmengine.dataset import BaseDataset, force_full_init
from mmpose.datasets import CombinedDataset
from mmpose.registry import DATASETS

DOMAINS = ('source', 'target')


@DATASETS.register_module()
class SourceTargetDataset(CombinedDataset):
    """A source and a target, each with a pipeline of its own, whose items tell which of them they are of.

    ``DomainBalancedSampler`` makes batches of it, and ``DomainAdversarialPoseEstimator`` trains on them.

    An item is ``inputs`` and ``data_samples`` as the dataset's own pipeline packs them, with ``domain_label`` (0
    source, 1 target) in the meta information of the data sample; the meta information of the whole is the source's.
    Nothing asks for labels of the target, and a bottom-up one may be any photos. A top-down one needs boxes: of
    annotations, or of a detector, as any dataset of MMPose takes them by ``bbox_file=..., test_mode=True``.

    The ``pipeline`` of the whole is the source's, so that hooks which exchange it during training (MMDetection's
    ``PipelineSwitchHook`` in the configs of RTMPose) do with the source what they do without a target.

    Args:
        source: Config of the labelled dataset.
        target: Config of the other one.
        lazy_init: Whether to read annotations only when they are asked for.

    Raises:
        ValueError: If one of them has no pictures.
    """

    _fully_initialized: bool

    def __init__(self, source: dict[str, Any], target: dict[str, Any], lazy_init: bool = False) -> None:
        self.datasets: list[BaseDataset] = []
        BaseDataset.__init__(self, lazy_init=True)  # CombinedDataset's would build all, and reads lengths at once
        self.datasets = [DATASETS.build({**config, 'lazy_init': True}) for config in (source, target)]
        self.resample = False
        self._metainfo = self.datasets[0].metainfo
        if not lazy_init:
            self.full_init()

    def full_init(self) -> None:
        """Read the annotations of both."""
        if self._fully_initialized:
            return
        for name, dataset in zip(DOMAINS, self.datasets):
            where = getattr(dataset, 'ann_file', '') or getattr(dataset, 'data_root', '') or ''
            message = f'SourceTargetDataset: {name}: {type(dataset).__name__} {where} has no pictures'
            try:
                dataset.full_init()
            except ValueError as error:
                if 'need at least one array' not in str(error):
                    raise
                raise ValueError(message) from error  # MMEngine packs a list of no samples
            if not len(dataset):
                raise ValueError(message)
        self._lens = [len(dataset) for dataset in self.datasets]
        self._len = sum(self._lens)
        self._metainfo = self.datasets[0].metainfo  # now with what the annotations tell
        self._fully_initialized = True

    @property
    def pipeline(self) -> Any:
        """The source's pipeline."""
        return self.datasets[0].pipeline

    @pipeline.setter
    def pipeline(self, pipeline: Any) -> None:
        if self.datasets:
            self.datasets[0].pipeline = pipeline

    @property
    @force_full_init
    def lens(self) -> list[int]:
        """Number of pictures of the source and of the target."""
        return list(self._lens)

    @force_full_init
    def __len__(self) -> int:
        return self._len

    @force_full_init
    def prepare_data(self, idx: int) -> dict[str, Any]:
        """Return an item; see the class.

        Raises:
            ValueError: If the pipeline does not pack.
        """
        domain, number = self._get_subset_index(idx)
        item = self.datasets[domain][number]
        missing = [key for key in ('inputs', 'data_samples') if key not in item]
        if missing:
            raise ValueError(
                f'SourceTargetDataset: {DOMAINS[domain]}: {" and ".join(missing)} missing: end its pipeline with the '
                'transform that packs, e.g. PackPoseInputs'
            )
        item['data_samples'].set_metainfo({'domain_label': domain})
        return {'inputs': item['inputs'], 'data_samples': item['data_samples']}
