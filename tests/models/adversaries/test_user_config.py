"""The few lines of the README that a user adds to a config train it against a domain classifier, and resume exactly."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

import synpose  # noqa: F401 - the processes of torchrun run this file alone
from synpose.testing import write_photos, write_synpose_dataset
from synpose.testing.user_config import readme_config, small_user_config, train_two_epochs

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / 'configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py'
README = readme_config(ROOT / 'README.md', 'Train against the domain')


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """The demo's config with the lines of the README, small and on a few pictures."""
    folder = tmp_path_factory.mktemp('user')
    write_photos(folder / 'photos', 3)
    data = write_synpose_dataset(folder / 'source', 6, image_size=(96, 64), splits=('train',))
    # The demo's small model in place of MMPose's.
    changes = {'in_channels=480': 'in_channels=24', 'batch_size=12': 'batch_size=3', 'data/photos': f'{folder}/photos'}
    return small_user_config(folder, Config.fromfile(DEMO), README, data, batch_size=3, changes=changes)


def write_stock(folder):
    """The README's lines as they stand."""
    (folder / 'stock.py').write_text('\n'.join(README))
    return folder / 'stock.py'


def test_it_trains_and_resumes_exactly(config, tmp_path, monkeypatch):
    # Formatting the config for each log and checkpoint takes four fifths of the time.
    monkeypatch.setattr(Config, 'pretty_text', property(lambda self: repr(self.to_dict())))
    assert len(README) < 15
    assert Config.fromfile(str(write_stock(tmp_path))).model.estimator.head.type == 'DEKRHead'
    whole = train_two_epochs(config, tmp_path / 'whole')
    assert whole.iter == 6
    logged = {name.removeprefix('train/') for name in whole.message_hub.log_scalars}
    assert {'loss/heatmap', 'loss/displacement', 'loss_domain', 'acc_domain', 'reversal_weight'} <= logged
    assert train_two_epochs(config, tmp_path / 'cut', interrupt=True).iter == 3
    resumed = train_two_epochs(config, tmp_path / 'cut', resume=True)
    assert resumed.iter == 6
    expected, found = whole.model.state_dict(), resumed.model.state_dict()
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


class Journal(Hook):
    """Writes what every batch of this process had, and the weights after it."""

    def before_run(self, runner):
        self.lines = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        samples = [sample.metainfo for sample in data_batch['data_samples']]
        self.lines.append(
            dict(
                labels=[sample['domain_label'] for sample in samples],
                paths=[sample['img_path'] for sample in samples],
                weights=float(sum(value.double().abs().sum() for value in runner.model.parameters())),
                losses={name: float(value) for name, value in outputs.items()},
            )
        )

    def after_train(self, runner):
        path = Path(runner.work_dir, f'rank{torch.distributed.get_rank()}.json')
        path.write_text(json.dumps(self.lines))


def train_as_one_of_many(config_path, work_dir):
    """Train in a process of torchrun, with a worker that lives on from epoch to epoch."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group('gloo')
    config = Config.fromfile(config_path)
    config.launcher = 'pytorch'
    config.train_dataloader.update(num_workers=1, persistent_workers=True)
    unused = config.find_unused_parameters
    config.model_wrapper_cfg = dict(device_ids=None, broadcast_buffers=False, find_unused_parameters=unused)
    own = Config(config.to_dict())
    own.merge_from_dict(dict(work_dir=work_dir, train_cfg=dict(max_epochs=2), log_level='ERROR'))
    runner = Runner.from_cfg(own)
    runner.register_hook(Journal())
    runner.train()
    torch.distributed.destroy_process_group()


def test_two_processes_share_the_source_and_stay_one_model(config, tmp_path):
    Config(config.to_dict()).dump(tmp_path / 'all.py')
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    torchrun = (sys.executable, '-m', 'torch.distributed.run', '--nproc-per-node=2')
    address = ('--master-addr=127.0.0.1', f'--master-port={port}')
    arguments = (__file__, str(tmp_path / 'all.py'), str(tmp_path / 'two'))
    run = subprocess.run(
        [*torchrun, *address, *arguments], capture_output=True, env={**os.environ, 'OMP_NUM_THREADS': '1'}
    )
    assert run.returncode == 0, run.stderr.decode()[-3000:]
    first, second = (json.loads((tmp_path / f'two/rank{rank}.json').read_text()) for rank in (0, 1))
    assert len(first) == len(second) == 4  # two epochs of six source pictures, two in each batch of each process
    for mine, theirs in zip(first, second):
        assert mine['labels'] == theirs['labels'] == [0, 0, 1]
        assert mine['weights'] == theirs['weights']
        assert mine['losses'] != theirs['losses']  # of pictures of their own
    for epoch in (slice(0, 2), slice(2, 4)):
        seen = [path for lines in (first[epoch], second[epoch]) for line in lines for path in line['paths'][:2]]
        assert len(set(seen)) == 6
        assert len(seen) == 8  # the last batches are filled up


if __name__ == '__main__':
    train_as_one_of_many(*sys.argv[1:])
