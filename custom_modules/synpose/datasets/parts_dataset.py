"""What datasets share that are made of named parts, each of a domain."""

from typing import Any, ClassVar

from mmengine.dataset import BaseDataset, force_full_init
from mmpose.datasets import CombinedDataset
from mmpose.registry import DATASETS


class PartsDataset(CombinedDataset):
    """A ``CombinedDataset`` of named parts, each with a pipeline of its own, whose items tell which they are of.

    An item is ``inputs`` and ``data_samples`` as the part's own pipeline packs them, with ``domain_label`` (the number
    of the part) in the meta information of the data sample; the meta information of the whole is the first part's. A
    subclass gives ``names``.

    The ``pipeline`` of the whole is the first part's, so that hooks which exchange it during training (MMDetection's
    ``PipelineSwitchHook`` in the configs of RTMPose) do with that part what they do without the others.

    Args:
        *parts: Configs of the datasets.
        lazy_init: Whether to read annotations only when they are asked for.

    Raises:
        ValueError: If one of them has no pictures.
    """

    names: ClassVar[tuple[str, ...]]
    _fully_initialized: bool

    def __init__(self, *parts: dict[str, Any], lazy_init: bool = False) -> None:
        self.datasets: list[BaseDataset] = []
        BaseDataset.__init__(self, lazy_init=True)  # CombinedDataset's would build all, and reads lengths at once
        self.datasets = [DATASETS.build({**config, 'lazy_init': True}) for config in parts]
        self.resample = False
        self._metainfo = self.datasets[0].metainfo
        if not lazy_init:
            self.full_init()

    def full_init(self) -> None:
        """Read the annotations of all parts."""
        if self._fully_initialized:
            return
        for name, dataset in zip(self.names, self.datasets):
            where = getattr(dataset, 'ann_file', '') or getattr(dataset, 'data_root', '') or ''
            message = f'{type(self).__name__}: {name}: {type(dataset).__name__} {where} has no pictures'
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
        """The first part's pipeline."""
        return self.datasets[0].pipeline

    @pipeline.setter
    def pipeline(self, pipeline: Any) -> None:
        if self.datasets:
            self.datasets[0].pipeline = pipeline

    @property
    @force_full_init
    def lens(self) -> list[int]:
        """Number of samples of each part."""
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
                f'{type(self).__name__}: {self.names[domain]}: {" and ".join(missing)} missing: end its pipeline with '
                'the transform that packs, e.g. PackPoseInputs'
            )
        item['data_samples'].set_metainfo({'domain_label': domain})
        return {'inputs': item['inputs'], 'data_samples': item['data_samples']}
