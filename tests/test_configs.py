"""Every config parses; its model and datasets build on a CPU; a small one trains and tests."""

import copy
import functools
import json
import math
import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import DATASETS, LOOPS, METRICS, MODELS

from synpose.evaluation.margin_fitting import SKELETONS, fit_annotation_margins
from synpose.files import write_json
from synpose.registry import GENERATORS
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_NAMES
from synpose.testing import write_synpose_dataset
from synpose.testing.small_dekr import shrink_dekr

ROOT = Path(__file__).resolve().parents[1] / 'configs'
CONFIGS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob('*.py') if '_base_' not in path.parts)
GENERATE_CONFIGS = [name for name in CONFIGS if name.startswith('generate/')]
LABEL_CONFIGS = [name for name in CONFIGS if Path(name).name.startswith('pseudo-label')]
JOB_CONFIGS = [name for name in CONFIGS if name.startswith('adapt/') and not name.startswith('adapt/study/')]
JOB_CONFIGS += LABEL_CONFIGS
BEHAVIOR_CONFIGS = [name for name in CONFIGS if name.startswith('behavior/')]
PIXEL_CONFIGS = [name for name in CONFIGS if name.startswith('surreal/')]  # see test_surreal_configs.py
OTHERS = {*GENERATE_CONFIGS, *JOB_CONFIGS, *BEHAVIOR_CONFIGS, *PIXEL_CONFIGS}
POSE_CONFIGS = [name for name in CONFIGS if name not in OTHERS]
DEKR_CONFIGS = [
    name
    for name in POSE_CONFIGS
    # Those of ltsh/ train in test_ltsh_configs.py; those left out differ from their bases by the images alone.
    if re.match(
        r'(?!ltsh/).*/dekr_(?!.*(_target|_train|_classroom-\w+|-(adapted|cyclegan|ctgan|stylized).*)\.py)', name
    )
]


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmpose')


_parse = functools.cache(Config.fromfile)


def read_config(name):
    """Return a copy of the config, which is parsed once."""
    return copy.deepcopy(_parse(ROOT / name))


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
    assert read_config(name).to_dict()
    assert Path(Config._get_cfg_path(f'synpose::{name}', '')[0]).samefile(ROOT / name)


@functools.cache  # many configs have one model
def count_joints(model_config):
    """Build the model of a config, given as JSON, and return how many joints it predicts."""
    model = MODELS.build(json.loads(model_config))
    assert sum(parameter.numel() for parameter in model.parameters()) > 1e5
    head = getattr(model, 'estimator', model).head
    return head.num_keypoints if hasattr(head, 'num_keypoints') else head.out_channels


@pytest.mark.parametrize('name', POSE_CONFIGS)
def test_model_and_datasets_build(name):
    config = read_config(name)
    joints = count_joints(json.dumps(without_downloads(config.model.to_dict())))
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        for dataset in loader.dataset.get('datasets', [loader.dataset]):
            built = DATASETS.build(dict(dataset, lazy_init=True))
            assert built.metainfo['num_keypoints'] == joints


@pytest.mark.parametrize('name', JOB_CONFIGS)
def test_job_builds(name, monkeypatch):
    for module in ('pose_teacher', 'person_finder'):  # teachers are built, but their weights are not fetched
        monkeypatch.setattr(f'synpose.models.pseudo_labelers.{module}.load_matching_weights', lambda *_: {})
    config = read_config(name)
    if config.model.get('weights'):
        config.model.weights = None  # a file that its user brings
    assert isinstance(MODELS.build(config.model), torch.nn.Module)
    for loader in (config.get('train_dataloader'), config.test_dataloader):
        if loader:
            DATASETS.build(dict(loader.dataset, lazy_init=True))
    for metric in [config.test_evaluator] if 'type' in config.test_evaluator else config.test_evaluator:
        assert METRICS.get(metric['type']) is not None
    assert LOOPS.get(config.test_cfg.get('type', 'TestLoop')) is not None


@pytest.mark.parametrize('name', [name for name in LABEL_CONFIGS if '/study/' not in name])
def test_every_part_has_a_teacher(name):
    config = read_config(name)
    parts = [part for teacher in config.model.teachers for part in teacher.parts]
    assert sorted(parts) == ['body', 'face', 'foot', 'left_hand', 'right_hand']
    assert all(teacher.checkpoint.startswith('https://') for teacher in config.model.teachers)


@pytest.mark.parametrize('name', GENERATE_CONFIGS)
def test_generator_is_registered(name):
    assert GENERATORS.get(read_config(name).generator['type']) is not None


def test_no_checkpoint_is_chosen_on_val():
    for name in POSE_CONFIGS:
        assert not read_config(name).default_hooks.checkpoint.get('save_best'), name


def test_every_metric_named_is_registered():
    for name in POSE_CONFIGS:
        evaluators = read_config(name).test_evaluator
        for metric in evaluators if isinstance(evaluators, list) else [evaluators]:
            assert METRICS.get(metric['type']) is not None, (name, metric['type'])


@pytest.fixture(scope='module')
def folders(tmp_path_factory):
    """Two drawn images with the joints a dataset type reads from the file, by the number of joints."""
    roots = {}
    for names in (JOINT_NAMES, COCO17_NAMES, CROWDPOSE14_NAMES):
        root = tmp_path_factory.mktemp(f'joints{len(names)}')
        write_synpose_dataset(root, 2, 3, (120, 90), ('train',), names)
        path = root / 'annotations' / 'train.json'
        content = json.loads(path.read_text())
        for image in content['images']:
            image['crowdIndex'] = 0.5  # CrowdPose's
        write_json(path, content)
        for skeleton, joints in SKELETONS.items() if names == JOINT_NAMES else ():
            write_json(path.with_name(f'{skeleton}.json'), fit_annotation_margins(path, joints))
        roots[len(names)] = root
    return roots


def on_generated_data(config, folders):
    """Let everything that reads data read two drawn images, in this process."""
    joints = config.model.get('estimator', config.model).head.num_keypoints
    train = config.train_dataloader.dataset
    if 'source' in train:
        config.train_dataloader.batch_size = 3  # two of the source and one of the target
        train.target.data_root = str(folders[len(JOINT_NAMES)])
        train = train.source
    root = folders[len(JOINT_NAMES) if 'SynPose' in train.type else joints]
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        loader.update(batch_size=min(3, loader.batch_size), num_workers=0, persistent_workers=False)
    for dataset in (train, config.val_dataloader.dataset, config.test_dataloader.dataset):
        dataset.update(data_root=str(root), ann_file='annotations/train.json', data_prefix=dict(img='images/'))
    for evaluators in (config.val_evaluator, config.test_evaluator):
        for metric in evaluators if isinstance(evaluators, list) else [evaluators]:
            metric.ann_file = str(root / 'annotations/train.json')
            if 'margins' in metric:
                metric.margins = str(root / 'annotations' / {17: 'coco17.json', 14: 'crowdpose14.json'}[joints])
    return config


def shrink(config):
    """Let the estimator be small, within its adversary where it has one."""
    adversary = config.model if 'estimator' in config.model else None
    if adversary:
        config.model = adversary.estimator
    small = shrink_dekr(config, (96, 64))
    small.model.head.decoder.decode_thr = -1.0  # nobody is found after one step
    if adversary:
        adversary.classifier.in_channels = small.model.head.in_channels
        small.model = dict(adversary, estimator=small.model)
    return small


@pytest.mark.parametrize('name', DEKR_CONFIGS)
def test_a_small_one_trains_and_tests(name, folders, tmp_path):
    config = on_generated_data(shrink(read_config(name)), folders)
    config.train_cfg.update(max_epochs=1, val_interval=2)
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.iter == 1
    losses = {key: value.current() for key, value in runner.message_hub.log_scalars.items() if 'loss/' in key}
    assert set(losses) == {'train/loss/heatmap', 'train/loss/displacement'}
    assert all(math.isfinite(value) and value > 0 for value in losses.values())
    metrics = runner.test()
    assert metrics
    assert all(-1 <= value <= 1 for value in metrics.values())
    (predictions,) = tmp_path.rglob('predictions.json')
    people = json.loads(predictions.read_text())
    assert {person['image_id'] for person in people} == {1, 2}
    assert {len(person['keypoints']) for person in people} == {
        3 * config.model.get('estimator', config.model).head.num_keypoints
    }
