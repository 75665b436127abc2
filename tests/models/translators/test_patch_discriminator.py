"""What a logit sees, and the released network's number of weights."""

import pytest
import torch

from synpose.models.translators import PatchDiscriminator


@pytest.mark.parametrize(('num_layers', 'side'), [(1, 16), (2, 34), (3, 70)])
def test_a_logit_sees_a_patch(num_layers, side):
    discriminator = PatchDiscriminator(base_channels=2, num_layers=num_layers, norm_cfg=dict(type='BN')).eval()
    images = torch.rand(1, 3, 160, 160, requires_grad=True)
    logits = discriminator(images)
    logits[0, 0, logits.shape[2] // 2, logits.shape[3] // 2].backward()
    seen = images.grad.abs().sum((0, 1)) > 0
    assert (int(seen.any(0).sum()), int(seen.any(1).sum())) == (side, side)


def test_logits_of_256_px_are_30x30():
    assert PatchDiscriminator(base_channels=2)(torch.zeros(2, 3, 256, 256)).shape == (2, 1, 30, 30)


def test_the_papers_network_has_the_papers_weights():
    # 2,764,737 in CycleGAN's release, less the 896 biases in front of normalizations.
    assert sum(p.numel() for p in PatchDiscriminator().parameters()) == 2_764_737 - 896


def test_the_first_and_last_layers_are_not_normalized():
    discriminator = PatchDiscriminator(base_channels=2)
    assert [hasattr(layer, 'norm') and layer.with_norm for layer in discriminator.layers[:-1]] == [
        False,
        True,
        True,
        True,
    ]
    assert isinstance(discriminator.layers[-1], torch.nn.Conv2d)


def test_initial_weights_are_normal():
    torch.manual_seed(0)
    discriminator = PatchDiscriminator(base_channels=32)
    discriminator.init_weights()
    for name, weight in discriminator.named_parameters():
        if weight.ndim == 4:
            assert weight.mean().item() == pytest.approx(0, abs=1e-3), name
            assert weight.std().item() == pytest.approx(0.02, rel=0.06), name
