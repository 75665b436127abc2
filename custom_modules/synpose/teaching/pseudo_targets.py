"""How a teacher that draws groups learns from reward and penalty: LTSH, section 4.1, equation 2."""

import torch
from torch import Tensor


def pseudo_targets(probabilities: Tensor, group: int, rewarded: bool, alpha: float) -> Tensor:
    r"""Return the distribution that the teacher should have given.

    .. math::
        P_i = \tilde P_i + \delta \alpha \tilde P_i, \qquad
        P_j = \tilde P_j - \frac{\delta \alpha \tilde P_i}{|g| - 1}

    for the drawn group i and all others j, with :math:`\delta = \pm 1`. The second can be negative; it is clipped at 0,
    the first at 1, and the whole is normalized again.

    Args:
        probabilities: ``(G,)``, the teacher's, G >= 2.
        group: The drawn group i.
        rewarded: Whether the draw made the student's loss larger.
        alpha: Size of the update, in [0, 1].

    Returns:
        ``(G,)``, without gradient.
    """
    P = probabilities.detach()
    step = (alpha if rewarded else -alpha) * P[group]
    target = P - step / (len(P) - 1)
    target[group] = P[group] + step
    target = target.clamp(0, 1)
    return target / target.sum()


def kl_divergence(target: Tensor, logits: Tensor) -> Tensor:
    """Return KL(P || softmax(logits)) of two distributions over ``(G,)`` groups, nats; no gradient goes to P."""
    return torch.nn.functional.kl_div(logits.log_softmax(-1), target.detach(), reduction='sum')
