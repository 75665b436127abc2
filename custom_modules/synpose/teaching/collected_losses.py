"""The losses since the last draw, over all processes, and the image of the hardest real one."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from mmengine.dist import all_gather, broadcast
from mmpose.structures import PoseDataSample
from torch import Tensor


class CollectedLosses:
    """Sums the losses of synthetic samples and keeps the real image with the highest loss, the same in every process.

    What is not finite counts for nothing.

    Args:
        prepare: Makes an image of the batch, ``(3, H, W)`` uint8, ready for who looks at it; None if nobody does.

    Attributes:
        image: The hardest real image; the last one that there was, if there was none since the last draw.
    """

    def __init__(self, prepare: Callable[[Tensor], Tensor] | None = None) -> None:
        self._prepare = prepare
        self.image: Tensor | None = None
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._sum = self._count = 0.0
        self._hardest = -math.inf

    @property
    def mean(self) -> float:
        """The mean synthetic loss; NaN if there is none."""
        return self._sum / self._count if self._count else math.nan

    def add(self, values: Tensor, samples: Sequence[PoseDataSample], images: Sequence[Tensor]) -> None:
        """Take a batch of every process.

        Args:
            values: ``(B,)``, the loss of each sample.
            samples: Whose ``domain_label`` tells real (0) from synthetic (1).
            images: The images they were given as.
        """
        synthetic = torch.tensor([bool(sample.metainfo['domain_label']) for sample in samples], device=values.device)
        finite = values.isfinite()
        real = torch.where(finite & ~synthetic, values, -math.inf)
        chosen = torch.where(finite & synthetic, values, 0)
        own = torch.stack([chosen.sum(), (finite & synthetic).sum(), real.max()]).double()
        gathered = torch.stack(all_gather(own)).tolist()
        self._sum += sum(row[0] for row in gathered)
        self._count += sum(row[1] for row in gathered)
        best = max(range(len(gathered)), key=lambda rank: gathered[rank][2])
        if gathered[best][2] > self._hardest:
            self._hardest = gathered[best][2]
            if self._prepare is not None:
                with torch.no_grad():
                    self.image = self._prepare(images[int(real.argmax())]).contiguous()
                broadcast(self.image, best)

    def state_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return {'sum': self._sum, 'count': self._count, 'hardest': self._hardest, 'image': self.image}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore what :meth:`state_dict` returned."""
        self._sum, self._count, self._hardest = state['sum'], state['count'], state['hardest']
        self.image = state['image']
