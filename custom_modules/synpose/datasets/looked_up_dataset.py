"""The part of MMEngine's ``BaseDataset`` that holds the samples, for samples that are looked up."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset, force_full_init


class LookedUpSamples(Sequence):
    """What ``dataset.data_list`` is when samples are looked up: it makes each one when asked.

    Args:
        dataset: The dataset.
    """

    def __init__(self, dataset: 'LookedUpDataset') -> None:
        self._dataset = dataset

    def __len__(self) -> int:
        return len(self._dataset.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._dataset.look_up(row) for row in self._dataset.rows[index].tolist()]
        return self._dataset.look_up(int(self._dataset.rows[index]))


class LookedUpDataset(BaseDataset):
    """A dataset that keeps the row numbers of its samples and looks a sample up when it is asked for.

    It comes **after** MMPose's class in the bases, so that MMPose's methods build on these. A subclass gives
    :meth:`load_rows` and :meth:`look_up`. ``serialize_data`` changes nothing but ``data_list``, which stays empty with
    it, as in MMEngine.

    Attributes:
        rows: ``(S,)`` int64, the row of each sample.
    """

    rows: np.ndarray = np.zeros(0, np.int64)
    _fully_initialized: bool = False

    def load_rows(self) -> np.ndarray:
        """Open the annotations and return the rows of the samples, ``(S,)`` int64, filtered."""
        raise NotImplementedError

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row, from new objects."""
        raise NotImplementedError

    def full_init(self) -> None:
        """Open the annotations, then filter and slice the samples."""
        if self._fully_initialized:
            return
        self.rows = self.load_rows()
        if self._indices is not None:
            self.rows = self._rows_at(self._indices)
        self._fully_initialized = True

    @property
    def data_list(self) -> Sequence:
        """All samples, made one by one; empty before ``full_init`` and with ``serialize_data``."""
        return LookedUpSamples(self) if self._fully_initialized and not self.serialize_data else []

    @data_list.setter
    def data_list(self, value: list) -> None:
        if value:
            raise AttributeError('the samples are looked up; data_list cannot be set')

    def _rows_at(self, indices: Sequence[int] | int) -> np.ndarray:
        if isinstance(indices, int):
            return self.rows[:indices] if indices >= 0 else self.rows[indices:]
        if not isinstance(indices, Sequence):
            raise TypeError(f'indices should be a int or sequence of int, but got {type(indices)}')
        return self.rows[np.array(indices, dtype=np.int64)]

    @force_full_init
    def __len__(self) -> int:
        return len(self.rows)

    @force_full_init
    def get_data_info(self, idx: int) -> dict[str, Any]:
        """Return sample ``idx``, new, with its ``sample_idx``."""
        info = self.look_up(int(self.rows[idx]))
        info['sample_idx'] = idx if idx >= 0 else len(self) + idx
        return info

    @force_full_init
    def get_subset_(self, indices: Sequence[int] | int) -> None:
        """Keep some samples only: the first n, the last n (``-n``), or those of a sequence."""
        self.rows = self._rows_at(indices)

    @force_full_init
    def get_subset(self, indices: Sequence[int] | int) -> 'LookedUpDataset':
        """Return a dataset of some samples: the first n, the last n (``-n``), or those of a sequence."""
        subset = self._copy_without_annotation()
        subset.rows = self._rows_at(indices)
        return subset
