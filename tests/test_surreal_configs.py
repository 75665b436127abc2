"""The configs of body parts and depth: each trains and tests on tiny data, and they differ where they should."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.registry import METRICS, MODELS

from synpose.testing import (
    write_freiburg_folder,
    write_human36m_folder,
    write_surreal_folder,
    write_synpose_dataset,
)

ROOT = Path(__file__).resolve().parents[1] / 'configs/surreal'
CONFIGS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob('*.py'))
FULL = 'hourglass-8stack_1xb6-60k_surreal-{}-256x256.py'
CLASSES = {'parts': 15, 'depth': 20}


def task_of(name: str) -> str:
    return 'depth' if '-depth-' in name else 'parts'


def loaders_of(config: Config) -> list[Config]:
    return [config.train_dataloader, config.val_dataloader, config.test_dataloader]


@pytest.mark.parametrize('name', CONFIGS)
def test_task_model_and_metric_fit(name: str) -> None:
    config, task = Config.fromfile(ROOT / name), task_of(name)
    if config.model.type == 'MeanLabelEstimator':
        assert (config.model.num_classes, config.model.target) == (CLASSES[task], task)
    else:
        assert config.model.head.num_classes == config.model.backbone.out_channels == CLASSES[task]
    metric = {'parts': 'PartSegmentationMetric', 'depth': 'PersonDepthMetric'}[task]
    assert config.test_evaluator.type == config.val_evaluator.type == metric
    assert METRICS.get(metric) is not None
    assert not config.default_hooks.checkpoint.get('save_best')
    for loader in loaders_of(config):
        loads = [step.type for step in loader.dataset.pipeline]
        if 'LoadMatLabels' in loads:
            assert list(loader.dataset.get('labels', ['parts'])) == [task]
        else:
            assert ('LoadParts' in loads, 'LoadDepth' in loads) == (task == 'parts', task == 'depth')
        (warp,) = [step for step in loader.dataset.pipeline if step.type == 'WarpDenseLabels']
        stride = 1 if '-up_' in name else 4
        assert [side * stride for side in warp.label_size] == list(warp.input_size)


def test_figures_are_those_of_the_paper() -> None:
    config = Config.fromfile(ROOT / FULL.format('parts'))
    assert config.optim_wrapper.optimizer == dict(type='RMSprop', lr=1e-3, alpha=0.99, eps=1e-8)
    assert config.param_scheduler == []
    assert config.train_dataloader.batch_size == 6
    assert config.train_cfg.max_iters == 30 * 2000
    steps = {step.type: step for step in config.train_dataloader.dataset.pipeline}
    assert steps['RandomNormalBBoxTransform'] == dict(
        type='RandomNormalBBoxTransform', scale_factor=0.25, rotate_factor=30, rotate_prob=0.4
    )
    assert tuple(steps['RandomChannelScale'].factors) == (0.6, 1.4)
    tests = [step.type for step in config.test_dataloader.dataset.pipeline]
    assert not [step for step in tests if step.startswith('Random')]
    assert [config[f'{split}_dataloader'].dataset.split for split in ('train', 'val', 'test')] == [
        'train',
        'val',
        'test',
    ]
    tuned = Config.fromfile(ROOT / 'hourglass-8stack_1xb6-200_surreal-freiburg-parts-256x256.py')
    assert tuned.train_cfg.max_iters == 200
    assert Path(tuned.load_from).parent.name == FULL.format('parts').removesuffix('.py')


def test_model_is_that_of_the_paper() -> None:
    with torch.device('meta'):  # shapes alone
        model = MODELS.build(Config.fromfile(ROOT / FULL.format('depth')).model).eval()
    assert model.backbone.num_stacks == 8
    widths = {layer.out_channels for layer in model.backbone.predictions} | {
        layer.in_channels for layer in model.backbone.predictions
    }
    assert widths == {20, 256}
    logits = model(torch.zeros(1, 3, 256, 256, device='meta'), None, mode='tensor')
    assert [tuple(stack.shape) for stack in logits] == [(1, 20, 64, 64)] * 8


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny folder for each type of dataset."""
    made = {
        'SurrealDataset': write_surreal_folder(
            tmp_path_factory.mktemp('surreal'), ('train', 'val', 'test'), 1, 3, (96, 72)
        ),
        'FreiburgSittingDataset': write_freiburg_folder(tmp_path_factory.mktemp('freiburg')),
        'Human36mPartsDataset': write_human36m_folder(tmp_path_factory.mktemp('h36m')),
        'SynPosePartsDataset': write_synpose_dataset(
            tmp_path_factory.mktemp('synpose'), 2, 3, (120, 90), ('train', 'val'), parts=True
        ),
    }
    return made


def smaller(config: Config, data: dict[str, Path]) -> Config:
    """Let everything be small, in this process and on tiny data."""
    sizes = {'input_size': (64, 64), 'label_size': (16, 16)}
    if config.model.type == 'MeanLabelEstimator':
        config.model.label_size = sizes['label_size']
    else:
        if config.model.head.get('upsample', 1) > 1:
            sizes['label_size'] = (64, 64)
        config.model.backbone.update(
            num_stacks=min(config.model.backbone.num_stacks, 2),
            downsample_times=2,
            stage_channels=(256, 8, 8),
            stage_blocks=(1, 1, 1),
            feat_channel=8,
        )
    for loader in loaders_of(config):
        loader.update(num_workers=0, persistent_workers=False, batch_size=min(loader.batch_size, 3))
        loader.dataset.data_root = str(data[loader.dataset.type])
        for step in loader.dataset.pipeline:
            if step.type == 'WarpDenseLabels':
                step.update(sizes)
    config.load_from = None
    return config


@pytest.mark.parametrize('name', CONFIGS)
def test_a_small_one_trains_and_tests(name: str, data: dict[str, Path], tmp_path: Path) -> None:
    config = smaller(Config.fromfile(ROOT / name), data)
    length = 'max_iters' if not config.train_cfg.by_epoch else 'max_epochs'
    config.train_cfg.update({length: 2 if length == 'max_iters' else 1, 'val_interval': 3})
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(config)
    if not name.endswith(('_h36m.py', '_freiburg.py')):  # these test what another has trained
        runner.train()
        assert runner.iter == 2
        losses = {key.split('/')[-1]: value.current() for key, value in runner.message_hub.log_scalars.items()}
        if config.model.type != 'MeanLabelEstimator':
            assert 0 < losses['loss_pixel'] < 10 * config.model.backbone.num_stacks * math.log(20)
    metrics = runner.test()
    figures = np.array(list(metrics.values()))
    assert np.isfinite(figures).all()
    if task_of(name) == 'parts':
        assert set(metrics) >= {'parts/IoU', 'parts/accuracy', 'parts/IoU_fg+bg', 'parts/IoU_upper_legs'}
        assert ((figures >= 0) & (figures <= 1)).all()
    else:
        assert set(metrics) == {f'depth/{name}' for name in ('RMSE', 'st-RMSE', 'pose-RMSE', 'st-pose-RMSE')}
        assert metrics['depth/st-RMSE'] <= metrics['depth/RMSE'] <= 45 * 19
    (results,) = [path.parent for path in tmp_path.rglob('metrics.json')]
    assert cv2.imread(str(results / 'labels.jpg')).shape[0] >= 192
