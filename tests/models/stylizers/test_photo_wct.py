import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import vgg19

from synpose.models.stylizers.photo_wct import PhotoWCT, VGGDecoder, VGGEncoder, stylize_region

LAYERS = {'conv1_1': 0, 'conv1_2': 2, 'conv2_1': 5, 'conv2_2': 7, 'conv3_1': 10}
LAYERS |= {'conv3_2': 12, 'conv3_3': 14, 'conv3_4': 16, 'conv4_1': 19}  # places in torchvision's vgg19().features


@pytest.fixture(scope='module')
def stock() -> nn.Sequential:
    """torchvision's VGG-19 up to relu4_1, with random weights and reflected borders."""
    torch.manual_seed(0)
    with torch.device('meta'):
        layers = vgg19().features[:21]
    layers = layers.to_empty(device='cpu')
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.normal_(layer.bias, std=0.1)
            layer.padding_mode = 'reflect'
    return layers.requires_grad_(False)


@pytest.mark.parametrize('level', [1, 2, 3, 4])
def test_encoder_is_vgg19(stock: nn.Sequential, level: int) -> None:
    encoder = VGGEncoder(level).requires_grad_(False)
    state = {'conv0.weight': torch.eye(3)[..., None, None], 'conv0.bias': torch.zeros(3)}
    for name, place in LAYERS.items():
        if int(name[4]) < level or name == f'conv{level}_1':
            state |= {f'{name}.weight': stock[place].weight, f'{name}.bias': stock[place].bias}
    encoder.load_state_dict(state)
    image = torch.rand(1, 3, 37, 50)
    features, poolings = encoder(image)
    assert (len(features), len(poolings)) == (level, level - 1)
    for number, feature in enumerate(features, 1):
        expected = stock[: LAYERS[f'conv{number}_1'] + 2](image)
        torch.testing.assert_close(feature, expected)


@pytest.mark.parametrize('level', [1, 2, 3, 4])
def test_decoder_mirrors_the_encoder(level: int) -> None:
    encoder, decoder = (network(level).requires_grad_(False) for network in (VGGEncoder, VGGDecoder))
    shapes = [
        {name: module.weight.shape for name, module in network.named_children() if name != 'conv0'}
        for network in (encoder, decoder)
    ]
    assert list(shapes[1]) == list(shapes[0])[::-1]
    assert {name: (b, a) for name, (a, b, *_) in shapes[0].items()} == {
        n: (a, b) for n, (a, b, *_) in shapes[1].items()
    }
    image = torch.rand(1, 3, 37, 50)
    features, poolings = encoder(image)
    assert decoder(features[-1], poolings).shape == image.shape


def test_unpooling_puts_maxima_back() -> None:
    """With convolutions that only pass the first channel on, decoding leaves each window's maximum in its place."""
    encoder, decoder = (network(2).requires_grad_(False) for network in (VGGEncoder, VGGDecoder))
    for network in (encoder, decoder):
        for parameter in network.parameters():
            parameter.zero_()
    encoder.conv0.weight[0, 0] = 1
    for network, names in ((encoder, ('conv1_1', 'conv1_2', 'conv2_1')), (decoder, ('conv2_1', 'conv1_2', 'conv1_1'))):
        for name in names:
            network.get_submodule(name).weight[0, 0, 1, 1] = 1
    image = torch.rand(1, 3, 7, 10)
    features, poolings = encoder(image)
    maxima, places = F.max_pool2d(image[:, :1], 2, return_indices=True)
    expected = F.max_unpool2d(maxima, places, 2, output_size=(7, 10))
    torch.testing.assert_close(decoder(features[-1], poolings)[:, :1], expected)


def test_only_the_region_is_stylized() -> None:
    generator = torch.Generator().manual_seed(0)
    content, style = (torch.randn(1, 4, *size, generator=generator) for size in ((12, 14), (9, 8)))
    region, shown = torch.zeros(1, 1, 24, 28), torch.zeros(1, 1, 18, 16)
    region[..., 4:20, 4:20], shown[..., 2:14, :] = 1, 1
    result = stylize_region(content, style, region, shown)
    inside = torch.zeros(12, 14, dtype=torch.bool)
    inside[2:10, 2:10] = True
    torch.testing.assert_close(result[0, :, ~inside], content[0, :, ~inside], rtol=0, atol=0)
    wanted = style[0, :, 1:7].flatten(1)
    torch.testing.assert_close(result[0, :, inside].mean(1), wanted.mean(1), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(result[0, :, inside].cov(), wanted.cov(), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize('small', ['region', 'shown'])
def test_few_features_are_left(small: str) -> None:
    content = torch.randn(1, 4, 6, 6)
    masks = {'region': torch.ones(1, 1, 6, 6), 'shown': torch.ones(1, 1, 6, 6)}
    masks[small] = torch.zeros(1, 1, 6, 6)
    masks[small].view(-1)[:9] = 1
    torch.testing.assert_close(stylize_region(content, torch.randn(1, 4, 6, 6), **masks), content, rtol=0, atol=0)


def test_state_dict_is_that_of_the_release() -> None:
    with torch.device('meta'):
        state = PhotoWCT().state_dict()
    assert len(state) == 2 * (2 + 4 + 6 + 10 + 1 + 3 + 5 + 9)
    assert state['e4.conv4_1.weight'].shape == (512, 256, 3, 3)
    assert state['d4.conv4_1.weight'].shape == (256, 512, 3, 3)
    assert state['d1.conv1_1.bias'].shape == (3,)
    assert state['e1.conv0.weight'].shape == (3, 3, 1, 1)


def test_levels_follow_each_other() -> None:
    """One level alone, by hand: encode, stylize, decode; and a region of nothing leaves the plain reconstruction."""
    torch.manual_seed(0)
    network = PhotoWCT().requires_grad_(False)
    content, style = torch.rand(1, 3, 40, 33), torch.rand(1, 3, 35, 48)
    masks = torch.ones(1, 1, 40, 33), torch.ones(1, 1, 35, 48)
    expected = content
    for level in (4, 3, 2, 1):
        encoder, decoder = network.get_submodule(f'e{level}'), network.get_submodule(f'd{level}')
        wanted = network.e4(style)[0][level - 1]
        features, poolings = encoder(expected)
        expected = decoder(stylize_region(features[-1], wanted, *masks), poolings)
    result = network(content, style, *masks)
    torch.testing.assert_close(result, expected)
    assert not torch.allclose(network(content, style, masks[0] * 0, masks[1]), result, atol=1e-3)
