"""Every config of the behavior classifiers builds and agrees with its DEKR; each kind trains and tests on a CPU."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.registry import DATASETS, METRICS, MODELS

from synpose.datasets import BehaviorPoseDataset
from synpose.files import write_json
from synpose.models import SkeletonGCN
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, JOINT_NAMES
from synpose.testing import write_pose_results, write_synpose_dataset

ROOT = Path(__file__).resolve().parents[1] / 'configs'
CONFIGS = sorted(path.relative_to(ROOT / 'behavior').as_posix() for path in (ROOT / 'behavior').rglob('*.py'))
SMALL_ROOMS = [name for name in CONFIGS if name.endswith('-small.py')]


@pytest.mark.parametrize('name', CONFIGS)
def test_model_and_datasets_agree(name: str) -> None:
    config = Config.fromfile(ROOT / 'behavior' / name)
    model = MODELS.build(config.model)
    assert isinstance(model, SkeletonGCN) == ('skeleton-gcn' in name)  # nothing else goes by its name
    for split, loader in (('train', config.train_dataloader), ('test', config.test_dataloader)):
        dataset = DATASETS.build(dict(loader.dataset, lazy_init=True))
        assert isinstance(dataset, BehaviorPoseDataset)
        assert len(loader.dataset.classes) == model.num_classes
        assert tuple(dataset.metainfo['keypoint_id2name'].values()) == model.joint_names
        # Labeled poses are for the rows that say so, and to test on for the bound alone.
        labeled = 'annotation' in name and (split == 'train' or 'annotation-train' not in name)
        assert loader.dataset.get('source', 'prediction') == ('annotation' if labeled else 'prediction')
    train, test = config.train_dataloader.dataset, config.test_dataloader.dataset
    assert (train.data_root, train.ann_file) != (test.data_root, test.ann_file)
    assert test.disjoint_from == (train.ann_file if train.data_root == test.data_root else None)
    assert METRICS.get(config.test_evaluator.type) is not None
    augmentations = {'JointJitter', 'JointDropout'}
    assert augmentations <= {step.type for step in train.pipeline}
    assert not augmentations & {step.type for step in test.pipeline}


def test_the_demo_knows_every_behavior_that_it_renders() -> None:
    data = ROOT.parent / 'custom_modules/synpose/generation/data/movements'
    seated = Config.fromfile(ROOT / 'generate/_base_/demo_classroom.py').generator.people.movements
    rendered = set()
    for path in data.glob('*.yaml'):
        for behavior, movements in (yaml.safe_load(path.read_text()).get('behaviors') or {}).items():
            if path.name == 'standing.yaml' or set(seated) & set(movements):
                rendered.add(behavior)
    assert rendered == set(Config.fromfile(ROOT / 'behavior/skeleton-gcn_1xb64-30e_demo.py').classes)


def test_paper_sizes() -> None:
    assert len(SMALL_ROOMS) == 2
    for name, joints in zip(sorted(SMALL_ROOMS), (14, 17)):
        config = Config.fromfile(ROOT / 'behavior' / name)
        assert len(MODELS.build(config.model).joint_names) == joints
        assert config.optim_wrapper.optimizer.type == 'SGD'
        assert {config.train_dataloader.dataset.images.room_size, config.test_dataloader.dataset.images.room_size} == {
            'small'
        }
        for split, loader in (('train', config.train_dataloader), ('test', config.test_dataloader)):
            dekr = Config.fromfile(
                ROOT / 'dekr' / f'dekr_hrnet-w32_8xb10-100e_synpose{joints}-512x512_classroom-{split}.py'
            )
            assert dekr.test_dataloader.dataset.ann_file == loader.dataset.ann_file
            assert dekr.test_dataloader.dataset.data_root == loader.dataset.data_root
            assert loader.dataset.predictions == f'work_dirs/classroom{joints}/results/{split}/predictions.json'
            assert dekr.custom_hooks[-1].name == split


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labels of two splits, with poses of 17 and of 14 joints."""
    root = write_synpose_dataset(tmp_path_factory.mktemp('students'), 8, 3, (120, 90), ('train', 'test'))
    for split in ('train', 'test'):
        for names in (COCO17_NAMES, CROWDPOSE14_NAMES):
            write_pose_results(root / f'{split}{len(names)}.json', root / f'annotations/{split}.json', names)
    return root


@pytest.mark.parametrize(
    'name',
    [
        'skeleton-gcn_1xb64-80e_synpose14-small.py',
        'study/flattened-pose-mlp_1xb64-30e_demo_target.py',
        'study/skeleton-gcn_1xb64-30e_demo-annotation.py',
    ],
)
def test_a_small_one_trains_and_tests(name: str, folder: Path, tmp_path: Path) -> None:
    config = Config.fromfile(ROOT / 'behavior' / name)
    if config.model.type == 'SkeletonGCN':
        config.model.stages = ((8, 1), (16, 1))
    joints = len(MODELS.build(config.model).joint_names)
    classes = config.train_dataloader.dataset.classes
    for split, loader in (('train', config.train_dataloader), ('test', config.test_dataloader)):
        loader.batch_size = 4
        loader.dataset.update(
            data_root=str(folder), ann_file=f'annotations/{split}.json', margins=(0.2,) * 4, disjoint_from=None
        )
        if loader.dataset.get('predictions'):
            loader.dataset.predictions = str(folder / f'{split}{joints}.json')
    config.train_cfg.max_epochs = 2
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(config)
    runner.train()
    losses = runner.message_hub.log_scalars['train/loss_behavior']
    assert losses.current() > 0
    metrics = runner.test()
    students = json.loads((folder / 'annotations/test.json').read_text())
    small = {image['id'] for image in students['images'] if image['room_size'] == 'small' or name not in SMALL_ROOMS}
    annotated = [person for person in students['annotations'] if person['image_id'] in small]
    assert metrics['behavior/matched'] == 1
    (path,) = tmp_path.rglob('predictions.json')
    records = json.loads(path.read_text())
    assert [record['id'] for record in records] == [person['id'] for person in annotated]
    right = sum(classes[record['predicted']] == record['behavior'] for record in records)
    assert metrics['behavior/Top1'] == pytest.approx(right / len(annotated))
    assert {len(record['keypoints']) for record in records} == {3 * joints}
    kept = checkpoint_meta(tmp_path)
    assert tuple(kept['classes']) == tuple(classes)
    assert tuple(kept['pose_margins']) == (0.2,) * 4
    provenance = json.loads(path.with_name('metrics.json').read_text())['provenance']
    assert provenance['classes'] == list(classes)
    assert len(provenance['metainfo_joint_names']) == joints


@pytest.mark.parametrize('name', ['skeleton-gcn_1xb16-8e_demo-quick.py', *SMALL_ROOMS])
def test_fewer_students_than_a_batch_are_refused(name: str, folder: Path, tmp_path: Path) -> None:
    config = Config.fromfile(ROOT / 'behavior' / name)
    joints = len(MODELS.build(config.model).joint_names)
    config.model.stages = ((8, 1),)
    train = config.train_dataloader.dataset
    train.update(data_root=str(folder), ann_file='annotations/train.json', margins=(0.2,) * 4, images=None)
    train.predictions = str(folder / f'train{joints}.json')
    config.train_dataloader.batch_size = 25  # there are 24
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    with pytest.raises(ValueError, match=r'train_dataloader: 24 samples make no batch of 25, and drop_last leaves'):
        Runner.from_cfg(config).train()
    assert not list(tmp_path.glob('*.pth'))


def place_hands(root: Path, split: str) -> None:
    """Let the wrists tell the behavior: above the head, at the chest, or in the lap."""
    path = root / f'annotations/{split}.json'
    content = json.loads(path.read_text())
    height = {'hand_raised': 0.05, 'reading': 0.5, 'writing': 0.9}
    for person in content['annotations']:
        joints = np.reshape(person['keypoints'], (59, 3))
        left, top, width, tall = person['bbox']
        for side, aside in (('left', 0.7), ('right', 0.3)):
            wrist = JOINT_NAMES.index(f'{side}_wrist')
            joints[wrist] = (left + aside * width, top + height[person['behavior']] * tall, 2)
        person['keypoints'] = joints.ravel().tolist()
    write_json(path, content)
    write_pose_results(root / f'{split}.json', path)


def test_behaviors_that_the_wrists_tell_are_learned(tmp_path: Path) -> None:
    root = write_synpose_dataset(tmp_path / 'data', 24, 6, (240, 180), ('train', 'test'))
    for split in ('train', 'test'):
        place_hands(root, split)
    config = Config.fromfile(ROOT / 'behavior' / 'skeleton-gcn_1xb64-30e_demo.py')
    classes = ('hand_raised', 'reading', 'writing')
    config.model.update(num_classes=3, stages=((32, 2), (64, 1)), dropout=0.1)
    config.default_hooks.checkpoint.interval = 100
    for split, loader in (('train', config.train_dataloader), ('test', config.test_dataloader)):
        ann_file, poses = f'annotations/{split}.json', str(root / f'{split}.json')
        loader.dataset.update(data_root=str(root), ann_file=ann_file, predictions=poses, margins=(0.2,) * 4)
        loader.dataset.classes = classes
    config.train_dataloader.batch_size = 16
    config.train_cfg.max_epochs = config.param_scheduler[1].end = 12
    config.param_scheduler[0].end = 9
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.test()['behavior/Top1'] > 0.7  # a third is chance


def checkpoint_meta(folder: Path) -> dict:
    from mmengine.runner.checkpoint import _load_checkpoint

    return _load_checkpoint(str(folder / 'epoch_2.pth'), map_location='cpu')['meta']['dataset_meta']
