"""Converted weights compute what the published network computes."""

import re

import pytest
import torch
from mmengine.runner import load_checkpoint
from mmpose.models.heads import DEKRHead
from mmpose.registry import MODELS
from torch import nn
from torchvision.ops import deform_conv2d

from synpose.models.official_dekr import convert_official_dekr

K, WIDTH, CHANNELS, BRANCHES = 3, 4, 2, (8, 8, 8, 8)


@pytest.fixture
def model(stock_config):
    config = stock_config.model.to_dict()
    config['head'].update(num_keypoints=K, num_displacement_filters_per_keypoint=CHANNELS, num_heatmap_filters=WIDTH)
    return MODELS.build(config).eval()


def published_state(model, seed=0):
    """Random weights with the published names and shapes; the backbone's are those of HRNet."""
    generator = torch.Generator().manual_seed(seed)
    c = sum(BRANCHES)
    shapes = {n[9:]: v.shape for n, v in model.state_dict().items() if n.startswith('backbone.')}

    def norm(name, size):
        shapes.update({f'{name}.{part}': (size,) for part in ('weight', 'bias', 'running_mean', 'running_var')})
        shapes[f'{name}.num_batches_tracked'] = ()

    for branch, size in (('heatmap', WIDTH), ('offset', K * CHANNELS)):
        shapes[f'transition_{branch}.0.weight'] = (size, c, 1, 1)
        norm(f'transition_{branch}.1', size)
    for k in (1, 2):
        shapes[f'head_heatmap.0.0.conv{k}.weight'] = (WIDTH, WIDTH, 3, 3)
        norm(f'head_heatmap.0.0.bn{k}', WIDTH)
    shapes.update({'head_heatmap.1.weight': (K + 1, WIDTH, 1, 1), 'head_heatmap.1.bias': (K + 1,)})
    for joint in range(K):
        for block in range(2):
            layer = f'offset_feature_layers.{joint}.{block}'
            shapes[f'{layer}.regular_matrix'] = (2, 9)
            shapes[f'{layer}.adapt_conv.weight'] = (CHANNELS, CHANNELS, 3, 3)
            for name, size in (('transform_matrix_conv', 4), ('translation_conv', 2)):
                shapes.update({f'{layer}.{name}.weight': (size, CHANNELS, 3, 3), f'{layer}.{name}.bias': (size,)})
            norm(f'{layer}.bn', CHANNELS)
        shapes[f'offset_final_layer.{joint}.weight'] = (2, CHANNELS, 1, 1)
        shapes[f'offset_final_layer.{joint}.bias'] = (2,)
    state = {}
    for name, shape in shapes.items():
        value = 0.3 * torch.randn(shape, generator=generator)
        state[name] = value.abs() + 0.5 if 'running_var' in name else value.long() if 'tracked' in name else value
    return state


def published_head(state, x):
    """Heatmaps and offsets by the paper's equations: one branch a joint, samples at (A - I) p + t from the grid."""

    def norm(name, x):
        parts = (state[f'{name}.{part}'] for part in ('running_mean', 'running_var', 'weight', 'bias'))
        return nn.functional.batch_norm(x, *parts)

    def conv(name, x, padding=0):
        return nn.functional.conv2d(x, state[f'{name}.weight'], state.get(f'{name}.bias'), padding=padding)

    y = norm('transition_heatmap.1', conv('transition_heatmap.0', x)).relu()
    z = norm('head_heatmap.0.0.bn1', conv('head_heatmap.0.0.conv1', y, 1)).relu()
    y = (norm('head_heatmap.0.0.bn2', conv('head_heatmap.0.0.conv2', z, 1)) + y).relu()
    heatmaps = conv('head_heatmap.1', y)

    features = norm('transition_offset.1', conv('transition_offset.0', x)).relu()
    kernel = torch.stack(torch.meshgrid(torch.arange(-1.0, 2), torch.arange(-1.0, 2), indexing='ij')).flatten(1)
    offsets = []
    for joint, f in enumerate(features.split(CHANNELS, 1)):
        for block in range(2):
            layer = f'offset_feature_layers.{joint}.{block}'
            A = conv(f'{layer}.transform_matrix_conv', f, 1).unflatten(1, (2, 2))
            t = conv(f'{layer}.translation_conv', f, 1)
            moved = torch.einsum('bijhw,jk->bkihw', A - torch.eye(2)[None, :, :, None, None], kernel) + t[:, None]
            g = deform_conv2d(f, moved.flatten(1, 2), state[f'{layer}.adapt_conv.weight'], padding=1)
            f = (norm(f'{layer}.bn', g) + f).relu()
        offsets.append(conv(f'offset_final_layer.{joint}', f))
    return heatmaps, torch.cat(offsets, 1)


@pytest.mark.parametrize('wrapping', ['plain', 'training'])
@pytest.mark.parametrize('kind', ['DEKRHead', 'CrowdDEKRHead'])
def test_maps_are_those_of_the_published_network(model, tmp_path, wrapping, kind):
    published = published_state(model)
    stored = {'state_dict': {f'module.{n}': v for n, v in published.items()}} if wrapping == 'training' else published
    torch.save({'state_dict': convert_official_dekr(stored)}, tmp_path / 'ours.pth')
    if kind == 'CrowdDEKRHead':
        model.head = crowd_head()
    load_checkpoint(model, str(tmp_path / 'ours.pth'), map_location='cpu', strict=True)
    x = torch.randn(2, sum(BRANCHES), 6, 7, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        heatmaps, displacements = model.head([x])
        expected, offsets = published_head(published, x)
    torch.testing.assert_close(heatmaps, expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(displacements, -offsets, rtol=1e-5, atol=1e-5)
    for name, value in model.backbone.state_dict().items():
        assert torch.equal(value, published[name])


def crowd_head():
    config = dict(in_channels=sum(BRANCHES), num_keypoints=K, num_heatmap_filters=WIDTH)
    return MODELS.build(dict(type='CrowdDEKRHead', num_displacement_filters_per_keypoint=CHANNELS, **config)).eval()


@pytest.mark.parametrize(
    ('drop', 'add', 'message'),
    [
        ('offset_final_layer.1.bias', None, r'offset_final_layer\.1\.bias: missing'),
        (r'offset_feature_layers.0.1.adapt_conv.weight', None, r'offset_feature_layers\.0\.1\.adapt_conv\.weight: mis'),
        ('translation_conv', None, 'translation_conv.* missing'),
        (None, 'fc.weight', r'fc\.weight: not a tensor of DEKR'),
    ],
)
def test_other_weights_are_refused(model, drop, add, message):
    state = {n: v for n, v in published_state(model).items() if drop is None or not re.search(drop, n)}
    if add:
        state[add] = torch.zeros(1)
    with pytest.raises(ValueError, match=message):
        convert_official_dekr(state)


def test_the_version_is_that_of_the_stock_head(model):
    metadata = convert_official_dekr(published_state(model))._metadata
    assert metadata['head']['version'] == DEKRHead._version == 2
