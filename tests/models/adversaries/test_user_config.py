"""The few lines that a user adds to a config train it against a domain classifier, and resume exactly."""

import contextlib
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from synpose.testing import write_photos, write_synpose_dataset
from synpose.testing.small_dekr import shrink_dekr

DEMO = Path(__file__).resolve().parents[3] / 'configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py'
ADDED = """
model = dict(_delete_=True, type='DomainAdversarialPoseEstimator', estimator=_base_.model, tap='neck',
             classifier=dict(type='DomainClassifier', in_channels=24))
target = dict(type='PhotoDataset', data_root='PHOTOS', pipeline=[
    dict(type='LoadPhoto'), *_base_.train_pipeline[1:3], dict(type='PackPoseInputs')])
train_dataloader = dict(
    batch_sampler=dict(type='DomainBalancedSampler', ratio=(2, 1)),
    dataset=dict(_delete_=True, type='SourceTargetDataset', source=_base_.train_dataloader.dataset, target=target))
custom_hooks = [*_base_.custom_hooks, dict(type='GradientReversalScheduleHook', schedule='dann')]
"""


class Interrupt(Hook):
    priority = 'LOWEST'

    def after_train_epoch(self, runner):
        if runner.epoch == 0:
            raise KeyboardInterrupt


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """The demo's config with the lines above, small and on a few pictures."""
    folder = tmp_path_factory.mktemp('user')
    write_photos(folder / 'photos', 3)
    base = shrink_dekr(Config.fromfile(DEMO))
    base.train_dataloader.update(batch_size=3, num_workers=0, persistent_workers=False)
    data = write_synpose_dataset(folder / 'source', 6, image_size=(96, 64), splits=('train',))
    base.train_dataloader.dataset.data_root = str(data)
    base.dump(folder / 'base.py')
    (folder / 'user.py').write_text("_base_ = ['base.py']" + ADDED.replace('PHOTOS', str(folder / 'photos')))
    config = Config.fromfile(folder / 'user.py')
    for kind in ('val', 'test'):
        config.update({f'{kind}_{part}': None for part in ('dataloader', 'cfg', 'evaluator')})
    return config


def train(config, work_dir, interrupt=False, resume=False):
    options = dict(work_dir=str(work_dir), train_cfg=dict(max_epochs=2), resume=resume, log_level='ERROR')
    own = Config(config.to_dict())
    own.merge_from_dict(options)
    runner = Runner.from_cfg(own)
    if interrupt:
        runner.register_hook(Interrupt())
    with contextlib.suppress(KeyboardInterrupt):
        runner.train()
    return runner


def test_it_trains_and_resumes_exactly(config, tmp_path, monkeypatch):
    # Formatting the config for each log and checkpoint takes four fifths of the time.
    monkeypatch.setattr(Config, 'pretty_text', property(lambda self: repr(self.to_dict())))
    assert len(ADDED.strip().splitlines()) < 15
    whole = train(config, tmp_path / 'whole')
    assert whole.iter == 6
    logged = {name.removeprefix('train/') for name in whole.message_hub.log_scalars}
    assert {'loss/heatmap', 'loss/displacement', 'loss_domain', 'acc_domain', 'reversal_weight'} <= logged
    assert train(config, tmp_path / 'cut', interrupt=True).iter == 3
    resumed = train(config, tmp_path / 'cut', resume=True)
    assert resumed.iter == 6
    expected, found = whole.model.state_dict(), resumed.model.state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
