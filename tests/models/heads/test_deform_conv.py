"""ChosenDeformConv2d: every form against torchvision's public function and mmcv's layer."""

import copy

import pytest
import torch
import torchvision
from mmcv.ops import DeformConv2d
from torch import nn

from synpose.models.heads.deform_conv import FORMS, ChosenDeformConv2d, choose_deform_convs

OWN_FORMS = [form for form in FORMS if form != 'mmcv']
JOINTS, CHANNELS, CELLS = 17, 3, (9, 11)


def stock_layer(**options):
    torch.manual_seed(0)
    options = dict(dict(kernel_size=3, padding=1, groups=JOINTS, deform_groups=JOINTS), **options)
    return DeformConv2d(JOINTS * CHANNELS, JOINTS * CHANNELS, **options)


def tensors(batch=2, dtype=torch.float64, spread=3.0):
    generator = torch.Generator().manual_seed(1)
    shapes = ((batch, JOINTS * CHANNELS, *CELLS), (batch, 18 * JOINTS, *CELLS))
    x, offset = (torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes)
    return x.to(dtype).requires_grad_(), (spread * offset).to(dtype).requires_grad_()


def numbers(convolve, weight, x, offset):
    """The output and the gradients of a loss that weighs each value differently."""
    output = convolve(x, offset)
    factors = torch.linspace(-1, 1, output.numel(), dtype=output.dtype).view_as(output)
    return [output, *torch.autograd.grad((output.square() * factors).sum(), (x, offset, weight))]


@pytest.mark.parametrize('form', OWN_FORMS)
def test_every_form_gives_the_numbers_of_torchvision_and_mmcv(form):
    layer = stock_layer().double()
    x, offset = tensors()
    found = numbers(ChosenDeformConv2d(layer, form), layer.weight, x, offset)
    public = numbers(lambda *t: torchvision.ops.deform_conv2d(*t, layer.weight, padding=1), layer.weight, x, offset)
    mmcv = numbers(layer, layer.weight, x, offset)
    for own, *others in zip(found, public, mmcv):
        assert own.abs().max() > 1
        for other in others:
            torch.testing.assert_close(own, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize('form', OWN_FORMS)
def test_gradients_are_finite_differences(form):
    layer = ChosenDeformConv2d(stock_layer(groups=1, deform_groups=1, stride=2).double(), form)
    x, offset = tensors(1)
    offset = (offset[:, :18, ::2, ::2].detach().round() + 0.5).requires_grad_()  # between the cells' edges
    for parameter in layer.parameters():
        parameter.requires_grad_(True)
    assert torch.autograd.gradcheck(layer, (x, offset), fast_mode=True)


@pytest.mark.parametrize('form', OWN_FORMS)
def test_zero_offsets_have_the_derivative_of_mmcv(form):
    """As at initialization: every sample lies on a cell, where the derivative is one-sided."""
    layer = stock_layer().double()
    x, offset = tensors(spread=0.0)
    found, expected = (numbers(f, layer.weight, x, offset) for f in (ChosenDeformConv2d(layer, form), layer))
    for own, other in zip(found, expected):
        torch.testing.assert_close(own, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize('form', OWN_FORMS)
@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_is_computed_in_single(form, dtype):
    layer = stock_layer()
    halves = tensors(dtype=dtype)
    singles = [tensor.detach().float().requires_grad_() for tensor in halves]
    conv = ChosenDeformConv2d(layer, form)
    with torch.autocast('cpu', torch.bfloat16):
        found = numbers(conv, layer.weight, *halves)
    assert found[0].dtype == dtype
    torch.testing.assert_close(found[0], conv(*singles).to(dtype), rtol=0, atol=0)
    assert [tensor.dtype for tensor in found[1:]] == [dtype, dtype, torch.float32]
    assert all(tensor.isfinite().all() for tensor in found)


def test_a_batch_that_mmcv_refuses():
    layer = stock_layer()
    x, offset = tensors(36, torch.float32)
    with pytest.raises(AssertionError, match='im2col_step'):
        layer(x, offset)
    found = ChosenDeformConv2d(layer)(x, offset)
    torch.testing.assert_close(found[35:], layer(x[35:], offset[35:]), rtol=1e-5, atol=1e-4)


def test_layers_are_exchanged_in_place_and_keep_their_parameters():
    module = nn.ModuleDict(dict(a=nn.Sequential(nn.Conv2d(1, 1, 1), stock_layer()), b=stock_layer()))
    names, values = zip(*module.state_dict().items())
    state = torch.get_rng_state()
    choose_deform_convs(module, 'mmcv')
    assert isinstance(module.b, DeformConv2d)
    for form in ('torchvision', 'sampling'):
        choose_deform_convs(module, form)
        assert module.b.conv.form == module.a[1].conv.form == form
    assert torch.equal(torch.get_rng_state(), state)  # seeded weights of what comes after stay the same
    assert tuple(module.state_dict()) == names
    assert [name for name, _ in module.named_parameters()] == list(names)
    assert all(torch.equal(a, b) for a, b in zip(module.state_dict().values(), values))
    twin = copy.deepcopy(module)
    twin.b.weight.data.zero_()
    assert module.b.weight.abs().max() > 0
    with pytest.raises(ValueError, match="deform_conv: 'fast' is none of auto, sampling, torchvision, mmcv"):
        choose_deform_convs(module, 'fast')


def test_the_measured_form_is_chosen_for_the_device():
    conv = ChosenDeformConv2d(stock_layer()).conv
    assert [conv.takes_kernels(torch.device(name)) for name in ('cpu', 'cuda', 'mps')] == [False, True, False]


def test_maps_smaller_than_the_kernel():
    layer = stock_layer()
    x, offset = (tensor[..., :2, :1] for tensor in tensors(dtype=torch.float32))
    for form in OWN_FORMS:
        torch.testing.assert_close(ChosenDeformConv2d(layer, form)(x, offset), layer(x, offset), rtol=1e-5, atol=1e-5)
