from types import SimpleNamespace

import pytest
import torch
from mmpose.registry import HOOKS, MODELS

BACKBONE = {
    'type': 'HRNet',
    'in_channels': 3,
    'extra': {
        'stage1': {
            'num_modules': 1,
            'num_branches': 1,
            'block': 'BOTTLENECK',
            'num_blocks': (1,),
            'num_channels': (8,),
        },
        'stage2': {
            'num_modules': 1,
            'num_branches': 2,
            'block': 'BASIC',
            'num_blocks': (1, 1),
            'num_channels': (8, 16),
        },
        'stage3': {
            'num_modules': 1,
            'num_branches': 3,
            'block': 'BASIC',
            'num_blocks': (1, 1, 1),
            'num_channels': (8, 16, 32),
        },
        'stage4': {
            'num_modules': 1,
            'num_branches': 4,
            'block': 'BASIC',
            'num_blocks': (1, 1, 1, 1),
            'num_channels': (8, 16, 32, 64),
            'multiscale_output': True,
        },
    },
}


@pytest.fixture
def backbone():
    torch.manual_seed(0)
    return MODELS.build(BACKBONE).double()


def convert(model):
    HOOKS.build({'type': 'ChannelsLastHook'}).before_run(SimpleNamespace(model=model))


def gradients(model, images):
    model.zero_grad()
    outputs = model(images)
    sum((output**2).mean() for output in outputs).backward()
    return outputs, [p.grad for p in model.parameters() if p.grad is not None]


def test_outputs_and_gradients_stay_the_same(backbone):
    images = torch.rand(2, 3, 64, 96, dtype=torch.double)
    expected, expected_gradients = gradients(backbone, images)
    convert(backbone)
    found, found_gradients = gradients(backbone, images)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(found_gradients, expected_gradients, rtol=1e-7, atol=1e-12)


def test_the_format_reaches_the_output_of_unchanged_batches(backbone):
    images = torch.rand(2, 3, 64, 96, dtype=torch.double)
    assert not backbone(images)[0].is_contiguous(memory_format=torch.channels_last)
    convert(backbone)
    assert backbone(images)[0].is_contiguous(memory_format=torch.channels_last)


def test_a_checkpoint_fits_a_model_without_the_hook(backbone):
    stock = MODELS.build(BACKBONE).double()
    convert(backbone)
    stock.load_state_dict(backbone.state_dict())
    images = torch.rand(1, 3, 64, 64, dtype=torch.double)
    for model in (stock, backbone):
        model.eval()  # not chained: HRNet's returns None
    torch.testing.assert_close(stock(images), backbone(images), rtol=1e-9, atol=1e-12)
