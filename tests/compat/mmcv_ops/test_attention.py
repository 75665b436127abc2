"""Multi-scale deformable attention through mmcv's autograd function, against loops over the definition."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction, multi_scale_deformable_attn_pytorch

SHAPES = [(3, 4), (2, 2)]
BATCH, QUERIES, HEADS, POINTS, CHANNELS = 2, 3, 2, 2, 3


def make(device='cpu'):
    """Values, locations (some outside, none within .05 cells of a cell's edge) and weights."""
    generator = torch.Generator().manual_seed(5)

    def random(*shape):
        return torch.rand(*shape, generator=generator, dtype=torch.float64)

    levels = len(SHAPES)
    value = random(BATCH, sum(h * w for h, w in SHAPES), HEADS, CHANNELS)
    sizes = torch.tensor(SHAPES, dtype=torch.float64).flip(1)[:, None]
    shape = (BATCH, QUERIES, HEADS, levels, POINTS, 2)
    # the cell centers' coordinate, location * size - 0.5, gets a fraction from .05 to .95
    location = ((random(*shape) * (sizes + 1) - 1).floor() + 0.05 + 0.9 * random(*shape) + 0.5) / sizes
    weight = random(BATCH, QUERIES, HEADS, levels * POINTS).softmax(-1).view(shape[:-1])
    return [tensor.to(device).requires_grad_() for tensor in (value, location, weight)]


def apply(value, location, weight):
    shapes = torch.tensor(SHAPES, device=value.device)
    starts = torch.tensor([0, math.prod(SHAPES[0])], device=value.device)
    return MultiScaleDeformableAttnFunction.apply(value, shapes, starts, location, weight, 64)


def reference(value, location, weight):
    value, location, weight = (tensor.detach().numpy() for tensor in (value, location, weight))
    output = np.zeros((BATCH, QUERIES, HEADS, CHANNELS))
    for b, q, m, level, p in np.ndindex(*weight.shape):
        height, width = SHAPES[level]
        start = sum(h * w for h, w in SHAPES[:level])
        x, y = location[b, q, m, level, p] * (width, height) - 0.5
        for row, column in product((math.floor(y), math.floor(y) + 1), (math.floor(x), math.floor(x) + 1)):
            if 0 <= row < height and 0 <= column < width:
                share = (1 - abs(y - row)) * (1 - abs(x - column)) * weight[b, q, m, level, p]
                output[b, q, m] += share * value[b, start + row * width + column, m]
    return output.reshape(BATCH, QUERIES, HEADS * CHANNELS)


def test_forward_is_the_definition():
    tensors = make()
    np.testing.assert_allclose(apply(*tensors).detach().numpy(), reference(*tensors), rtol=0, atol=1e-12)


def test_gradients_are_finite_differences():
    assert torch.autograd.gradcheck(apply, make())


def test_equals_mmcv_on_the_cpu():
    value, location, weight = make()
    fallback = multi_scale_deformable_attn_pytorch(value, torch.tensor(SHAPES), location, weight)
    torch.testing.assert_close(apply(value, location, weight), fallback, rtol=0, atol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_gpu_equals_cpu():
    results = []
    for device in ('cpu', 'cuda'):
        tensors = make(device)
        output = apply(*tensors)
        results.append([t.cpu() for t in (output, *torch.autograd.grad(output.square().sum(), tensors))])
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=1e-10)
