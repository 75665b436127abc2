"""The baselines' probabilities, by hand."""

import numpy as np
import pytest

from synpose.teaching.policies import POLICIES

SIZES = np.array([10, 30, 60])


def build(name, **options):
    return POLICIES[name](SIZES, **options)


def test_fixed_policies():
    assert build('uniform').probabilities(None).tolist() == pytest.approx([1 / 3] * 3)
    assert build('proportional').probabilities(None).tolist() == pytest.approx([0.1, 0.3, 0.6])
    assert not build('uniform').explores
    assert not build('proportional').explores
    assert build('uniform').learn(0, 1.0) is None


def test_loss_proportional():
    policy = build('loss_proportional')
    assert policy.explores
    assert policy.probabilities(None).tolist() == pytest.approx([1 / 3] * 3)
    policy.learn(0, 3.0)
    policy.learn(1, 1.0)
    assert policy.probabilities(None).tolist() == pytest.approx([3 / 7, 1 / 7, 3 / 7])  # unseen as the hardest
    policy.learn(2, 4.0)
    policy.learn(2, 2.0)  # momentum .5: 3
    assert policy.probabilities(None).tolist() == pytest.approx([3 / 7, 1 / 7, 3 / 7])
    other = build('loss_proportional')
    other.load_state_dict(policy.state_dict())
    assert other.probabilities(None).tolist() == policy.probabilities(None).tolist()
    for group in range(3):
        other.losses[group] = 0
    assert other.probabilities(None).tolist() == pytest.approx([1 / 3] * 3)


def test_hardest_first():
    policy = build('hardest_first', momentum=0.0)
    assert policy.explores
    drawn = []
    for loss in (1.0, 5.0, 2.0, 0.5, 0.4):
        drawn.append(int(policy.probabilities(None).argmax()))
        assert policy.probabilities(None).max() == 1
        policy.learn(drawn[-1], loss)
    assert drawn == [0, 1, 2, 1, 2]


def test_momentum_is_checked():
    with pytest.raises(ValueError, match=r'momentum must be in \[0, 1\), got 1'):
        build('hardest_first', momentum=1)
