"""Two sets of pictures that do not belong together, for unpaired image translation."""

from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset, force_full_init
from mmpose.registry import DATASETS
from torch.utils.data import Dataset


@DATASETS.register_module()
class UnpairedImageDataset(Dataset):
    """Pictures of a source set, each with a picture of a target set drawn at random.

    An epoch is as long as the larger set, as CycleGAN's: sample i has source picture ``i % S``, and a target picture
    drawn from NumPy's global state, which ``RandomStateHook`` keeps for an exact resume (``num_workers=0``).
    MMEngine seeds a worker alike whenever it starts, and all processes alike: let workers live on
    (``persistent_workers=True``), or each epoch draws the same targets, and on several GPUs without workers set
    ``randomness=dict(diff_rank_seed=True)``.

    Item: ``inputs``, a dict of what both pipelines pack (``source`` ``(3, h, w)`` and ``mask`` ``(1, h, w)``, 1 on
    people; ``target`` ``(3, h, w)``; all uint8, BGR), and ``data_samples``, the source's, with ``source_path`` and
    ``target_path`` in its meta information. End the pipelines with ``PackTranslationInputs`` and
    ``PackTranslationInputs(key='target')``.

    Args:
        source: Config of the source set, e.g. ``SynPoseImageDataset``.
        target: Config of the target set, e.g. ``PhotoDataset``, or ``SynPoseImageDataset`` for one split of a folder.
        lazy_init: Whether to look at the files only when asked for.

    Raises:
        ValueError: If both pipelines pack a picture of the same name.
    """

    def __init__(self, source: dict[str, Any], target: dict[str, Any], lazy_init: bool = False) -> None:
        self.source: BaseDataset = DATASETS.build({**source, 'lazy_init': True})
        self.target: BaseDataset = DATASETS.build({**target, 'lazy_init': True})
        self._fully_initialized = False
        if not lazy_init:
            self.full_init()

    def full_init(self) -> None:
        """Look at the files of both sets."""
        if not self._fully_initialized:
            self.source.full_init()
            self.target.full_init()
            self._fully_initialized = True

    @property
    def metainfo(self) -> dict[str, Any]:
        """The source set's meta information, and the target's under ``target``."""
        return {**self.source.metainfo, 'target': self.target.metainfo}

    @force_full_init
    def __len__(self) -> int:
        return max(len(self.source), len(self.target))

    @force_full_init
    def __getitem__(self, idx: int) -> dict[str, Any]:
        source = self.source[idx % len(self.source)]
        target = self.target[np.random.randint(len(self.target))]  # noqa: NPY002 - the state that is kept for a resume
        both = source['inputs'].keys() & target['inputs'].keys()
        if both:
            raise ValueError(
                f"both pipelines pack {', '.join(sorted(both))}; end the target's with "
                "dict(type='PackTranslationInputs', key='target')"
            )
        sample = source['data_samples']
        sample.set_metainfo({'source_path': sample.img_path, 'target_path': target['data_samples'].img_path})
        return {'inputs': {**source['inputs'], **target['inputs']}, 'data_samples': sample}
