"""Each person of a bottom-up dataset as a sample: the image around them."""

from typing import Any

import numpy as np
from mmengine.dataset import force_full_init
from mmpose.registry import DATASETS

from .columnar_coco_dataset import ColumnarCocoDataset
from .looked_up_dataset import LookedUpDataset

_CHUNK = 4096  # annotations that are Python objects at a time
ONLY = ('all', 'real', 'synthetic')


@DATASETS.register_module()
class PersonCropDataset(LookedUpDataset):
    """The people of a bottom-up dataset, one a sample, each with all people of the image.

    LTSH samples persons, not images, and crops the image around the person (section 4, footnote 3); of mixed images
    only real people are samples, though the rendered ones within the crop are trained on too (section 5.1). Give the
    inner dataset a pipeline that crops: ``CropAroundPerson`` after ``LoadImage``.

    A sample is one of the inner dataset with ``person_index``, the place of the person among its people. Samples are
    the people that MMPose would train on top-down.

    Args:
        dataset: Config of a ``ColumnarCocoDataset`` (``SynPose17Dataset``, ...) with ``data_mode='bottomup'``.
        only: ``'all'``, ``'real'`` or ``'synthetic'`` people, by the annotations' ``is_synthetic``.
        lazy_init: Whether to read annotations only when they are asked for.

    Raises:
        ValueError: If the inner dataset is of another kind, nobody is left, or people do not tell whether they are
            synthetic.
    """

    def __init__(self, dataset: dict[str, Any], only: str = 'all', lazy_init: bool = False) -> None:
        if only not in ONLY:
            raise ValueError(f'PersonCropDataset: only must be one of {", ".join(ONLY)}, got {only!r}')
        self.only = only
        self.dataset: ColumnarCocoDataset = DATASETS.build({**dataset, 'lazy_init': True})
        if not isinstance(self.dataset, ColumnarCocoDataset) or self.dataset.data_mode != 'bottomup':
            raise ValueError(
                f"PersonCropDataset: needs a ColumnarCocoDataset with data_mode='bottomup', got "
                f'{type(self.dataset).__name__}'
            )
        super().__init__(ann_file=self.dataset.ann_file, lazy_init=True)
        self._metainfo = self.dataset.metainfo
        self.pipeline = self.dataset.pipeline
        if not lazy_init:
            self.full_init()

    @property
    def metainfo(self) -> dict[str, Any]:
        """The inner dataset's."""
        return self.dataset.metainfo

    def load_rows(self) -> np.ndarray:
        """Return the annotations that are samples, ``(S,)`` int64."""
        self.dataset.full_init()
        store = self.dataset.store
        count = int(store.first[-1])
        people = self.dataset._usable_people(0, count) & np.repeat(self._images(), np.diff(store.first))
        if self.only != 'all':
            people &= self._synthetic(people) == (self.only == 'synthetic')
        if not people.any():
            raise ValueError(f'PersonCropDataset: {self.ann_file}: no person ({self.only}) to train on')
        return np.flatnonzero(people)

    def _images(self) -> np.ndarray:
        chosen = np.zeros(self.dataset.store.num_images, bool)
        chosen[self.dataset.rows] = True
        return chosen

    def _synthetic(self, people: np.ndarray) -> np.ndarray:
        """Return who of all annotations is synthetic, ``(N,)`` bool; those of ``people`` must tell."""
        table = self.dataset.store.people
        synthetic = np.zeros(len(people), bool)
        for start in range(0, len(people), _CHUNK):
            flags = table.values('is_synthetic', start, min(start + _CHUNK, len(people)))
            for row, flag in enumerate(flags, start):
                if people[row] and type(flag) is not bool:
                    number = table.columns['id'].numbers[row]
                    raise ValueError(f'{self.ann_file}: annotation {number}: is_synthetic: must be true or false')
                synthetic[row] = flag is True
        return synthetic

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of an annotation."""
        first = self.dataset.store.first
        image = int(np.searchsorted(first, row, side='right')) - 1
        read = self.dataset._read_people(int(first[image]), row + 1)
        return {**self.dataset.look_up(image), 'person_index': int(np.count_nonzero(read)) - 1}

    @force_full_init
    def prepare_data(self, idx: int) -> Any:
        """Return a sample as the inner pipeline makes it."""
        return self.pipeline({**self.dataset.with_metainfo(self.get_data_info(idx)), 'dataset': self})
