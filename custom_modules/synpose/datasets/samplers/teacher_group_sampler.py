"""Batches of real samples and of synthetic samples of one group, which a teacher draws."""

from typing import Any

import numpy as np
from mmpose.registry import DATA_SAMPLERS

from ..groups import make_groups
from ..groups.groups import Spec
from ..late_indices import LateIndices
from ..real_synthetic_dataset import RealSyntheticDataset
from .domain_balanced_sampler import DomainBalancedSampler
from .endless_order import EndlessOrder


@DATA_SAMPLERS.register_module()
class TeacherGroupSampler(DomainBalancedSampler):
    """Batch sampler over a ``RealSyntheticDataset`` whose synthetic samples are of one group for some steps.

    "Learning to Train with Synthetic Humans" (LTSH), section 4.1: for the next N training steps, synthetic samples are
    drawn from this group only. ``AdversarialTeacherHook`` draws the groups. A drawn group is in the very next batch,
    also with workers that prefetch: they wait for it, see :class:`~synpose.datasets.late_indices.LateIndices`; at most
    what they prefetch is loaded late, once every N steps.

    Real samples and shares are those of :class:`DomainBalancedSampler`. Each group is gone through again and again,
    reshuffled in each round, so that its samples are seen equally often, over all processes together.

    Example:
        >>> train_dataloader = dict(
        ...     batch_size=8,
        ...     sampler=dict(type='DefaultSampler', shuffle=True),
        ...     batch_sampler=dict(type='TeacherGroupSampler', ratio=(1, 1), groups='camera_pitch'),
        ...     dataset=dict(type='RealSyntheticDataset', real=..., synthetic=...),
        ... )

    Args:
        sampler: ``DefaultSampler``, for its seed, its epoch and whether to shuffle.
        batch_size: Of one process; the data loader's.
        groups: What divides the synthetic samples, see :func:`~synpose.datasets.groups.groups.make_groups`:
            ``'camera_pitch'`` (C), ``'minimal_distance'`` (mD), another field, or several.
        ratio: Shares of real and synthetic samples in a batch, in any unit.
        steps: N, iterations with the same group. LTSH does not publish its own.

    Attributes:
        groups: The groups of the synthetic samples.
        first_iteration: Of the training, with which the next epoch begins; None where epochs are not broken off, so
            that it follows from the sampler's epoch.

    Raises:
        ValueError: If the dataset is no ``RealSyntheticDataset``, the shares do not fit the batch size, ``steps`` is
            no positive number, or the samples do not make two groups.
    """

    def __init__(
        self, sampler: Any, batch_size: int, groups: Spec, ratio: tuple[float, float] = (1, 1), steps: int = 100
    ) -> None:
        dataset = getattr(sampler, 'dataset', None)
        if not isinstance(dataset, RealSyntheticDataset):
            raise ValueError(
                f'TeacherGroupSampler: needs a RealSyntheticDataset, got {type(dataset).__name__}: the teacher looks '
                'at real images, and draws groups of synthetic ones'
            )
        super().__init__(sampler, batch_size, ratio)
        if type(steps) is not int or steps < 1:
            raise ValueError(f'TeacherGroupSampler: steps must be a whole number from 1, got {steps!r}')
        self.steps = steps
        self.first_iteration: int | None = None
        self.groups = make_groups(dataset.datasets[1], groups)
        self.late = dataset.late = LateIndices(steps * self.counts[1])
        self._orders = [
            EndlessOrder(size, (sampler.seed, 2, group), sampler.shuffle)
            for group, size in enumerate(self.groups.sizes.tolist())
        ]

    def _column(self, number: int) -> np.ndarray:
        if number == 0:
            return super()._column(number)
        count = self.counts[1]
        first = self.sampler.epoch * len(self) if self.first_iteration is None else self.first_iteration
        return sum(self.sizes) + (first * count + np.arange(len(self) * count)).reshape(len(self), count)

    def draw(self, stretch: int, group: int, start: int) -> int:
        """Let the synthetic samples of iterations ``stretch * steps`` to ``(stretch + 1) * steps`` be of a group.

        Args:
            stretch: Number of the draw, from 0.
            group: The group, by its place in ``groups``.
            start: How many samples of the group were used before, in all processes.

        Returns:
            How many of them are used after it: ``start`` of its next draw.
        """
        drawn = self.late.size * self.world_size
        places = self._orders[group].take(start, drawn)[self.rank :: self.world_size]
        indices = self.sizes[0] + self.groups.members(group)[places].astype(np.int64)
        self.late.choose(stretch, indices)
        return start + drawn
