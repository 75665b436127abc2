"""Every config parses; its model and datasets build on a CPU."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, METRICS, MODELS

from synpose.registry import GENERATORS

ROOT = Path(__file__).resolve().parents[1] / 'configs'
CONFIGS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob('*.py') if '_base_' not in path.parts)
POSE_CONFIGS = [name for name in CONFIGS if not name.startswith('generate/')]
GENERATE_CONFIGS = [name for name in CONFIGS if name.startswith('generate/')]


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmpose')


def without_downloads(config):
    """Switch off every pretrained checkpoint a config names."""
    if isinstance(config, dict):
        for key, value in config.items():
            if key == 'init_cfg' and isinstance(value, dict) and value.get('type') == 'Pretrained':
                config[key] = None
            else:
                without_downloads(value)
    return config


@pytest.mark.parametrize('name', CONFIGS)
def test_config_parses_by_path_and_by_scope(name):
    by_path = Config.fromfile(ROOT / name)
    assert Config.fromfile(Config._get_cfg_path(f'synpose::{name}', '')[0]).to_dict() == by_path.to_dict()


@pytest.mark.parametrize('name', POSE_CONFIGS)
def test_model_and_datasets_build(name):
    config = Config.fromfile(ROOT / name)
    model = MODELS.build(without_downloads(config.model))
    assert sum(parameter.numel() for parameter in model.parameters()) > 1e5
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        dataset = DATASETS.build(dict(loader.dataset, lazy_init=True))
        assert dataset.metainfo['num_keypoints'] == model.head.num_keypoints


@pytest.mark.parametrize('name', GENERATE_CONFIGS)
def test_generator_is_registered(name):
    assert GENERATORS.get(Config.fromfile(ROOT / name).generator['type']) is not None


def test_no_checkpoint_is_chosen_on_val():
    for name in POSE_CONFIGS:
        assert not Config.fromfile(ROOT / name).default_hooks.checkpoint.get('save_best'), name


def test_every_metric_named_is_registered():
    for name in POSE_CONFIGS:
        evaluators = Config.fromfile(ROOT / name).test_evaluator
        for metric in evaluators if isinstance(evaluators, list) else [evaluators]:
            assert METRICS.get(metric['type']) is not None, (name, metric['type'])
