import copy

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmpose.models.backbones import VGG
from mmpose.registry import MODELS
from torch import Tensor, nn

from synpose.models import OpenPoseVGG

BN = {'type': 'BN'}


def build(**options) -> OpenPoseVGG:
    torch.manual_seed(0)
    return MODELS.build({'type': 'OpenPoseVGG', 'base_channels': 4, 'out_channels': (8, 6), **options})


def pictures() -> Tensor:
    return torch.randn(2, 3, 32, 48, generator=torch.Generator().manual_seed(1))


def test_features_are_those_of_vgg19_with_its_weights() -> None:
    torch.manual_seed(0)
    vgg, ours = VGG(depth=19), OpenPoseVGG()
    keys = ours.load_state_dict(vgg.state_dict(), strict=False)
    assert {key.split('.')[0] for key in keys.missing_keys} == {'narrow'}
    convs = [layer for layer in ours.features if hasattr(layer, 'conv')]
    assert [conv.out_channels for conv in convs] == [64, 64, 128, 128, 256, 256, 256, 256, 512, 512]
    with torch.no_grad():
        expected = vgg.features[: len(ours.features)](pictures())
        torch.testing.assert_close(ours.features(pictures()), expected, rtol=0, atol=0)
        (feature,) = ours(pictures())
    assert feature.shape == (2, 128, 4, 6)
    assert [(conv.out_channels, conv.kernel_size) for conv in ours.narrow] == [(256, (3, 3)), (128, (3, 3))]
    assert (feature >= 0).all()


@pytest.mark.parametrize('norm_cfg', [None, BN])
def test_frozen_convolutions_keep_every_bit_in_training(norm_cfg: dict | None) -> None:
    network = build(frozen_stages=2, norm_cfg=norm_cfg)
    wrapper = build_optim_wrapper(
        network, {'optimizer': {'type': 'SGD', 'lr': 0.1, 'momentum': 0.9, 'weight_decay': 0.1}}
    )
    before = copy.deepcopy(network.state_dict())
    network.train()
    for _ in range(3):
        wrapper.update_params(network(pictures())[0].square().sum())
    convs = [i for i, layer in enumerate(network.features) if not isinstance(layer, nn.MaxPool2d)]
    frozen = {f'features.{i}' for i in convs[:4]}  # the first four convolutions, as LTSH freezes
    for key, value in network.state_dict().items():
        same = torch.equal(value, before[key])
        assert same == ('.'.join(key.split('.')[:2]) in frozen), key
    assert not any(layer.training for layer in network.features[: convs[4]])
    assert all(layer.training for layer in network.features[convs[4] :])


@pytest.mark.parametrize(('stages', 'convs'), [(-1, 0), (0, 0), (1, 2), (2, 4), (3, 8), (4, 10)])
def test_stages_are_frozen_before_anybody_calls_train(stages: int, convs: int) -> None:
    network = build(frozen_stages=stages)
    trained = [layer.conv.weight.requires_grad for layer in network.features if hasattr(layer, 'conv')]
    assert trained == [False] * convs + [True] * (10 - convs)
    assert all(weight.requires_grad for weight in network.narrow.parameters())


def test_bad_input() -> None:
    with pytest.raises(ValueError, match='frozen_stages is 5, but there are 4 stages'):
        build(frozen_stages=5)
    with pytest.raises(ValueError, match='divisible by 8, but the input is 44x32 px'):
        build()(torch.zeros(1, 3, 32, 44))
