"""Batches with exact proportions of source and target."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from typing import Any

import numpy as np
from mmengine.dist import get_dist_info
from mmpose.datasets import CombinedDataset
from mmpose.registry import DATA_SAMPLERS
from torch.utils.data import Sampler

from .endless_order import EndlessOrder

_CHUNK = 256  # batches that are Python lists at a time


def batch_counts(ratio: Sequence[float], batch_size: int) -> list[int]:
    """Return how many pictures of each dataset are in a batch.

    Args:
        ratio: Shares of the datasets, in any unit: ``(2, 1)`` or ``(0.7, 0.3)``.
        batch_size: Pictures in a batch, of one process.

    Returns:
        Numbers from 1 that add up to ``batch_size``.

    Raises:
        ValueError: If a share is not positive, or the batch size cannot be divided like that.
    """
    if not all(0 < share < float('inf') for share in ratio):
        raise ValueError(f'DomainBalancedSampler: ratio must be of positive numbers, got {list(ratio)}')
    shares = [Fraction(share).limit_denominator(1000) for share in ratio]
    common = lcm(*(share.denominator for share in shares))
    parts = [int(share * common) for share in shares]
    if not prod(parts):
        raise ValueError(f'DomainBalancedSampler: ratio {list(ratio)} has a share under 0.001')
    parts = [part // gcd(*parts) for part in parts]
    if batch_size % sum(parts):
        raise ValueError(
            f'DomainBalancedSampler: batch_size {batch_size} cannot be divided {":".join(map(str, parts))}; '
            f'it must be a multiple of {sum(parts)}'
        )
    return [part * batch_size // sum(parts) for part in parts]


@DATA_SAMPLERS.register_module()
class DomainBalancedSampler(Sampler):
    """Batch sampler over a ``CombinedDataset`` of source and target, with exact proportions in every batch.

    An epoch goes once through the source, the first of the datasets, in a new order; the last batch is filled up from
    one more round. The target goes on where the last epoch ended: it is cycled if it is smaller, and reshuffled in each
    cycle, so that all its pictures are seen equally often. In every batch of every process the source comes first. The
    two may be real and synthetic samples as well, ``RealSyntheticDataset``.

    Which pictures an epoch has follows from seed and epoch alone: the same whether workers are persistent, after a
    resume, and, over all processes together, for the same total batch size. (With ``sample_ratio_factor`` the
    ``CombinedDataset`` itself draws which of its pictures stands for an index.)

    Unlike MMPose's ``MultiSourceSampler`` it knows the batch size of the data loader, refuses proportions that it
    cannot hold, and takes the right datasets with ``sample_ratio_factor``.

    Example:
        >>> train_dataloader = dict(
        ...     batch_size=6,
        ...     sampler=dict(type='DefaultSampler', shuffle=True),
        ...     batch_sampler=dict(type='DomainBalancedSampler', ratio=(2, 1)),
        ...     dataset=dict(type='SourceTargetDataset', source=..., target=...),
        ... )

    Args:
        sampler: ``DefaultSampler`` over a ``SourceTargetDataset`` or another ``CombinedDataset``, for its seed, its
            epoch and whether to shuffle.
        batch_size: Of one process; the data loader's.
        ratio: Shares of the datasets in a batch, in any unit.

    Raises:
        ValueError: If the dataset is no ``CombinedDataset`` with as many datasets as there are shares, one of them is
            empty, the shares do not fit the batch size, or the sampler has no epochs.
    """

    def __init__(self, sampler: Any, batch_size: int, ratio: Sequence[float]) -> None:
        dataset = getattr(sampler, 'dataset', None)
        if not isinstance(dataset, CombinedDataset):
            raise ValueError(
                f'{type(self).__name__}: needs a CombinedDataset of source and target, got {type(dataset).__name__}'
            )
        if not all(hasattr(sampler, name) for name in ('seed', 'epoch', 'shuffle')):
            raise ValueError(f'DomainBalancedSampler: needs a DefaultSampler, got {type(sampler).__name__}')
        sizes = dataset.lens
        if len(ratio) != len(sizes) or len(sizes) < 2:
            raise ValueError(f'DomainBalancedSampler: ratio {list(ratio)} for {len(sizes)} dataset(s)')
        for number, (size, part) in enumerate(zip(sizes, dataset.datasets)):
            if not size:
                where = getattr(part, 'ann_file', '') or getattr(part, 'data_root', '') or ''
                raise ValueError(f'DomainBalancedSampler: dataset {number}, {type(part).__name__} {where}, is empty')
        self.sampler = sampler  # MMEngine sets the epoch of this one
        self.batch_size = batch_size
        self.counts = batch_counts(ratio, batch_size)
        self.sizes = sizes
        self.rank, self.world_size = get_dist_info()

    def __len__(self) -> int:
        """Batches of an epoch, in each process."""
        return -(-self.sizes[0] // (self.counts[0] * self.world_size))

    def __iter__(self) -> Iterator[list[int]]:
        """Iterate over the batches of this process: indices into the combined dataset."""
        columns = [self._column(number) for number in range(len(self.sizes))]
        batches = np.concatenate(columns, axis=1)
        for start in range(0, len(batches), _CHUNK):
            yield from batches[start : start + _CHUNK].tolist()

    def _column(self, number: int) -> np.ndarray:
        """Return what this process draws of a dataset in this epoch, ``(batches, counts[number])`` int64."""
        size, count = self.sizes[number], self.counts[number]
        drawn = len(self) * count * self.world_size  # an epoch, all processes
        start = self.sampler.epoch * (drawn if number else -(-drawn // size) * size)  # the source starts a round
        order = EndlessOrder(size, (self.sampler.seed, number), self.sampler.shuffle).take(start, drawn)
        return sum(self.sizes[:number]) + order[self.rank :: self.world_size].reshape(len(self), count)
