import contextlib
import math
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.logging import MessageHub
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmpose.registry import HOOKS
from torch import nn

from synpose.engine.hooks.gradient_reversal_schedule_hook import reversal_weight
from synpose.models.adversaries import GradientReversal


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        (dict(schedule='constant', weight=0.4), [0.4, 0.4, 0.4, 0.4, 0.4]),
        (dict(schedule='constant', weight=0.4, warm_start=0.5), [0, 0, 0.4, 0.4, 0.4]),
        (dict(schedule='linear', weight=2.0), [0, 0.5, 1, 1.5, 2]),
        (dict(schedule='linear', weight=2.0, warm_start=0.25, end=0.75), [0, 0, 1, 2, 2]),
        (dict(), [0, 0.8482836399575129, 0.9866142981514303, 0.9988944427261528, 0.9999092042625951]),
        (
            dict(gamma=2 * math.log(3), weight=3.0),
            [0, 3 * (2 / (1 + 3**-0.5) - 1), 1.5, 3 * (2 / (1 + 3**-1.5) - 1), 2.4],
        ),
    ],
)
def test_schedules(options, expected):
    assert [reversal_weight(p, **options) for p in (0, 0.25, 0.5, 0.75, 1)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(weight=float('nan')), 'weight must be a number from 0, got nan'),
        (dict(weight=-1.0), 'weight must be'),
        (dict(gamma=float('inf')), 'gamma must be'),
        (dict(schedule='cosine'), "constant, linear, dann, got 'cosine'"),
        (dict(warm_start=0.6, end=0.5), 'got 0.6 and 0.5'),
        (dict(warm_start=float('nan')), 'got nan and 1.0'),
        (dict(end=1.5), 'got 0.0 and 1.5'),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        HOOKS.build({'type': 'GradientReversalScheduleHook', **options})


def test_a_model_without_reversal_is_refused():
    hook = HOOKS.build({'type': 'GradientReversalScheduleHook'})
    with pytest.raises(ValueError, match='Linear has no GradientReversal'):
        hook.before_train(SimpleNamespace(model=nn.Linear(1, 1)))


class Reversed(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.reversal = GradientReversal(99.0)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        return {'loss': self.reversal(self.layer(torch.stack(inputs))).sum()}


class Recorder(Hook):
    def __init__(self):
        self.weights = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.weights.append(runner.model.reversal.weight)


def train(work_dir, resume=False, stop_after=4):
    recorder = Recorder()
    items = [dict(inputs=torch.ones(1)) for _ in range(3)]
    runner = Runner(
        Reversed(),
        str(work_dir),
        train_dataloader=dict(
            dataset=items, batch_size=1, sampler=dict(type='DefaultSampler', shuffle=False), num_workers=0
        ),
        train_cfg=dict(by_epoch=True, max_epochs=4),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        custom_hooks=[dict(type='GradientReversalScheduleHook', warm_start=0.25), dict(type=Stop, epochs=stop_after)],
        default_scope='mmpose',
        experiment_name=f'{work_dir.name}{resume}',
        log_level='ERROR',
        resume=resume,
    )
    runner.register_hook(recorder, priority='LOWEST')
    with contextlib.suppress(KeyboardInterrupt):
        runner.train()
    return recorder.weights


class Stop(Hook):
    priority = 'LOWEST'

    def __init__(self, epochs):
        self.epochs = epochs

    def after_train_epoch(self, runner):
        if runner.epoch + 1 == self.epochs < runner.max_epochs:
            raise KeyboardInterrupt


def test_a_resumed_training_has_the_same_weights(tmp_path):
    whole = train(tmp_path / 'whole')
    assert whole == [reversal_weight(number / 12, warm_start=0.25) for number in range(12)]
    assert whole[2] == 0 < whole[4] < whole[11] < 1
    logged = MessageHub.get_current_instance().log_scalars['train/reversal_weight'].data
    assert logged[0][-1] == whole[-1]
    first = train(tmp_path / 'cut', stop_after=2)
    assert len(first) == 6
    assert first + train(tmp_path / 'cut', resume=True) == whole
