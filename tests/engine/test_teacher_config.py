"""The few lines that a user adds to a config train it with a teacher; resumed exactly, with one teacher for all."""

import contextlib
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
from synpose.testing.small_dekr import shrink_dekr

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / 'configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py'
LINES = """
_base_ = ['mmpose::body_2d_keypoint/dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py']
custom_imports = dict(imports=['synpose'])
load_from = 'dekr_coco.pth'  # trained on the real data
synthetic = dict(type='SynPose17Dataset', data_root='data/ltsh/synthetic', ann_file='annotations/train.json',
                 data_mode='bottomup', pipeline=_base_.train_pipeline)
train_dataloader = dict(
    batch_sampler=dict(type='TeacherGroupSampler', ratio=(1, 1), groups='camera_pitch', steps=100),
    dataset=dict(_delete_=True, type='RealSyntheticDataset', real=_base_.train_dataloader.dataset, synthetic=synthetic))
custom_hooks = [*_base_.custom_hooks, dict(type='FrozenLayersHook', convs=4),
                dict(type='AdversarialTeacherHook', alpha=0.5, history=10, epsilon=0.1)]
""".strip().splitlines()


class Interrupt(Hook):
    priority = 'LOWEST'

    def after_train_epoch(self, runner):
        if runner.epoch == 0:
            raise KeyboardInterrupt


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    """The demo's config with the lines above, small and on a few pictures."""
    folder = tmp_path_factory.mktemp('user')
    base = shrink_dekr(Config.fromfile(DEMO))
    base.train_dataloader.update(batch_size=2, num_workers=0, persistent_workers=False)
    data = write_mixed_dataset(folder / 'data', 6, image_size=(96, 64), splits=('train',))
    base.train_dataloader.dataset.data_root = str(data)
    base.dump(folder / 'base.py')
    changes = {'data/ltsh/synthetic': str(data), 'steps=100': 'steps=4', "'dekr_coco.pth'": 'None'}
    lines = '\n'.join(["_base_ = ['base.py']", *LINES[1:]])
    for given, wanted in changes.items():
        assert given in lines
        lines = lines.replace(given, wanted)
    (folder / 'user.py').write_text(lines)
    config = Config.fromfile(folder / 'user.py')
    for kind in ('val', 'test'):
        config.update({f'{kind}_{part}': None for part in ('dataloader', 'cfg', 'evaluator')})
    return config


def train(config, work_dir, interrupt=False, resume=False):
    own = Config(config.to_dict())
    own.merge_from_dict(dict(work_dir=str(work_dir), train_cfg=dict(max_epochs=2), resume=resume, log_level='ERROR'))
    runner = Runner.from_cfg(own)
    if interrupt:
        runner.register_hook(Interrupt())
    with contextlib.suppress(KeyboardInterrupt):
        runner.train()
    return runner


def test_it_trains_and_resumes_exactly(config, tmp_path, monkeypatch):
    monkeypatch.setattr(Config, 'pretty_text', property(lambda self: repr(self.to_dict())))  # formatting takes seconds
    assert len(LINES) < 15
    (tmp_path / 'stock.py').write_text('\n'.join(LINES))
    assert Config.fromfile(str(tmp_path / 'stock.py')).train_dataloader.batch_size == 10
    whole = train(config, tmp_path / 'whole')
    assert whole.iter == 12
    assert train(config, tmp_path / 'cut', interrupt=True).iter == 6  # amid four iterations
    resumed = train(config, tmp_path / 'cut', resume=True)
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
