"""Policies over groups that need no network: what a teacher is compared with."""

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from torch import Tensor


class GroupPolicy(ABC):
    """Says how probable each group is in the next draw.

    Args:
        sizes: ``(G,)``, samples of each group.

    Attributes:
        explores: Whether draws should be uniform now and then (epsilon): a policy that follows losses would never see
            again what once was easy.
        needs_image: Whether it looks at the hardest real image.
    """

    explores = False
    needs_image = False

    def __init__(self, sizes: np.ndarray) -> None:
        self.sizes = np.asarray(sizes)

    @abstractmethod
    def probabilities(self, image: Tensor | None) -> np.ndarray:
        """Return the probability of each group, ``(G,)`` float64.

        Args:
            image: The hardest real image since the last draw; None before there is one, or if it is not needed.
        """

    def learn(self, group: int, loss: float) -> bool | None:
        """Take note of what the student's synthetic loss was with a group.

        Args:
            group: The group that was drawn.
            loss: The mean loss a joint over the samples of that draw; finite.

        Returns:
            Whether the draw is rewarded; None from policies without reward.
        """
        return None

    def state_dict(self) -> dict[str, Any]:
        """Return all that :meth:`learn` has changed."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: B027 - most have none
        """Restore what :meth:`state_dict` returned."""


class Uniform(GroupPolicy):
    """Every group is equally probable, whatever its size."""

    def probabilities(self, image: Tensor | None) -> np.ndarray:
        """See the base class."""
        return np.full(len(self.sizes), 1 / len(self.sizes))


class Proportional(GroupPolicy):
    """A group is as probable as it is large: every sample is equally probable, as without groups."""

    def probabilities(self, image: Tensor | None) -> np.ndarray:
        """See the base class."""
        return self.sizes / self.sizes.sum()


class _ByLoss(GroupPolicy):
    """Remembers a loss of each group: the mean of all, the newer the heavier.

    Args:
        sizes: See the base class.
        momentum: Weight of what was before, in [0, 1).
    """

    explores = True

    def __init__(self, sizes: np.ndarray, momentum: float = 0.5) -> None:
        super().__init__(sizes)
        if not 0 <= momentum < 1:
            raise ValueError(f'momentum must be in [0, 1), got {momentum}')
        self.momentum = momentum
        self.losses = np.full(len(self.sizes), math.nan)

    def learn(self, group: int, loss: float) -> bool | None:
        """See the base class."""
        before = self.losses[group]
        self.losses[group] = loss if math.isnan(before) else self.momentum * before + (1 - self.momentum) * loss
        return None

    def state_dict(self) -> dict[str, Any]:
        """See the base class."""
        return {'losses': self.losses.tolist()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """See the base class."""
        self.losses = np.array(state['losses'])


class LossProportional(_ByLoss):
    """A group is as probable as its last losses are large; one that was not drawn yet counts as the hardest."""

    def probabilities(self, image: Tensor | None) -> np.ndarray:
        """See the base class."""
        if np.isnan(self.losses).all():
            return np.full(len(self.sizes), 1 / len(self.sizes))
        losses = np.where(np.isnan(self.losses), np.nanmax(self.losses), self.losses)
        losses = np.maximum(losses, 1e-12)
        return losses / losses.sum()


class HardestFirst(_ByLoss):
    """The group with the largest last losses, always; before that, each group once."""

    def probabilities(self, image: Tensor | None) -> np.ndarray:
        """See the base class."""
        chosen = int(np.argmax(np.where(np.isnan(self.losses), math.inf, self.losses)))
        return np.eye(len(self.sizes))[chosen]


POLICIES: dict[str, type[GroupPolicy]] = {
    'uniform': Uniform,
    'proportional': Proportional,
    'loss_proportional': LossProportional,
    'hardest_first': HardestFirst,
}
"""By the name that ``AdversarialTeacherHook(policy=...)`` takes, besides ``'teacher'``."""
