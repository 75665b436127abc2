"""Equation 2 of LTSH by hand, its clipping, and the gradient of the KL divergence in closed form."""

import pytest
import torch

from synpose.teaching.pseudo_targets import kl_divergence, pseudo_targets


def test_hand_computed():
    P = torch.tensor([0.5, 0.3, 0.2])
    # P_0 + .4 * .5 = .7; others less .2 / 2 each.
    assert pseudo_targets(P, 0, True, 0.4).tolist() == pytest.approx([0.7, 0.2, 0.1])
    assert pseudo_targets(P, 0, False, 0.4).tolist() == pytest.approx([0.3, 0.4, 0.3])
    assert P.tolist() == pytest.approx([0.5, 0.3, 0.2])


def test_negative_probabilities_are_clipped_and_the_rest_normalized():
    P = torch.tensor([0.8, 0.15, 0.05])
    # P_0 = 1.6 -> 1; P_1 = .15 - .4 -> 0; P_2 -> 0.
    assert pseudo_targets(P, 0, True, 1.0).tolist() == [1, 0, 0]
    P = torch.tensor([0.6, 0.39, 0.01])
    # .75, .315, -.065 -> 0; over 1.065.
    assert pseudo_targets(P, 0, True, 0.25).tolist() == pytest.approx([0.75 / 1.065, 0.315 / 1.065, 0])


@pytest.mark.parametrize('rewarded', [True, False])
@pytest.mark.parametrize('alpha', [0.1, 1.0])
def test_it_is_a_distribution_without_gradient(rewarded, alpha):
    for seed in range(20):
        logits = torch.randn(10, generator=torch.Generator().manual_seed(seed), requires_grad=True)
        target = pseudo_targets((logits * 3).softmax(-1), 4, rewarded, alpha)
        assert not target.requires_grad
        assert (target >= 0).all()
        assert float(target.detach().sum()) == pytest.approx(1)


def test_the_gradient_is_the_difference_of_the_distributions():
    logits = torch.tensor([0.3, -1.0, 0.7], dtype=torch.float64, requires_grad=True)
    P = torch.tensor([0.6, 0.0, 0.4], dtype=torch.float64)
    divergence = kl_divergence(P, logits)
    own = logits.detach().softmax(-1)
    expected = float(0.6 * torch.log(0.6 / own[0]) + 0.4 * torch.log(0.4 / own[2]))
    assert float(divergence.detach()) == pytest.approx(expected)
    divergence.backward()
    torch.testing.assert_close(logits.grad, own - P)
    assert float(kl_divergence(own, logits.detach())) == pytest.approx(0, abs=1e-12)
