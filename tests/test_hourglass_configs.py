"""The configs of the hourglass of pixels: each trains and tests on drawn people, and they differ where they should."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.registry import MODELS

from synpose.testing import write_synpose_dataset

ROOT = Path(__file__).resolve().parents[1] / 'configs/hourglass'
CONFIGS = sorted(path.name for path in ROOT.glob('*.py'))
CLASSIC, ENHANCED, ADVERSARIAL = (
    f'hourglass-1stack_1xb{rest}-256x256.py'
    for rest in ('6-6e_synpose14', '6-6e_synpose14-enhanced', '10-6e_synpose14-adversarial')
)


def keys_that_differ(first: dict, second: dict, path: str = '') -> set[str]:
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return set() if first == second else {path}
    return set().union(
        *(keys_that_differ(first.get(key), second.get(key), f'{path}.{key}'.strip('.')) for key in {*first, *second})
    )


def test_enhanced_differs_in_its_transforms_alone() -> None:
    classic, enhanced = (Config.fromfile(ROOT / name).to_dict() for name in (CLASSIC, ENHANCED))
    assert keys_that_differ(classic, enhanced) == {'enhance', 'train_dataloader.dataset.pipeline'}
    pipeline = enhanced['train_dataloader']['dataset']['pipeline']
    assert [step for step in pipeline if step not in enhanced['enhance']] == classic['train_dataloader']['dataset'][
        'pipeline'
    ]
    assert [step['type'] for step in enhanced['enhance']] == [
        'LoadStencil',
        'CenterHumanBrightness',
        'BackgroundOcclusion',
    ]


def test_adversarial_differs_in_adversary_batches_and_decay_alone() -> None:
    classic, adversarial = (Config.fromfile(ROOT / name).to_dict() for name in (CLASSIC, ADVERSARIAL))
    found = keys_that_differ(classic, adversarial)
    assert {key.split('.')[0] for key in found} == {'source', 'param_scheduler', 'model', 'train_dataloader'}
    assert adversarial['model']['estimator'] == classic['model']
    loader, plain = adversarial['train_dataloader'], classic['train_dataloader']
    assert {key for key in {*loader, *plain} if loader.get(key) != plain.get(key)} == {
        'batch_size',
        'batch_sampler',
        'dataset',
    }
    assert loader['dataset']['source'] == plain['dataset']
    assert {**loader['dataset']['target'], 'data_root': plain['dataset']['data_root']} == plain['dataset']
    assert loader['dataset']['target']['data_root'] != plain['dataset']['data_root']


def test_figures_are_those_of_the_authors() -> None:
    classic, adversarial = (Config.fromfile(ROOT / name) for name in (CLASSIC, ADVERSARIAL))
    assert classic.optim_wrapper.optimizer == dict(type='RMSprop', lr=1e-3, alpha=0.9, eps=1e-5)
    for config, steps, gamma in ((classic, 2000, 0.5), (adversarial, 3000, 0.9)):
        assert config.param_scheduler == [dict(type='StepLR', step_size=steps, gamma=gamma, by_epoch=False)]
    assert classic.train_dataloader.batch_size == 6
    assert adversarial.train_dataloader.batch_size == 10
    assert adversarial.train_dataloader.batch_sampler == dict(type='DomainBalancedSampler', ratio=(7, 3))
    steps = {step.type: step for step in classic.train_dataloader.dataset.pipeline}
    assert steps['RandomBBoxTransform'].rotate_factor == 9
    assert steps['TopdownAffine'].input_size == (256, 256)
    assert adversarial.model.get('reversal_weight', 1.0) == 1
    assert adversarial.model.classifier.get('loss_weight', 1.0) == 1


def test_model_is_that_of_the_paper() -> None:
    model = MODELS.build(Config.fromfile(ROOT / ADVERSARIAL).model)
    logits = model.estimator.backbone(torch.zeros(1, 3, 256, 256))
    assert [tuple(stack.shape) for stack in logits] == [(1, 14, 64, 64)]
    assert model.classifier(logits[0]).shape == (1, 2, 1)
    widths = [layer.in_channels for layer in model.classifier.layers if hasattr(layer, 'in_channels')]
    assert widths == [1024, 256, 64, 16]


@pytest.fixture(scope='module')
def data(tmp_path_factory) -> Path:
    return write_synpose_dataset(tmp_path_factory.mktemp('synpose'), 3, 3, (120, 90))


def smaller(config: Config, data: Path) -> Config:
    """Let everything be small, in this process and on drawn people."""
    estimator = config.model.get('estimator', config.model)
    estimator.backbone.update(stage_channels=(256, 8, 8, 8, 8), feat_channel=8)
    codec = dict(type='PixelLabel', input_size=(64, 64), heatmap_size=(16, 16))
    estimator.head.decoder = codec
    train = config.train_dataloader.dataset
    parts = [train.source, train.target] if 'source' in train else [train]
    for dataset in (*parts, config.val_dataloader.dataset, config.test_dataloader.dataset):
        dataset.data_root = str(data)
        for step in dataset.pipeline:
            if 'input_size' in step:
                step.input_size = (64, 64)
            if 'encoder' in step:
                step.encoder = codec
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
    return config


@pytest.mark.parametrize('name', CONFIGS)
def test_a_small_one_trains_and_tests(name: str, data: Path, tmp_path: Path) -> None:
    config = smaller(Config.fromfile(ROOT / name), data)
    config.train_cfg.update(max_epochs=1, val_interval=2)
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.iter == 2
    losses = {key.split('/')[-1]: value.current() for key, value in runner.message_hub.log_scalars.items()}
    assert 0 < losses['loss_kpt'] < 2 * math.log(256)
    assert ('loss_domain' in losses) == (name == ADVERSARIAL)
    metrics = runner.test()
    assert set(metrics) == {'pdj/PDJ@0.05', 'pdj/PDJ@0.2', 'pdj/PDJ@0.4', 'pdj/RMSE'}
    assert np.isfinite(list(metrics.values())).all()
