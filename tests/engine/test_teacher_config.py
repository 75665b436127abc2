"""The few lines that a user adds to a config train it with a teacher; resumed exactly, with one teacher for all."""

import json
import multiprocessing
import os
import socket
from pathlib import Path

import pytest
import torch
import torch.distributed
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from synpose.testing import write_mixed_dataset
from synpose.testing.user_config import readme_config, small_user_config, train_two_epochs

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / 'configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py'
README = readme_config(ROOT / 'README.md', 'Learn what to train on')


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """The demo's config with the lines of the README, small and on a few pictures."""
    folder = tmp_path_factory.mktemp('user')
    data = write_mixed_dataset(folder / 'data', 6, image_size=(96, 64), splits=('train',))
    changes = {'data/ltsh/synthetic': str(data), 'steps=100': 'steps=4', "'dekr_coco.pth'": 'None'}
    return small_user_config(folder, Config.fromfile(DEMO), README, data, batch_size=2, changes=changes)


def test_it_trains_and_resumes_exactly(config, tmp_path, monkeypatch):
    monkeypatch.setattr(Config, 'pretty_text', property(lambda self: repr(self.to_dict())))  # formatting takes seconds
    assert len(README) < 15
    (tmp_path / 'stock.py').write_text('\n'.join(README))
    assert Config.fromfile(str(tmp_path / 'stock.py')).train_dataloader.batch_size == 10
    whole = train_two_epochs(config, tmp_path / 'whole')
    assert whole.iter == 12
    assert train_two_epochs(config, tmp_path / 'cut', interrupt=True).iter == 6  # amid four iterations
    resumed = train_two_epochs(config, tmp_path / 'cut', resume=True)
    expected, found = whole.model.state_dict(), resumed.model.state_dict()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    records = [json.loads((tmp_path / name / 'teacher.json').read_text()) for name in ('whole', 'cut')]
    assert records[0] == records[1]
    assert [row['iteration'] for row in records[0]['rows']] == [0, 4, 8]
    assert all(row['loss'] > 0 for row in records[0]['rows'])


class Journal(Hook):
    """Writes what was drawn for every batch of this process, and the weights after it."""

    priority = 'HIGH'

    def before_run(self, runner):
        self.lines = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        (hook,) = (each for each in runner.hooks if type(each).__name__ == 'AdversarialTeacherHook')
        samples = [sample.metainfo for sample in data_batch['data_samples']]
        members = hook._sampler.groups.members(hook._group)
        image = hook._collected.image
        self.lines.append(
            dict(
                group=hook._group,
                labels=[sample['domain_label'] for sample in samples],
                drawn=[int(sample['img_id'] - 1) in members for sample in samples],
                images=[sample['img_id'] for sample in samples],
                weights=float(sum(value.double().abs().sum() for value in runner.model.parameters())),
                hardest=None if image is None else float(image.double().sum()),
            )
        )

    def after_train(self, runner):
        path = Path(runner.work_dir, f'rank{torch.distributed.get_rank()}.json')
        path.write_text(json.dumps(self.lines))


def train_as_one_of_two(config, work_dir, rank, port):
    """Train in a forked process, with a worker that lives on from epoch to epoch."""
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE='2')
    os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))
    torch.set_num_threads(1)
    torch.distributed.init_process_group('gloo')
    config = Config(config.to_dict())
    config.launcher = 'pytorch'
    config.train_dataloader.update(num_workers=1, persistent_workers=True)
    config.train_dataloader.batch_sampler.steps = 1
    unused = config.find_unused_parameters
    config.model_wrapper_cfg = dict(device_ids=None, broadcast_buffers=False, find_unused_parameters=unused)
    config.merge_from_dict(dict(work_dir=work_dir, train_cfg=dict(max_epochs=2), log_level='ERROR'))
    runner = Runner.from_cfg(config)
    runner.register_hook(Journal())
    runner.train()
    torch.distributed.destroy_process_group()


def test_two_processes_have_one_teacher(config, tmp_path):
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    fork = multiprocessing.get_context('fork')  # spawned ones would import everything again
    processes = [
        fork.Process(target=train_as_one_of_two, args=(config, str(tmp_path / 'two'), rank, port)) for rank in (0, 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    first, second = (json.loads((tmp_path / f'two/rank{rank}.json').read_text()) for rank in (0, 1))
    assert len(first) == len(second) == 6
    for mine, theirs in zip(first, second):
        assert mine['group'] == theirs['group']
        assert mine['labels'] == theirs['labels'] == [0, 1]
        assert mine['drawn'][1]
        assert theirs['drawn'][1]
        assert mine['weights'] == theirs['weights']
        assert mine['hardest'] == theirs['hardest']
    assert len({line['group'] for line in first}) > 1
    for epoch in (slice(0, 3), slice(3, 6)):
        real = [line['images'][0] for lines in (first[epoch], second[epoch]) for line in lines]
        assert sorted(real) == [1, 2, 3, 4, 5, 6]
    assert len(json.loads((tmp_path / 'two/teacher.json').read_text())['rows']) == 6
