"""Sigmoid focal loss through mmcv's own function, against the paper's formula and autograd."""

import pytest
import torch
from mmcv.ops import sigmoid_focal_loss

CLASSES = 4
TARGET = torch.tensor([0, 3, CLASSES, 1, 2, CLASSES])  # 4 is background


def make():
    return (
        torch.randn(6, CLASSES, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 3
    ).requires_grad_()


def reference(logits, gamma, alpha, weight):
    """FL(p_t) = -alpha_t (1 - p_t)^gamma log(p_t), entry by entry."""
    rows = []
    for row, target in zip(logits, TARGET.tolist(), strict=True):
        factor = 1.0 if weight is None or target == CLASSES else weight[target]
        for c in range(CLASSES):
            p = 1 / (1 + torch.exp(-row[c]))
            p_t, alpha_t = (p, alpha) if c == target else (1 - p, 1 - alpha)
            rows.append(-factor * alpha_t * (1 - p_t) ** gamma * torch.log(p_t))
    return torch.stack(rows).view(logits.shape)


@pytest.mark.parametrize('weight', [None, torch.tensor([0.5, 2.0, 1.5, 0.1], dtype=torch.float64)])
@pytest.mark.parametrize(('gamma', 'alpha'), [(2.0, 0.25), (0.0, 0.5), (1.5, 0.9)])
@pytest.mark.parametrize('reduction', ['none', 'mean', 'sum'])
def test_loss_and_gradient(reduction, gamma, alpha, weight):
    logits, others = make(), make()
    expected = reference(others, gamma, alpha, weight)
    # mmcv's mean is over rows
    expected = {'none': expected, 'sum': expected.sum(), 'mean': expected.sum() / len(TARGET)}[reduction]
    actual = sigmoid_focal_loss(logits, TARGET, gamma, alpha, weight, reduction)
    torch.testing.assert_close(actual, expected, rtol=1e-10, atol=1e-12)
    actual.sum().backward()
    expected.sum().backward()
    torch.testing.assert_close(logits.grad, others.grad, rtol=1e-10, atol=1e-12)


def test_extreme_logits_stay_finite():
    logits = torch.tensor([[200.0, -200.0], [-200.0, 200.0]], requires_grad=True)
    loss = sigmoid_focal_loss(logits, torch.tensor([0, 0]), 2.0, 0.25, None, 'none')
    loss.sum().backward()
    torch.testing.assert_close(loss.detach(), torch.tensor([[0.0, 0.0], [50.0, 150.0]]))
    torch.testing.assert_close(logits.grad, torch.tensor([[0.0, 0.0], [-0.25, 0.75]]))
