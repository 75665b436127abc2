"""The adversarial losses of generative adversarial networks."""

import torch.nn.functional as F
from mmpose.registry import MODELS
from torch import Tensor, nn

MODES = ('lsgan', 'vanilla', 'hinge')


@MODELS.register_module()
class AdversarialLoss(nn.Module):
    """How far logits are from calling images real or fake.

    - ``lsgan``: squared distance to 1 (real) and 0 (fake); Mao et al., "Least Squares Generative Adversarial
      Networks" (2017), equation 2. CycleGAN's own.
    - ``vanilla``: cross-entropy, the generator's in the non-saturating form; Goodfellow et al. (2014), section 3.
    - ``hinge``: margins of 1 for the discriminator, the plain logit for the generator; Lim and Ye, "Geometric GAN"
      (2017).

    Args:
        mode: One of the three.
        loss_weight: Factor of the loss.

    Raises:
        ValueError: If the mode is none of them.
    """

    def __init__(self, mode: str = 'lsgan', loss_weight: float = 1.0) -> None:
        super().__init__()
        if mode not in MODES:
            raise ValueError(f'AdversarialLoss: mode must be one of {", ".join(MODES)}, got {mode!r}')
        self.mode = mode
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, is_real: bool, for_generator: bool = False) -> Tensor:
        """Compute the loss, averaged over all logits.

        Args:
            logits: Of any shape.
            is_real: What the logits should say.
            for_generator: A generator wants its images called real and has no margin. Only ``hinge`` differs.

        Returns:
            A scalar.
        """
        logits = logits.float()
        if self.mode == 'lsgan':
            loss = (logits - float(is_real)).square().mean()
        elif self.mode == 'vanilla':
            loss = F.softplus(-logits if is_real else logits).mean()
        else:
            sign = 1.0 if is_real else -1.0
            loss = -sign * logits.mean() if for_generator else F.relu(1 - sign * logits).mean()
        return self.loss_weight * loss
