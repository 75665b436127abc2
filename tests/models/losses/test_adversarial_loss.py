"""The losses against the papers' formulas on numbers."""

import math

import pytest
import torch

from synpose.models.losses import AdversarialLoss

LOGITS = torch.tensor([[-2.0, 0.5], [3.0, 0.0]])


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


@pytest.mark.parametrize(
    ('mode', 'is_real', 'for_generator', 'expected'),
    [
        ('lsgan', True, False, (9 + 0.25 + 4 + 1) / 4),
        ('lsgan', False, False, (4 + 0.25 + 9 + 0) / 4),
        ('vanilla', True, True, -sum(math.log(sigmoid(x)) for x in (-2, 0.5, 3, 0)) / 4),
        ('vanilla', False, False, -sum(math.log(1 - sigmoid(x)) for x in (-2, 0.5, 3, 0)) / 4),
        ('hinge', True, False, (3 + 0.5 + 0 + 1) / 4),
        ('hinge', False, False, (0 + 1.5 + 4 + 1) / 4),
        ('hinge', True, True, -1.5 / 4),
    ],
)
def test_values(mode, is_real, for_generator, expected):
    assert AdversarialLoss(mode)(LOGITS, is_real, for_generator).item() == pytest.approx(expected)
    assert AdversarialLoss(mode, 0.5)(LOGITS, is_real, for_generator).item() == pytest.approx(expected / 2)


def test_half_precision_logits_are_judged_in_single():
    loss = AdversarialLoss('lsgan')(torch.full((4,), 300.0, dtype=torch.float16), True)  # 299 ** 2 overflows in half
    assert loss.item() == pytest.approx(299**2)


def test_another_mode_is_an_error():
    with pytest.raises(ValueError, match="one of lsgan, vanilla, hinge, got 'wgan'"):
        AdversarialLoss('wgan')
