"""A killed and resumed training ends with the same weights, bit for bit."""

import random

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch.utils.data import Dataset

from synpose.engine.hooks.random_state_hook import RandomStateHook, get_random_state, set_random_state


class NoisyData(Dataset):
    """Samples that depend on every global generator, as random augmentations do."""

    def __len__(self):
        return 6

    def __getitem__(self, index):
        noise = random.random() + np.random.rand() + torch.rand(1).item()  # noqa: NPY002
        return torch.full((3,), index + noise)


class NoisyModel(BaseModel):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3, 1)
        self.dropout = torch.nn.Dropout(0.5)

    def forward(self, *inputs, mode='tensor'):
        loss = self.linear(self.dropout(torch.stack(inputs))).square().mean()
        return {'loss': loss} if mode == 'loss' else [loss]


class NoisyEvaluator(Evaluator):
    """Validation that draws random numbers, once for every batch."""

    def process(self, data_samples, data_batch=None):
        np.random.rand()  # noqa: NPY002

    def evaluate(self, size):
        return {'score': 0.0}


def train(work_dir, max_epochs, hooks, val_interval=1, resume=False):
    loader = dict(batch_size=2, num_workers=0, dataset=NoisyData(), sampler=dict(type='DefaultSampler', shuffle=True))
    torch.manual_seed(0)
    runner = Runner(
        model=NoisyModel(),
        work_dir=str(work_dir),
        train_dataloader=loader,
        val_dataloader=dict(loader, sampler=dict(type='DefaultSampler', shuffle=False)),
        val_evaluator=NoisyEvaluator([]),
        train_cfg=dict(by_epoch=True, max_epochs=max_epochs, val_interval=val_interval),
        val_cfg=dict(),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1)),
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1)),
        custom_hooks=hooks,
        randomness=dict(seed=3),
        resume=resume,
        log_level='ERROR',
        experiment_name=f'{work_dir.name}-{max_epochs}-{resume}',
        cfg=Config({}),
    )
    runner.train()
    return runner.model.linear.weight.detach().clone()


def test_resumed_training_is_bit_exact(tmp_path):
    whole = train(tmp_path / 'whole', 4, [RandomStateHook()])
    train(tmp_path / 'cut', 2, [RandomStateHook()])
    resumed = train(tmp_path / 'cut', 4, [RandomStateHook()], resume=True)
    assert torch.equal(whole, resumed)


def test_without_the_hook_the_resumed_training_differs(tmp_path):
    whole = train(tmp_path / 'whole', 4, [])
    train(tmp_path / 'cut', 2, [])
    assert not torch.equal(whole, train(tmp_path / 'cut', 4, [], resume=True))


def test_validation_does_not_change_the_training(tmp_path):
    often = train(tmp_path / 'often', 4, [RandomStateHook()], val_interval=1)
    rarely = train(tmp_path / 'rarely', 4, [RandomStateHook()], val_interval=4)
    assert torch.equal(often, rarely)


def test_states_round_trip():
    state = get_random_state()
    first = random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002
    set_random_state(state)
    assert (random.random(), np.random.rand(), torch.rand(1).item()) == first  # noqa: NPY002


def test_another_number_of_processes_is_refused():
    hook = RandomStateHook()
    hook.after_load_checkpoint(None, {'random_states': [get_random_state()] * 2})

    class ResumedRunner:
        epoch = 1

    with pytest.raises(ValueError, match='2 processes, but 1 are running'):
        hook.before_train(ResumedRunner())
