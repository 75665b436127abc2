"""The generator against the layers of the paper, written out in plain PyTorch."""

import pytest
import torch
from torch import nn

from synpose.models.translators import ResnetGenerator


class PlainResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=False),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3, bias=False),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x):
        return x + self.layers(x)


def plain_generator(c, num_blocks):
    """c7s1-c, d2c, d4c, R4c..., u2c, uc, c7s1-3 in the paper's notation."""

    def norm(channels):
        return [nn.InstanceNorm2d(channels), nn.ReLU()]

    return nn.Sequential(
        *[nn.ReflectionPad2d(3), nn.Conv2d(3, c, 7, bias=False), *norm(c)],
        *[nn.Conv2d(c, 2 * c, 3, 2, 1, bias=False), *norm(2 * c)],
        *[nn.Conv2d(2 * c, 4 * c, 3, 2, 1, bias=False), *norm(4 * c)],
        *[PlainResidualBlock(4 * c) for _ in range(num_blocks)],
        *[nn.ConvTranspose2d(4 * c, 2 * c, 3, 2, 1, 1, bias=False), *norm(2 * c)],
        *[nn.ConvTranspose2d(2 * c, c, 3, 2, 1, 1, bias=False), *norm(c)],
        *[nn.ReflectionPad2d(3), nn.Conv2d(c, 3, 7), nn.Tanh()],
    )


def test_output_equals_the_plain_layers():
    generator, plain = ResnetGenerator(base_channels=4, num_blocks=2), plain_generator(4, 2)
    for ours, theirs in zip(generator.parameters(), plain.parameters(), strict=True):
        theirs.data.copy_(ours.data)
    images = torch.rand(2, 3, 24, 32) * 2 - 1
    torch.testing.assert_close(generator(images), plain(images))


def test_the_papers_network_has_the_papers_weights():
    # 11,378,179 in CycleGAN's release, less the 5,248 biases in front of normalizations, which have no effect.
    assert sum(p.numel() for p in ResnetGenerator().parameters()) == 11_378_179 - 5_248


def test_initial_weights_are_normal():
    torch.manual_seed(0)
    generator = ResnetGenerator(base_channels=16)
    generator.init_weights()
    kernels = {name: weight for name, weight in generator.named_parameters() if weight.ndim == 4}
    assert len(kernels) == 1 + 2 + 2 * 9 + 2 + 1
    for name, weight in kernels.items():
        assert weight.mean().item() == pytest.approx(0, abs=1e-3), name
        assert weight.std().item() == pytest.approx(0.02, rel=0.06), name


def test_recomputed_blocks_give_the_same_gradients():
    torch.manual_seed(0)
    plain = ResnetGenerator(base_channels=4, num_blocks=2)
    recomputed = ResnetGenerator(base_channels=4, num_blocks=2, with_cp=True)
    recomputed.load_state_dict(plain.state_dict())
    images = torch.rand(1, 3, 16, 16)
    for generator in (plain, recomputed):
        generator(images).square().mean().backward()
    for ours, theirs in zip(recomputed.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize(('halvings', 'size', 'multiple'), [(1, (18, 22), 2), (2, (20, 24), 4), (3, (24, 32), 8)])
def test_output_has_the_size_of_the_input(halvings, size, multiple):
    generator = ResnetGenerator(base_channels=2, num_blocks=1, num_downsamples=halvings)
    assert generator.multiple == multiple
    assert generator(torch.zeros(1, 3, *size)).shape == (1, 3, *size)


def test_sides_that_do_not_divide_are_an_error():
    with pytest.raises(ValueError, match='30x20 px, but sides must be multiples of 4'):
        ResnetGenerator(base_channels=2, num_blocks=1)(torch.zeros(1, 3, 20, 30))
