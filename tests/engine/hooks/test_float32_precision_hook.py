from copy import deepcopy

import pytest
import torch
from mmpose.registry import HOOKS


def precisions():
    backends = torch.backends
    return [
        part.fp32_precision
        for part in (backends.mkldnn.conv, backends.mkldnn.matmul, backends.cudnn.conv, backends.cuda.matmul)
    ]


def test_a_run_has_the_precision_and_gives_it_back():
    earlier = precisions()
    hook = HOOKS.build({'type': 'Float32PrecisionHook', 'cpu': 'bf16', 'gpu': 'ieee'})
    assert precisions() == earlier
    hook.before_run(None)
    assert precisions() == ['bf16', 'bf16', 'ieee', 'ieee']
    hook.after_run(None)
    assert precisions() == earlier


def test_factors_are_rounded_and_sums_are_not():
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(64, 8, 3).requires_grad_(False)
    images = torch.rand(1, 64, 12, 12)
    exact = deepcopy(convolution).double()(images.double())
    rounded = deepcopy(convolution).bfloat16().double()(images.bfloat16().double())  # the factors alone
    hook = HOOKS.build({'type': 'Float32PrecisionHook'})
    hook.before_run(None)
    found = convolution(images)
    hook.after_run(None)
    assert found.dtype == torch.float32
    unrounded = torch.allclose(found.double(), exact, rtol=0, atol=2e-6)  # a processor without bfloat16 products
    assert unrounded or torch.allclose(found.double(), rounded, rtol=0, atol=1e-2 * (rounded - exact).abs().max())


@pytest.mark.parametrize(('name', 'value'), [('cpu', 'fp8'), ('gpu', 'bf16')])
def test_unknown_precisions_are_refused(name, value):
    with pytest.raises(ValueError, match=f'{name}: expected one of'):
        HOOKS.build({'type': 'Float32PrecisionHook', name: value})


def test_old_pytorch_is_refused(monkeypatch):
    monkeypatch.delattr(type(torch.backends.mkldnn), 'conv')
    with pytest.raises(ValueError, match=r'needs PyTorch 2\.9'):
        HOOKS.build({'type': 'Float32PrecisionHook'})
