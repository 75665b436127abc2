"""(Modulated) deformable convolution through mmcv's own modules, against loops over the definition in float64."""

import math
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmcv.ops import DeformConv2d, ModulatedDeformConv2d, deform_conv2d, modulated_deform_conv2d

from synpose.compat.mmcv_ops import deform_sampling
from synpose.compat.mmcv_ops.deform_sampling import DeformConv

GEOMETRIES = [
    pytest.param(DeformConv((3, 3), (1, 1), (1, 1), (1, 1), 1, 1), id='plain'),
    pytest.param(DeformConv((3, 3), (2, 1), (0, 2), (1, 2), 1, 1), id='stride-pad-dilation'),
    pytest.param(DeformConv((2, 3), (1, 2), (1, 0), (2, 1), 2, 1), id='groups'),
    pytest.param(DeformConv((1, 2), (1, 1), (0, 0), (1, 1), 1, 4), id='deform-groups'),
    pytest.param(DeformConv((3, 2), (1, 1), (1, 1), (1, 1), 4, 2), id='both-groups'),
]
IN, OUT, SIZE = 4, 8, (4, 5)


def make(conv, zero_offset=False, dtype=torch.float64):
    """Random input, offset, mask, weight, bias; no sample lies within .05 cells of a cell's edge."""
    generator = torch.Generator().manual_seed(7)

    def random(*shape):
        return torch.rand(*shape, generator=generator, dtype=torch.float64)

    cells = [
        (size + 2 * pad - gap * (kernel - 1) - 1) // step + 1
        for size, kernel, step, pad, gap in zip(
            SIZE, conv.kernel, conv.stride, conv.padding, conv.dilation, strict=True
        )
    ]
    samples = conv.deform_groups * math.prod(conv.kernel)
    whole = (random(2, 2 * samples, *cells) * 5 - 2.5).round()
    offset = whole + 0.05 + 0.9 * random(*whole.shape)
    tensors = (
        random(2, IN, *SIZE) - 0.5,
        torch.zeros_like(offset) if zero_offset else offset,
        random(2, samples, *cells),
        random(OUT, IN // conv.groups, *conv.kernel) - 0.5,
        random(OUT),
    )
    return [tensor.to(dtype).requires_grad_() for tensor in tensors]


def arguments(conv):
    return conv.stride, conv.padding, conv.dilation, conv.groups, conv.deform_groups


def bilinear(image, y, x):
    """Value of ``image`` at (y, x), with zeros beyond its border."""
    value = 0.0
    for row, column in product((math.floor(y), math.floor(y) + 1), (math.floor(x), math.floor(x) + 1)):
        if 0 <= row < image.shape[0] and 0 <= column < image.shape[1]:
            value += image[row, column] * (1 - abs(y - row)) * (1 - abs(x - column))
    return value


def reference(conv, image, offset, mask, weight):
    """The definition: y(p) = sum_k w_k * x(p + p_k + offset_k) * mask_k, loop by loop."""
    image, offset, mask, weight = (tensor.detach().numpy() for tensor in (image, offset, mask, weight))
    batch, channels = image.shape[:2]
    elements = list(product(range(conv.kernel[0]), range(conv.kernel[1])))
    output = np.zeros((batch, len(weight), *offset.shape[-2:]))
    for b, o, row, column in np.ndindex(*output.shape):
        for c in range(channels // conv.groups):
            channel = o // (len(weight) // conv.groups) * (channels // conv.groups) + c
            group = channel // (channels // conv.deform_groups)
            for k, (i, j) in enumerate(elements):
                sample = group * len(elements) + k
                y = row * conv.stride[0] - conv.padding[0] + i * conv.dilation[0] + offset[b, 2 * sample, row, column]
                x = (
                    column * conv.stride[1]
                    - conv.padding[1]
                    + j * conv.dilation[1]
                    + offset[b, 2 * sample + 1, row, column]
                )
                value = bilinear(image[b, channel], y, x) * mask[b, sample, row, column]
                output[b, o, row, column] += weight[o, c, i, j] * value
    return output


@pytest.mark.parametrize('conv', GEOMETRIES)
def test_plain_forward_is_the_definition(conv):
    image, offset, mask, weight, _ = make(conv)
    expected = reference(conv, image, offset, torch.ones_like(mask), weight)
    actual = deform_conv2d(image, offset, weight, *arguments(conv))
    np.testing.assert_allclose(actual.detach().numpy(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize('conv', GEOMETRIES)
def test_modulated_forward_is_the_definition(conv):
    image, offset, mask, weight, bias = make(conv)
    expected = reference(conv, image, offset, mask, weight) + bias.detach().numpy()[:, None, None]
    actual = modulated_deform_conv2d(image, offset, mask, weight, bias, *arguments(conv))
    np.testing.assert_allclose(actual.detach().numpy(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize('conv', GEOMETRIES)
def test_plain_gradients_are_finite_differences(conv):
    image, offset, _, weight, _ = make(conv)
    assert torch.autograd.gradcheck(
        lambda *tensors: deform_conv2d(*tensors, *arguments(conv)), (image, offset, weight), fast_mode=True
    )


@pytest.mark.parametrize('with_bias', [True, False])
@pytest.mark.parametrize('conv', GEOMETRIES)
def test_modulated_gradients_are_finite_differences(conv, with_bias):
    tensors = make(conv)
    if with_bias:
        assert torch.autograd.gradcheck(
            lambda *inputs: modulated_deform_conv2d(*inputs, *arguments(conv)), tensors, fast_mode=True
        )
    else:
        assert torch.autograd.gradcheck(
            lambda *inputs: modulated_deform_conv2d(*inputs, None, *arguments(conv)), tensors[:4], fast_mode=True
        )


@pytest.mark.parametrize('zero_offset', [True, False])
@pytest.mark.parametrize('conv', GEOMETRIES)
def test_gpu_kernels_give_the_same_numbers(conv, zero_offset):
    """torchvision's ops, which run on GPUs, called on the CPU with the arguments they get there."""
    image, offset, mask, weight, _ = (tensor.detach() for tensor in make(conv, zero_offset))
    given = conv.torchvision_arguments(image, offset, mask, weight)
    output = conv.forward(image, offset, mask, weight)
    grad_output = torch.linspace(-1, 1, output.numel(), dtype=output.dtype).view_as(output)
    expected = torch.ops.torchvision._deform_conv2d_backward(grad_output, *given)
    grad_input, grad_offset, grad_mask = conv.backward_data(grad_output, image, offset, mask, weight)
    grad_weight = conv.backward_weight(grad_output, image, offset, mask).view_as(weight)
    for actual, other in zip((grad_input, grad_weight, grad_offset, grad_mask), expected, strict=False):
        torch.testing.assert_close(actual, other, rtol=0, atol=1e-12)
    torch.testing.assert_close(output, torch.ops.torchvision.deform_conv2d(*given), rtol=0, atol=1e-12)


def test_zero_offsets_are_a_convolution():
    conv = DeformConv((3, 3), (1, 1), (1, 1), (1, 1), 1, 1)
    image, offset, _, weight, _ = make(conv, zero_offset=True)
    actual, expected = deform_conv2d(image, offset, weight, *arguments(conv)), F.conv2d(image, weight, padding=1)
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-12)
    gradients = [torch.autograd.grad(out.square().sum(), (image, weight)) for out in (actual, expected)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-11)


def test_sample_one_cell_outside_has_no_derivative():
    """mmcv leaves out a sample at -1 itself; a whole position elsewhere has the derivative to its right."""
    image = torch.tensor([[[[1.0, 3.0, 7.0]]]], dtype=torch.float64)
    offset = torch.zeros(1, 2, 1, 5, dtype=torch.float64, requires_grad=True)
    deform_conv2d(image, offset, torch.ones(1, 1, 1, 1, dtype=torch.float64), 1, (0, 1)).sum().backward()
    assert offset.grad[0, 1, 0].tolist() == [0, 2, 4, -7, 0]


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(dtype):
    conv = DeformConv((3, 3), (1, 1), (1, 1), (1, 1), 1, 1)
    tensors = [tensor.detach().requires_grad_() for tensor in make(conv, dtype=dtype)]
    single = [tensor.detach().float().requires_grad_() for tensor in tensors]
    for inputs in (tensors, single):
        modulated_deform_conv2d(*inputs, *arguments(conv)).sum().backward()
    for low, high in zip(tensors, single, strict=True):
        torch.testing.assert_close(low.grad, high.grad.to(dtype), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize('conv', GEOMETRIES)
def test_a_batch_cut_in_parts_gives_the_same_numbers(conv, monkeypatch):
    results = []
    for chunk in (2**22, 1):
        monkeypatch.setattr(deform_sampling, 'CHUNK', chunk)
        tensors = make(conv)
        output = modulated_deform_conv2d(*tensors, *arguments(conv))
        results.append([output, *torch.autograd.grad(output.square().sum(), tensors)])
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=1e-12)


@pytest.mark.parametrize('layer', [DeformConv2d, ModulatedDeformConv2d])
def test_channels_last_maps_and_gradients(layer):
    torch.manual_seed(0)
    module = layer(4, 4, 3, padding=1)
    image, offset = torch.randn(2, 4, 6, 7), torch.randn(2, 18, 6, 7)
    mask = [torch.rand(2, 9, 6, 7)] if layer is ModulatedDeformConv2d else []
    results = []
    for memory_format in (torch.contiguous_format, torch.channels_last):
        inputs = [t.clone(memory_format=memory_format).requires_grad_() for t in (image, offset, *mask)]
        output = module(*inputs)
        results.append([output, *torch.autograd.grad(output.square().sum(), inputs)])
    torch.testing.assert_close(results[0], results[1])


@pytest.mark.parametrize(
    ('offset_shape', 'mask_shape', 'message'),
    [
        ((2, 9, 6, 7), (2, 9, 6, 7), r'offset is \[2, 9, 6, 7\], expected \[2, 18, 6, 7\]'),
        ((2, 18, 5, 7), (2, 9, 6, 7), r'offset is \[2, 18, 5, 7\], expected \[2, 18, 6, 7\]'),
        ((2, 18, 6, 7), (2, 1, 6, 7), r'mask is \[2, 1, 6, 7\], expected \[2, 9, 6, 7\]'),
    ],
)
def test_wrong_shapes_are_named(offset_shape, mask_shape, message):
    with pytest.raises(ValueError, match=message):
        ModulatedDeformConv2d(4, 4, 3, padding=1)(
            torch.rand(2, 4, 6, 7), torch.rand(offset_shape), torch.rand(mask_shape)
        )


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
@pytest.mark.parametrize('conv', GEOMETRIES)
def test_gpu_equals_cpu(conv):
    results = []
    for device in ('cpu', 'cuda'):
        tensors = [tensor.detach().to(device).requires_grad_() for tensor in make(conv)]
        output = modulated_deform_conv2d(*tensors, *arguments(conv))
        gradients = torch.autograd.grad(output.square().sum(), tensors)
        results.append([tensor.cpu() for tensor in (output, *gradients)])
    torch.testing.assert_close(results[0], results[1], rtol=0, atol=1e-10)


def test_compiled_gradients_are_right():
    """torch.compile once lost what mmcv's backward writes into its buffers."""
    torch.manual_seed(0)
    layer = DeformConv2d(4, 4, 3, padding=1)
    tensors = torch.randn(2, 4, 6, 7).requires_grad_(), torch.randn(2, 18, 6, 7).requires_grad_()
    results = []
    for module in (layer, torch.compile(layer, backend='aot_eager')):
        output = module(*tensors)
        results.append([output, *torch.autograd.grad(output.square().sum(), (*tensors, layer.weight))])
    assert all(tensor.abs().max() > 1 for tensor in results[0])
    torch.testing.assert_close(*results)
