"""Two processes train, resume and test as one does: hooks, metrics and results under distributed data parallel."""

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
from mmengine.runner import Runner

import synpose  # noqa: F401 - the processes of torchrun run this file alone
from synpose.testing import write_synpose_dataset

ROOT = Path(__file__).resolve().parents[2]
WORLD_SIZE = 2


def make_config(data_root, work_dir):
    config = Config.fromfile(ROOT / 'configs/demo/dekr_hrnet-w16_1xb6-25e_demo-448x256.py')
    loader = dict(num_workers=0, persistent_workers=False)
    config.merge_from_dict(
        dict(
            work_dir=str(work_dir),
            train_cfg=dict(max_epochs=1),
            randomness=dict(seed=0, diff_rank_seed=True),
            train_dataloader=dict(batch_size=2, dataset=dict(data_root=str(data_root)), **loader),
            test_dataloader=dict(dataset=dict(data_root=str(data_root)), **loader),
            val_dataloader=None,
            val_cfg=None,
            val_evaluator=None,
            test_evaluator=[
                dict(type='BBoxIoUAPMetric', ann_file=f'{data_root}/annotations/val.json'),
                dict(type='CrowdCocoMetric', ann_file=f'{data_root}/annotations/val.json'),
            ],
            # An untrained model: take whatever it finds, so that there is something to compare.
            model=dict(head=dict(decoder=dict(decode_thr=-1.0, decode_max_instances=5)), test_cfg=dict(nms_dist_thr=0)),
            log_level='ERROR',
        )
    )
    return config


def train_and_test(data_root, work_dir):
    """Train an epoch, then test the shared weights; run in this process, or in each process of torchrun."""
    torch.set_num_threads(1)
    config = make_config(data_root, work_dir)
    if 'RANK' in os.environ:
        torch.distributed.init_process_group('gloo')
        config.launcher = 'pytorch'
        # As the Runner wraps it on GPUs, but for the device.
        unused = config.find_unused_parameters
        config.model_wrapper_cfg = dict(device_ids=None, broadcast_buffers=False, find_unused_parameters=unused)
    runner = Runner.from_cfg(config)
    runner.train()
    runner.load_checkpoint(str(Path(work_dir).parent / 'shared.pth'))
    runner.test()
    if 'RANK' in os.environ:
        torch.distributed.destroy_process_group()


@pytest.fixture(scope='module')
def runs(tmp_path_factory):
    """The results folders of one process and of two, testing the same weights on an odd number of images."""
    folder = tmp_path_factory.mktemp('runs')
    data_root = write_synpose_dataset(folder / 'data', num_images=5, image_size=(96, 64), splits=('train', 'val'))
    torch.manual_seed(0)
    model = Runner.from_cfg(make_config(data_root, folder / 'init')).model
    torch.save({'meta': {'seed': 11}, 'state_dict': model.state_dict()}, folder / 'shared.pth')
    train_and_test(str(data_root), str(folder / 'one'))
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    torchrun = (sys.executable, '-m', 'torch.distributed.run', f'--nproc-per-node={WORLD_SIZE}')
    address = ('--master-addr=127.0.0.1', f'--master-port={port}')
    run = subprocess.run([*torchrun, *address, __file__, str(data_root), str(folder / 'two')], capture_output=True)
    assert run.returncode == 0, run.stderr.decode()[-3000:]
    return folder


def results(folder, name):
    return json.loads((folder / 'results' / 'val' / name).read_text())


def test_predictions_are_the_same(runs):
    one, two = (results(runs / name, 'predictions.json') for name in ('one', 'two'))
    assert len(one) == len(two) == 5 * 5
    for mine, theirs in zip(one, two):
        assert mine['image_id'] == theirs['image_id']
        assert theirs['keypoints'] == pytest.approx(mine['keypoints'], abs=1e-3)


def test_figures_are_the_same(runs):
    one, two = (results(runs / name, 'metrics.json') for name in ('one', 'two'))
    assert two['metrics'] == pytest.approx(one['metrics'], nan_ok=True)
    assert {'bbox_iou/AP', 'coco/AP'} <= set(two['metrics'])
    assert two['provenance']['num_images'] == 5
    assert two['provenance']['seed'] == 11  # of the checkpoint, not of the test


def test_the_checkpoint_holds_the_random_states_of_every_process(runs):
    states = torch.load(runs / 'two' / 'epoch_1.pth', weights_only=False)['random_states']
    assert len(states) == WORLD_SIZE
    assert not torch.equal(states[0]['torch'], states[1]['torch'])


if __name__ == '__main__':
    train_and_test(*sys.argv[1:])
