"""The configs train through the Runner: to a rate of zero, resumed exactly, on two processes as on one."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.registry import DATASETS

import synpose  # noqa: F401 - the processes of torchrun run this file alone
from synpose.testing import write_synpose_dataset
from synpose.testing.small_translator import translation_batch

ROOT = Path(__file__).resolve().parents[3] / 'configs/adapt/ctgan'
DEMO = 'ctgan_resnet6-ngf16_1xb1-15e_demo-128x128.py'


def make_config(data_root, work_dir, max_epochs=4, **options):
    """The demo's CTGAN, narrow, on drawn people; source and target are two splits."""
    config = Config.fromfile(ROOT / DEMO)
    # Batches of other sizes are compared: as exactly as the processor can.
    config.custom_hooks = [hook for hook in config.custom_hooks if hook['type'] != 'Float32PrecisionHook']
    config.model.generator.update(base_channels=4, num_blocks=1)
    config.model.discriminator.update(base_channels=4, num_layers=1)
    dataset = config.train_dataloader.dataset
    for side, split in (('source', 'train'), ('target', 'val')):
        dataset[side].update(data_root=str(data_root), ann_files=[f'annotations/{split}.json'])
        for step in dataset[side].pipeline:
            if step['type'] == 'RandomImageCrop':
                step['size'] = (32, 32)
    config.merge_from_dict(
        dict(
            work_dir=str(work_dir),
            experiment_name=f'{Path(work_dir).name}-{max_epochs}-{len(options)}',
            train_cfg=dict(max_epochs=max_epochs, val_interval=100),
            param_scheduler=[dict(type='LinearLR', start_factor=1.0, end_factor=0.0, begin=2, end=5, by_epoch=True)],
            log_level='ERROR',
            **options,
        )
    )
    return config


@pytest.fixture(scope='module')
def data_root(tmp_path_factory):
    folder = tmp_path_factory.mktemp('data')
    return write_synpose_dataset(folder, num_images=4, image_size=(48, 40), splits=('train', 'val'))


def trained(config):
    runner = Runner.from_cfg(config)
    runner.train()
    return runner


def test_the_learning_rate_reaches_zero(data_root, tmp_path):
    runner = trained(make_config(data_root, tmp_path))
    assert runner.optim_wrapper.get_lr() == {'generators.lr': [0.0], 'discriminators.lr': [0.0]}
    scalars = runner.message_hub.log_scalars
    rates = [scalars[f'train/{group}.lr'].data[0][::4].tolist() for group in ('generators', 'discriminators')]
    assert rates == [pytest.approx([2e-4, 2e-4, 2e-4, 1e-4])] * 2


@pytest.mark.parametrize('pool_size', [3, 0])
def test_a_resumed_training_is_bit_exact(data_root, tmp_path, pool_size):
    whole = trained(make_config(data_root, tmp_path / 'whole', model=dict(pool_size=pool_size)))
    trained(make_config(data_root, tmp_path / 'cut', 2, model=dict(pool_size=pool_size)))
    resumed = trained(make_config(data_root, tmp_path / 'cut', model=dict(pool_size=pool_size), resume=True))
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[name]), name
    assert len(whole.model.pool_real.images) == pool_size


def test_without_the_pool_hook_the_resumed_training_differs(data_root, tmp_path):
    whole = trained(make_config(data_root, tmp_path / 'whole', model=dict(pool_size=3)))
    trained(make_config(data_root, tmp_path / 'cut', 2, model=dict(pool_size=3)))
    config = make_config(data_root, tmp_path / 'cut', model=dict(pool_size=3), resume=True)
    config.custom_hooks = [hook for hook in config.custom_hooks if hook['type'] != 'ImagePoolHook']
    resumed = trained(config)
    assert any(not torch.equal(v, resumed.model.state_dict()[k]) for k, v in whole.model.state_dict().items())


def test_pools_of_another_number_of_processes_are_an_error(data_root, tmp_path):
    trained(make_config(data_root, tmp_path, 1))
    checkpoint = torch.load(tmp_path / 'epoch_1.pth', weights_only=False)
    checkpoint['image_pools'] *= 2
    torch.save(checkpoint, tmp_path / 'epoch_1.pth')
    with pytest.raises(ValueError, match='image pools of 2 processes, but 1 are running'):
        trained(make_config(data_root, tmp_path, resume=True))


@DATASETS.register_module(force=True)
class InOrder(torch.utils.data.Dataset):
    """The same crops in the same order, whoever asks."""

    def __init__(self):
        inputs = translation_batch(4, (32, 32))['inputs']
        self.items = [{'inputs': {name: values[i] for name, values in inputs.items()}} for i in range(4)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def train_in_order(data_root, work_dir, batch_size):
    """An epoch without random draws, and a second one resumed; here, or in each process of torchrun."""
    torch.set_num_threads(1)
    if 'RANK' in os.environ:
        torch.distributed.init_process_group('gloo')
    for max_epochs in (1, 2):
        config = make_config(data_root, work_dir, max_epochs, model=dict(pool_size=0), resume=max_epochs > 1)
        config.train_dataloader.update(batch_size=int(batch_size), sampler=dict(type='DefaultSampler', shuffle=False))
        config.train_dataloader.dataset = dict(type='InOrder')
        if 'RANK' in os.environ:
            config.launcher = 'pytorch'
            config.model_wrapper_cfg.device_ids = None  # on CPUs
        trained(config)
    if 'RANK' in os.environ:
        torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_two_processes_train_as_one_with_twice_the_batch(data_root, tmp_path):
    train_in_order(data_root, tmp_path / 'one', 2)
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    torchrun = (sys.executable, '-m', 'torch.distributed.run', '--nproc-per-node=2')
    address = ('--master-addr=127.0.0.1', f'--master-port={port}')
    arguments = (__file__, str(data_root), str(tmp_path / 'two'), '1')
    run = subprocess.run([*torchrun, *address, *arguments], capture_output=True)
    assert run.returncode == 0, run.stderr.decode()[-3000:]
    one, two = (torch.load(tmp_path / name / 'epoch_2.pth', weights_only=False) for name in ('one', 'two'))
    assert one['state_dict'].keys() == two['state_dict'].keys()  # no wrapper's prefix in the checkpoint
    for name, value in one['state_dict'].items():
        torch.testing.assert_close(two['state_dict'][name], value, rtol=1e-3, atol=2e-5)
    assert len(two['image_pools']) == 2


if __name__ == '__main__':
    train_in_order(*sys.argv[1:])
