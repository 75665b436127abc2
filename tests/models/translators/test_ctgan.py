"""The losses against the paper's equations, and who is updated when."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.optim import OptimWrapper, OptimWrapperDict, build_optim_wrapper
from mmengine.runner import load_checkpoint
from mmpose.structures import PoseDataSample
from torch import nn

from synpose.models.translators import ctgan
from synpose.models.translators.ctgan import masked_rms
from synpose.testing.small_translator import small_ctgan as make
from synpose.testing.small_translator import translation_batch as batch

OPTIMIZER = dict(
    constructor='TranslatorOptimWrapperConstructor', optimizer=dict(type='Adam', lr=2e-3, betas=(0.5, 0.999))
)


def prepared(model, data):
    return model.data_preprocessor(data, training=True)['inputs']


def weights(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_losses_follow_the_equations():
    model = make(cycle_weight=7.0, identity_weight=3.0, mask_weight=2.0, pool_size=0)
    inputs = prepared(model, batch())
    s, r, m = inputs['source'], inputs['target'], inputs['mask']
    to_real, to_synthetic = model.generator_to_real, model.generator_to_synthetic
    losses, (fake_real, fake_synthetic) = model.generator_losses(s, r, m)
    torch.testing.assert_close(fake_real, to_real(s).detach())
    torch.testing.assert_close(fake_synthetic, to_synthetic(r).detach())
    change = (to_real(s) - s).detach().numpy() * m.numpy()
    rms = [np.sqrt((c**2).sum() / (3 * n.sum())) for c, n in zip(change, m.numpy())]
    expected = {
        'loss_gan_real': (model.discriminator_real(fake_real) - 1).square().mean(),
        'loss_gan_synthetic': (model.discriminator_synthetic(fake_synthetic) - 1).square().mean(),
        'loss_cycle': 7 * (F.l1_loss(to_synthetic(fake_real), s) + F.l1_loss(to_real(fake_synthetic), r)),
        'loss_identity': 3 * (F.l1_loss(to_real(r), r) + F.l1_loss(to_synthetic(s), s)),
        'loss_mask': torch.tensor(2 * np.mean(rms)),
    }
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value, msg=lambda text, name=name: f'{name}: {text}')
    both = model.discriminator_losses(s, r, fake_real, fake_synthetic)
    for name, discriminator, real, fake in (
        ('loss_discriminator_real', model.discriminator_real, r, fake_real),
        ('loss_discriminator_synthetic', model.discriminator_synthetic, s, fake_synthetic),
    ):
        expected = 0.5 * ((discriminator(real) - 1).square().mean() + discriminator(fake).square().mean())
        torch.testing.assert_close(both[name], expected)


def test_an_identity_generator_has_no_cycle_identity_and_mask_loss():
    model = make()
    model.generator_to_real = model.generator_to_synthetic = nn.Identity()
    losses, _ = model.generator_losses(**prepared(model, batch()))
    for name in ('loss_cycle', 'loss_identity', 'loss_mask'):
        assert losses[name].item() == 0


class Brighter(nn.Module):
    """Adds to the pixels of a region."""

    def __init__(self, region):
        super().__init__()
        self.region = region

    def forward(self, images):
        return images + 0.25 * self.region


@pytest.mark.parametrize(('mask_region', 'inside', 'outside'), [('people', 0.25, 0.0), ('background', 0.0, 0.25)])
def test_the_mask_loss_sees_its_region_only(mask_region, inside, outside):
    model = make(mask_region=mask_region)
    inputs = prepared(model, batch())
    for region, expected in ((inputs['mask'], inside), (1 - inputs['mask'], outside)):
        model.generator_to_real = Brighter(region)
        assert model.generator_losses(**inputs)[0]['loss_mask'].item() == pytest.approx(expected, rel=1e-5)


def test_an_empty_mask_has_no_loss_and_finite_gradients():
    difference = torch.rand(2, 3, 4, 4, requires_grad=True)
    mask = torch.zeros(2, 1, 4, 4)
    mask[0, 0, 0, :2] = 1
    masked_rms(difference, mask).backward()
    assert torch.isfinite(difference.grad).all()
    assert masked_rms(difference, torch.zeros(2, 1, 4, 4)).item() == 0
    zero = torch.zeros(1, 3, 4, 4, requires_grad=True)
    masked_rms(zero, torch.ones(1, 1, 4, 4)).backward()
    assert torch.equal(zero.grad, torch.zeros_like(zero))


@pytest.mark.parametrize(
    ('options', 'missing'),
    [
        ({'cycle_weight': 0.0}, {'loss_cycle'}),
        ({'identity_weight': 0.0, 'mask_weight': 0.0}, {'loss_identity', 'loss_mask'}),
    ],
)
def test_a_term_of_weight_zero_is_left_out(options, missing):
    losses = make(**options).generator_losses(**prepared(make(), batch()))[0]
    assert missing == {'loss_cycle', 'loss_identity', 'loss_mask'} - losses.keys()


def test_a_generator_step_leaves_the_discriminators_and_a_discriminator_step_the_generators():
    """With one learning rate at zero the other half of the step is all that happens."""
    for frozen in ('generator', 'discriminator'):
        model = make()
        config = dict(OPTIMIZER, **{f'{frozen}s': dict(optimizer=dict(lr=0.0))})
        before = weights(model)
        model.train_step(batch(), build_optim_wrapper(model, config))
        for name, value in model.state_dict().items():
            assert torch.equal(value, before[name]) == name.startswith(frozen), name
        assert all(parameter.requires_grad for parameter in model.parameters())


def test_the_generators_loss_leaves_no_gradient_in_the_discriminators():
    model = make()
    with model._frozen_discriminators():
        losses, _ = model.generator_losses(**prepared(model, batch()))
        sum(losses.values()).backward()
    assert all(p.grad is None for p in model.discriminator_real.parameters())
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.generator_to_real.parameters())


def test_a_step_equals_the_plain_loop():
    """The same two updates, written out with plain optimizers."""
    ours, plain = make(pool_size=0), make(pool_size=0)
    wrappers = build_optim_wrapper(ours, OPTIMIZER)
    generators = torch.optim.Adam(
        [*plain.generator_to_real.parameters(), *plain.generator_to_synthetic.parameters()], 2e-3, (0.5, 0.999)
    )
    discriminators = torch.optim.Adam(
        [*plain.discriminator_real.parameters(), *plain.discriminator_synthetic.parameters()], 2e-3, (0.5, 0.999)
    )
    for seed in range(3):
        logged = ours.train_step(batch(seed=seed), wrappers)
        inputs = prepared(plain, batch(seed=seed))
        losses, fakes = plain.generator_losses(**inputs)
        generators.zero_grad()
        sum(losses.values()).backward()
        generators.step()
        judged = plain.discriminator_losses(inputs['source'], inputs['target'], *fakes)
        discriminators.zero_grad()
        sum(judged.values()).backward()
        discriminators.step()
        assert logged['loss_generators'].item() == pytest.approx(sum(losses.values()).item(), rel=1e-5)
        assert logged['loss_discriminators'].item() == pytest.approx(sum(judged.values()).item(), rel=1e-5)
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, plain.state_dict()[name], rtol=1e-4, atol=1e-6)


def test_channels_last_gives_the_same_losses():
    plain, fast = make(), make().to(memory_format=torch.channels_last)
    for ours, theirs in zip(
        *(model.generator_losses(**prepared(model, batch()))[0].values() for model in (fast, plain))
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_half_precision_gives_nearly_the_same_losses():
    model = make()
    inputs = prepared(model, batch(size=(32, 32)))
    expected, _ = model.generator_losses(**inputs)
    with torch.autocast('cpu', torch.bfloat16):
        losses, _ = model.generator_losses(**inputs)
    for name, value in expected.items():
        assert losses[name].dtype == torch.float32
        assert losses[name].item() == pytest.approx(value.item(), rel=0.05), name


class MixedPrecisionWrapper(OptimWrapper):
    """As MMEngine's for GPUs; remembers the types of forward passes, and that updates lie outside of them."""

    @contextmanager
    def optim_context(self, model):
        with torch.autocast('cpu', torch.bfloat16):
            yield

    def update_params(self, loss, *args, **kwargs):
        assert not torch.is_autocast_enabled('cpu')  # PyTorch: backward passes do not belong there
        super().update_params(loss, *args, **kwargs)


def test_only_forward_passes_run_in_mixed_precision():
    model, seen = make(), set()
    model.generator_to_real.stem.conv.register_forward_hook(lambda *args: seen.add(args[2].dtype))
    model.discriminator_real.layers[-1].register_forward_hook(lambda *args: seen.add(args[2].dtype))
    groups = {'generators': 'generator_to_', 'discriminators': 'discriminator_'}
    wrappers = {
        name: MixedPrecisionWrapper(torch.optim.SGD([p for n, p in model.named_parameters() if n.startswith(start)], 1))
        for name, start in groups.items()
    }
    before = weights(model)
    model.train_step(batch(), OptimWrapperDict(**wrappers))
    assert seen == {torch.bfloat16}
    assert all(not torch.equal(value, before[name]) for name, value in model.state_dict().items() if 'weight' in name)


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_mixed_precision_trains_on_a_gpu():
    model = make().cuda()
    wrappers = build_optim_wrapper(model, dict(OPTIMIZER, type='AmpOptimWrapper'))
    before = weights(model)
    for seed in range(3):
        logged = model.train_step(batch(size=(64, 64), seed=seed), wrappers)
        assert all(torch.isfinite(value).all() for value in logged.values())
    assert any(not torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(('height', 'width'), [(1083, 1917), (3, 5), (64, 64)])
def test_prediction_has_the_size_of_the_image(height, width):
    model = make()
    model.generator_to_real = Brighter(0.0)
    model.generator_to_real.multiple = 4
    image = torch.randint(0, 256, (3, height, width), dtype=torch.uint8)
    (sample,) = model.test_step({'inputs': {'source': [image]}, 'data_samples': [PoseDataSample()]})
    assert sample.translated.dtype == np.uint8
    assert np.array_equal(sample.translated, image.permute(1, 2, 0).numpy())


def test_prediction_runs_the_generator_to_real():
    model = make().eval()
    image = torch.randint(0, 256, (3, 16, 24), dtype=torch.uint8)
    (sample,) = model.test_step({'inputs': {'source': [image]}, 'data_samples': [PoseDataSample()]})
    out = model.generator_to_real(image.flip(0)[None].float() / 127.5 - 1)[0].flip(0)
    expected = ((out + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(sample.translated, expected)


def test_pictures_without_data_samples_are_translated_too():
    model = make().eval()
    image = torch.rand(3, 16, 24) * 2 - 1
    (sample,), (other,) = (model({'source': [image]}, given, mode='predict') for given in (None, [PoseDataSample()]))
    assert np.array_equal(sample.translated, other.translated)


class Waiting(nn.Module):
    """A wrapper whose forward pass would wait for other processes."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, *args):
        raise AssertionError('waits for others')


def test_one_process_looks_at_translations_alone(monkeypatch):
    model = make()
    inputs = prepared(model, batch())
    expected = model.translate_both_ways(inputs['source'], inputs['target'])
    monkeypatch.setattr(ctgan, 'is_model_wrapper', lambda module: isinstance(module, Waiting))
    for name in ('generator_to_real', 'generator_to_synthetic'):
        setattr(model, name, Waiting(getattr(model, name)))
    found = model.translate_both_ways(inputs['source'], inputs['target'])
    assert list(found) == ['s', 'G(s)', 'F(G(s))', 'r', 'F(r)', 'G(F(r))']
    assert all(torch.equal(found[name], image) for name, image in expected.items())


def test_a_batch_without_mask_is_an_error_only_when_needed():
    data = batch()
    del data['inputs']['mask']
    make(mask_weight=0.0).train_step(data, build_optim_wrapper(make(), OPTIMIZER))
    with pytest.raises(ValueError, match='batch has no mask: load and pack the stencil'):
        make().train_step(data, build_optim_wrapper(make(), OPTIMIZER))


SMALL = {
    'generator': dict(type='ResnetGenerator', base_channels=4, num_blocks=1),
    'discriminator': dict(type='PatchDiscriminator', base_channels=4, num_layers=1),
}


@pytest.mark.parametrize(
    ('part', 'changes', 'text'),
    [
        (
            'generator',
            dict(base_channels=6),
            r'to_real\.stem\.conv\.weight is \(4, 3, 7, 7\), in the model \(6, 3, 7, 7\); ',
        ),
        (
            'generator',
            dict(num_blocks=2),
            r'to_real\.blocks\.1\.layers\.0\.conv\.weight is missing; .* \(4 of \d+ weights',
        ),
        ('discriminator', dict(num_layers=2), r'discriminator_real\.layers\.2\.\S+ is missing'),
    ],
)
def test_a_checkpoint_of_another_architecture_is_refused(part, changes, text, tmp_path):
    torch.save({'state_dict': make().state_dict()}, tmp_path / 'other.pth')
    load_checkpoint(make(), str(tmp_path / 'other.pth'))
    model = make(**{**SMALL, part: {**SMALL[part], **changes}})
    with pytest.raises(ValueError, match=f'not a checkpoint of this CTGAN: .*{text}'):
        load_checkpoint(model, str(tmp_path / 'other.pth'))


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        ({'tile': 100, 'generator': dict(type='ResnetGenerator', base_channels=2, num_downsamples=3)}, 'multiple of 8'),
        ({'cycle_weight': -1}, 'cycle_weight must be 0 or more, got -1'),
        ({'mask_weight': float('nan')}, 'mask_weight must be 0 or more, got nan'),
        ({'mask_region': 'faces'}, "one of people, background, got 'faces'"),
    ],
)
def test_bad_arguments(options, text):
    with pytest.raises(ValueError, match=text):
        make(**options)
