"""Schedules of the gradient reversal's weight."""

import math
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS

from synpose.models.adversaries import GradientReversal

SCHEDULES = ('constant', 'linear', 'dann')


def reversal_weight(
    progress: float,
    schedule: str = 'dann',
    weight: float = 1.0,
    gamma: float = 10.0,
    warm_start: float = 0.0,
    end: float = 1.0,
) -> float:
    """Return lambda at a moment of the training; see :class:`GradientReversalScheduleHook`.

    Args:
        progress: Share of the training that is done, in [0, 1].
        schedule: ``'constant'``, ``'linear'`` or ``'dann'``.
        weight: The weight that the schedule leads to.
        gamma: Steepness of ``'dann'``.
        warm_start: Share of the training before which it is 0.
        end: Share of the training from which it stays as it is.
    """
    if progress < warm_start:
        return 0.0
    p = min((progress - warm_start) / (end - warm_start), 1.0)
    factors = {'constant': 1.0, 'linear': p, 'dann': 2 / (1 + math.exp(-gamma * p)) - 1}
    return weight * factors[schedule]


@HOOKS.register_module()
class GradientReversalScheduleHook(Hook):
    r"""Set the weight of every ``GradientReversal`` of the model before each iteration.

    With p from 0 to 1 while the training goes from ``warm_start`` to ``end``:

    - ``'constant'``: ``weight``.
    - ``'linear'``: ``weight * p``.
    - ``'dann'``: :math:`weight \cdot (2 / (1 + e^{-\gamma p}) - 1)`, of Ganin et al., "Domain-Adversarial Training of
      Neural Networks" (2016), who take a gamma of 10.

    Before ``warm_start`` it is 0: the classifier learns, and the network does not work against it yet. The weight
    follows from the iteration alone, so a resumed training has the same ones. It is logged as ``reversal_weight``.

    Args:
        schedule: One of the above.
        weight: Of lambda at the end.
        gamma: Steepness of ``'dann'``.
        warm_start: Share of the training, in [0, 1).
        end: Share of the training, in (``warm_start``, 1].

    Raises:
        ValueError: If there is no such schedule, a number is not finite or out of its range, or the model has no
            ``GradientReversal``.
    """

    def __init__(
        self,
        schedule: str = 'dann',
        weight: float = 1.0,
        gamma: float = 10.0,
        warm_start: float = 0.0,
        end: float = 1.0,
    ) -> None:
        if schedule not in SCHEDULES:
            raise ValueError(
                f'GradientReversalScheduleHook: schedule must be one of {", ".join(SCHEDULES)}, got {schedule!r}'
            )
        for name, value in (('weight', weight), ('gamma', gamma)):
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f'GradientReversalScheduleHook: {name} must be a number from 0, got {value}')
        if not 0 <= warm_start < end <= 1:
            raise ValueError(
                f'GradientReversalScheduleHook: needs 0 <= warm_start < end <= 1, got {warm_start} and {end}'
            )
        self.schedule: dict[str, Any] = {
            'schedule': schedule,
            'weight': weight,
            'gamma': gamma,
            'warm_start': warm_start,
            'end': end,
        }

    def before_train(self, runner: Runner) -> None:
        """Check that there is something to set."""
        if not self._reversals(runner):
            raise ValueError(
                f'GradientReversalScheduleHook: {type(runner.model).__name__} has no GradientReversal; '
                'wrap the model in a DomainAdversarialPoseEstimator'
            )

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Set the weight of this iteration."""
        weight = reversal_weight(runner.iter / runner.max_iters, **self.schedule)
        for reversal in self._reversals(runner):
            reversal.weight = weight
        runner.message_hub.update_scalar('train/reversal_weight', weight)

    @staticmethod
    def _reversals(runner: Runner) -> list[GradientReversal]:
        return [module for module in runner.model.modules() if isinstance(module, GradientReversal)]
