from copy import deepcopy
from types import SimpleNamespace

import pytest
import torch
import torch.distributed
from mmengine.model import MMDistributedDataParallel, MMSeparateDistributedDataParallel
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
    sum((output**2).mean() for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])).backward()
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


@pytest.mark.parametrize('wrapper', [MMDistributedDataParallel, MMSeparateDistributedDataParallel])
def test_gradients_of_a_wrapped_model_are_right_from_the_first_iteration(wrapper, tmp_path):
    torch.manual_seed(0)
    plain = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Conv2d(4, 5, 3)).double()
    images = torch.rand(2, 3, 8, 8, dtype=torch.double)
    _, expected = gradients(plain, images)
    expected = [gradient.clone() for gradient in expected]
    torch.distributed.init_process_group('gloo', init_method=f'file://{tmp_path}/store', rank=0, world_size=1)
    try:
        runner = SimpleNamespace(model=wrapper(deepcopy(plain)), cfg={}, wrap_model=lambda cfg, model: wrapper(model))
        parameters = list(runner.model.parameters())
        HOOKS.build({'type': 'ChannelsLastHook'}).before_run(runner)
        assert type(runner.model) is wrapper
        assert [id(parameter) for parameter in runner.model.parameters()] == [id(value) for value in parameters]
        for _ in range(2):
            _, found = gradients(
                runner.model.module if wrapper is MMSeparateDistributedDataParallel else runner.model, images
            )
            torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
            assert found[0].is_contiguous(memory_format=torch.channels_last)
    finally:
        torch.distributed.destroy_process_group()


@pytest.mark.parametrize('count', [1, 2])
def test_gradients_through_instance_normalization(count):
    generator = dict(type='ResnetGenerator', base_channels=4, num_blocks=1, num_downsamples=1)
    torch.manual_seed(0)
    plain = MODELS.build(generator).double()
    converted = deepcopy(plain)
    convert(converted)
    images = torch.rand(count, 3, 32, 32, dtype=torch.double)
    found, expected = (gradients(model, images)[1] for model in (converted, plain))
    assert converted.stem.conv.weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
