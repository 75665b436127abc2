"""Who is optimized by whom, and what an override changes."""

import pytest
from mmengine.optim import build_optim_wrapper
from torch import nn

from synpose.engine.optim_wrappers import TranslatorOptimWrapperConstructor

CONFIG = dict(
    constructor='TranslatorOptimWrapperConstructor',
    optimizer=dict(type='Adam', lr=2e-4, betas=(0.5, 0.999)),
    clip_grad=dict(max_norm=1),
)


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator_a, self.generator_b = nn.Linear(2, 3), nn.Linear(3, 2)
        self.discriminator_a = nn.Linear(2, 1)
        self.discriminator_b = nn.Linear(3, 1)


def optimized(wrapper):
    return {id(parameter) for group in wrapper.optimizer.param_groups for parameter in group['params']}


def test_groups_are_complete_and_apart():
    model = Translator()
    wrappers = build_optim_wrapper(model, CONFIG)
    generators, discriminators = optimized(wrappers['generators']), optimized(wrappers['discriminators'])
    assert generators == {id(p) for m in (model.generator_a, model.generator_b) for p in m.parameters()}
    assert discriminators == {id(p) for m in (model.discriminator_a, model.discriminator_b) for p in m.parameters()}
    assert wrappers.get_lr() == {'generators.lr': [2e-4], 'discriminators.lr': [2e-4]}
    assert wrappers['generators'].clip_grad_kwargs == {'max_norm': 1}


def test_a_group_may_differ():
    wrappers = build_optim_wrapper(Translator(), dict(CONFIG, discriminators=dict(optimizer=dict(lr=1e-4))))
    assert wrappers.get_lr() == {'generators.lr': [2e-4], 'discriminators.lr': [1e-4]}
    assert wrappers['discriminators'].optimizer.param_groups[0]['betas'] == (0.5, 0.999)


def test_the_config_is_left_as_it_is():
    config = dict(CONFIG, discriminators=dict(optimizer=dict(lr=1e-4)))
    TranslatorOptimWrapperConstructor({k: v for k, v in config.items() if k != 'constructor'})(Translator())
    assert config['discriminators'] == dict(optimizer=dict(lr=1e-4))
    assert config['optimizer'] == dict(type='Adam', lr=2e-4, betas=(0.5, 0.999))


def test_a_model_without_discriminators_is_an_error():
    with pytest.raises(ValueError, match=r'^Linear has no submodule generator\*, so there are no generators'):
        build_optim_wrapper(nn.Linear(2, 2), CONFIG)


def test_paramwise_configs_are_an_error():
    with pytest.raises(ValueError, match='paramwise_cfg is not supported'):
        build_optim_wrapper(Translator(), dict(CONFIG, paramwise_cfg=dict(bias_lr_mult=2)))
