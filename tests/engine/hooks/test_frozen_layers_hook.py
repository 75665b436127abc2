"""The first four convolutions and their statistics stay bit for bit, the rest learns; real batches may unfreeze."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmpose.registry import HOOKS, MODELS
from mmpose.structures import PoseDataSample
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import Dataset

from synpose.engine.hooks.frozen_layers_hook import first_layers

EXTRA = {
    f'stage{n}': dict(
        num_modules=1,
        num_branches=n,
        block='BOTTLENECK' if n == 1 else 'BASIC',
        num_blocks=(1,) * n,
        num_channels=(4,) * n,
    )
    for n in range(1, 5)
}
HRNET = dict(type='HRNet', in_channels=3, extra=EXTRA)


class Images(Dataset):
    """The first batch is real, the second has a synthetic sample, and so on."""

    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        sample = PoseDataSample(metainfo={'domain_label': self.labels[index]})
        return {'inputs': torch.full((3, 32, 32), 0.1 * index), 'data_samples': sample}


class Model(BaseModel):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.backbone = MODELS.build(HRNET)

    def forward(self, inputs, data_samples, mode='loss'):
        return {'loss': self.backbone(torch.stack(inputs))[0].square().mean()}


def train(tmp_path, labels, **options):
    model = Model()
    seen = []
    runner = Runner(
        model=model,
        work_dir=str(tmp_path),
        train_dataloader=dict(
            batch_size=2, num_workers=0, dataset=Images(labels), sampler=dict(type='DefaultSampler', shuffle=False)
        ),
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(optimizer=dict(type='AdamW', lr=0.01, weight_decay=0.5)),
        default_hooks=dict(checkpoint=None),
        custom_hooks=[dict(type='FrozenLayersHook', **options)],
        log_level='ERROR',
        default_scope='mmpose',
    )

    class Look(Hook):
        priority = 'LOWEST'

        def before_train(self, runner):
            seen.append({name: value.clone() for name, value in model.state_dict().items()})

        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            seen.append({name: value.clone() for name, value in model.state_dict().items()})

    runner.register_hook(Look())
    runner.train()
    return seen


FROZEN = ('conv1', 'bn1', 'conv2', 'bn2', 'layer1.0.conv1', 'layer1.0.bn1', 'layer1.0.conv2', 'layer1.0.bn2')


def changed(before, after):
    return {name.removeprefix('backbone.').rpartition('.')[0] for name in before if not before[name].equal(after[name])}


@pytest.mark.parametrize('options', [dict(convs=4), dict(modules=[f'backbone.{name}' for name in FROZEN])])
def test_four_convolutions_and_their_statistics_stay(tmp_path, options):
    states = train(tmp_path, [0, 1, 0, 1], **options)
    for before, after in pairwise(states):
        moved = changed(before, after)
        assert not moved & set(FROZEN)
        assert {'layer1.0.conv3', 'layer1.0.bn3'} <= moved


def test_real_batches_unfreeze(tmp_path):
    states = train(tmp_path, [0, 0, 0, 1, 1, 1, 0, 0], convs=4, when='synthetic')
    frozen = [not changed(before, after) & set(FROZEN) for before, after in pairwise(states)]
    assert frozen == [False, True, True, False]


class Wrapped(DistributedDataParallel):
    """What the hook looks at, without a group of processes."""

    def __init__(self, module, find_unused_parameters):
        torch.nn.Module.__init__(self)
        self.module, self.find_unused_parameters = module, find_unused_parameters


def test_several_processes_must_know_that_weights_come_and_go():
    hook = HOOKS.build(dict(type='FrozenLayersHook', convs=4, when='synthetic'))
    hook.before_run(SimpleNamespace(model=Wrapped(Model(), True)))
    with pytest.raises(ValueError, match='on several processes needs find_unused_parameters=True'):
        hook.before_run(SimpleNamespace(model=Wrapped(Model(), False)))


def test_the_first_layers_of_other_backbones():
    vgg = MODELS.build(dict(type='VGG', depth=19, norm_cfg=dict(type='BN'), frozen_stages=2))
    names = first_layers(vgg, 4)
    layers = [vgg.get_submodule(name) for name in names]
    assert [type(layer).__name__ for layer in layers] == ['Conv2d', 'BatchNorm2d'] * 4
    vgg.train()
    frozen = [p for p in vgg.parameters() if not p.requires_grad]
    assert {id(p) for p in frozen} == {id(p) for layer in layers for p in layer.parameters()}  # frozen_stages=2
    with pytest.raises(ValueError, match='VGG has 16 convolutions, but 17 are to be frozen'):
        first_layers(vgg, 17)
    assert len(first_layers(vgg, 16)) == 32


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(), 'give either convs or modules'),
        (dict(convs=1, modules=['a']), 'give either convs or modules'),
        (dict(convs=0), 'convs must be a whole number from 1'),
        (dict(convs=1, when='real'), 'when must be one of always, synthetic'),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        HOOKS.build(dict(type='FrozenLayersHook', **options))


def test_unknown_modules_get_a_list_of_those_there_are():
    hook = HOOKS.build(dict(type='FrozenLayersHook', modules=['backbone.conv9']))
    with pytest.raises(ValueError, match=r"no module 'backbone.conv9'; there it has conv1, bn1, conv2"):
        hook.before_run(SimpleNamespace(model=Model()))
    hook = HOOKS.build(dict(type='FrozenLayersHook', convs=4))
    with pytest.raises(ValueError, match='Linear has no backbone; name its modules'):
        hook.before_run(SimpleNamespace(model=torch.nn.Linear(1, 1)))
