import pytest
import torch
from mmpose.registry import MODELS
from torch import nn


@pytest.mark.parametrize('weight', [0.0, 0.3, 1.0, 7.5])
def test_gradient_is_reversed_exactly(weight):
    reversal = MODELS.build({'type': 'GradientReversal', 'weight': weight})
    features = torch.randn(4, 3, 5, dtype=torch.float64, requires_grad=True)
    classifier = nn.Linear(5, 2).double()
    (expected,) = torch.autograd.grad((classifier(features) ** 2).sum(), features)
    passed = reversal(features)
    assert torch.equal(passed, features)
    (found,) = torch.autograd.grad((classifier(passed) ** 2).sum(), features)
    assert torch.equal(found, -weight * expected)
    assert not reversal.state_dict()


def test_the_weight_of_the_forward_pass_counts():
    reversal = MODELS.build({'type': 'GradientReversal'})
    features = torch.ones(2, requires_grad=True)
    total = reversal(features).sum()
    reversal.weight = 5.0
    total.backward()
    assert features.grad.tolist() == [-1, -1]


@pytest.mark.parametrize('weight', [float('nan'), float('inf'), -1.0])
def test_wrong_weights_are_refused(weight):
    with pytest.raises(ValueError, match='weight must be a number from 0'):
        MODELS.build({'type': 'GradientReversal', 'weight': weight})
