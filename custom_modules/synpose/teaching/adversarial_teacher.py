"""The adversarial teacher of "Learning to Train with Synthetic Humans" (LTSH), section 4.1."""

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from mmengine.registry import OPTIMIZERS
from mmpose.registry import MODELS
from torch import Tensor

from .policies import GroupPolicy
from .pseudo_targets import kl_divergence, pseudo_targets


class AdversarialTeacher(GroupPolicy):
    """A network that looks at the hardest real image and says which group is hard for the student now.

    It is rewarded if the synthetic loss is at least the mean of the last H (equation 1), and then takes a step towards
    its pseudo targets (equation 2). The first draw is uniform, and neither it nor a loss without one before teaches
    anything.

    Args:
        sizes: ``(G,)``, samples of each group, G >= 2.
        net: Config of the network; it takes ``num_groups``, and has ``prepare`` and ``forward`` as ``TeacherNet`` does.
        alpha: Size of the update, in (0, 1].
        history: H, how many losses the last one is compared with.
        optimizer: Config of PyTorch's optimizer.
        seed: Of the initial weights; other random numbers are left as they are.
        device: Where it computes.

    Raises:
        ValueError: If a number is out of its range.
    """

    explores = True
    needs_image = True

    def __init__(
        self,
        sizes: np.ndarray,
        net: Mapping[str, Any],
        alpha: float = 0.1,
        history: int = 10,
        optimizer: Mapping[str, Any] | None = None,
        seed: int = 0,
        device: torch.device | str = 'cpu',
    ) -> None:
        super().__init__(sizes)
        if not 0 < alpha <= 1:
            raise ValueError(f'alpha must be in (0, 1], got {alpha}')
        if type(history) is not int or history < 1:
            raise ValueError(f'history must be a whole number from 1, got {history!r}')
        self.alpha = alpha
        self.losses: deque[float] = deque(maxlen=history)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.net = MODELS.build({**net, 'num_groups': len(sizes)})
            if self.net.init_cfg:
                self.net.init_weights()
        self.net.to(device)
        settings = {'type': 'Adam', 'lr': 1e-3, **(optimizer or {})}
        self.optimizer = OPTIMIZERS.build({**settings, 'params': self.net.parameters()})
        self._image: Tensor | None = None

    def probabilities(self, image: Tensor | None) -> np.ndarray:
        """See the base class; uniform without an image."""
        self._image = image
        if image is None:
            return np.full(len(self.sizes), 1 / len(self.sizes))
        with torch.no_grad():
            return self._logits(image).double().softmax(-1).cpu().numpy()

    def _logits(self, image: Tensor) -> Tensor:
        return self.net(image[None].to(next(self.net.parameters()).device))[0]

    def learn(self, group: int, loss: float) -> bool | None:
        """Take a step if there is a loss to compare with, and an image that the draw was made for."""
        rewarded = loss >= sum(self.losses) / len(self.losses) if self.losses else None
        self.losses.append(loss)
        if rewarded is None or self._image is None:
            return None
        with torch.enable_grad():
            logits = self._logits(self._image)
            target = pseudo_targets(logits.softmax(-1), group, rewarded, self.alpha)
            self.optimizer.zero_grad()
            kl_divergence(target, logits).backward()
        self.optimizer.step()
        return rewarded

    def state_dict(self) -> dict[str, Any]:
        """See the base class."""
        return {
            'net': self.net.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'losses': list(self.losses),
            'image': self._image,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """See the base class."""
        self.net.load_state_dict(state['net'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.losses.clear()
        self.losses.extend(state['losses'])
        self._image = state['image']
