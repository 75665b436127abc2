"""The configs of OpenPose: the authors' figures, and each trains and tests on drawn people."""

import json
import math
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner
from mmpose.registry import MODELS

from synpose.evaluation.margin_fitting import fit_annotation_margins
from synpose.files import write_json
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, MPII16_NAMES
from synpose.testing import write_mixed_dataset, write_synpose_dataset
from synpose.testing.small_dekr import exchange_values

ROOT = Path(__file__).resolve().parents[1] / 'configs'
CONFIGS = sorted(
    path.relative_to(ROOT).as_posix() for path in ROOT.glob('*/openpose_*.py') if '_base_' not in path.parts
)
MPII = 'openpose/openpose_vgg19_1xb10-350e_mpii-368x368.py'
REAL = (MPII, 'openpose/openpose_vgg19_1xb10-100e_coco-368x368.py')


@pytest.mark.parametrize('name', [name for name in CONFIGS if name.startswith('openpose/')])
def test_figures_are_those_of_the_authors(name: str) -> None:
    config = Config.fromfile(ROOT / name)
    assert config.train_dataloader.batch_size == 10
    assert config.param_scheduler == [dict(type='StepLR', step_size=136106, gamma=0.333, by_epoch=False)]
    config.model.backbone.init_cfg = None
    model = MODELS.build(config.model)
    groups = build_optim_wrapper(model, config.optim_wrapper).optimizer.param_groups
    found = {id(group['params'][0]): (group['lr'], group['weight_decay']) for group in groups}
    for key, weight in model.named_parameters():
        later = key.startswith('head.stages.') and not key.startswith('head.stages.0.')
        bias = key.endswith('bias')
        frozen = key.startswith('backbone.features.') and not weight.requires_grad
        rate = 4e-5 * (4 if later else 2 if bias else 1)
        decay = 0 if bias and not later else 5e-4
        assert found.get(id(weight), (rate, decay)) == pytest.approx((rate, decay)), key
        assert frozen or id(weight) in found
    frozen_convs = sum(
        not layer.conv.weight.requires_grad for layer in model.backbone.features if hasattr(layer, 'conv')
    )
    assert frozen_convs == (0 if name in REAL else 4)
    assert len(model.head.stages) == 6


@pytest.fixture(scope='module')
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Drawn people with 59 joints and margins, with COCO's joints, and with MPII's and head boxes; by their number."""
    options = {'image_size': (120, 90), 'splits': ('train', 'val')}
    roots = {59: write_mixed_dataset(tmp_path_factory.mktemp('synpose'), 3, **options)}
    for names in (COCO17_NAMES, MPII16_NAMES):
        root = tmp_path_factory.mktemp(f'joints{len(names)}')
        roots[len(names)] = write_synpose_dataset(root, 3, joint_names=names, **options)
    for names in (COCO17_NAMES, CROWDPOSE14_NAMES):
        path = roots[59] / 'annotations/val.json'
        write_json(path.with_name(f'margins{len(names)}.json'), fit_annotation_margins(path, names))
    path = roots[16] / 'annotations/val.json'
    content = json.loads(path.read_text())
    for person in content['annotations']:
        person['head_box'] = [*person['bbox'][:2], 6, 8]
    write_json(path, content)
    return roots


def smaller(config: Config, folders: dict[int, Path], tmp_path: Path) -> Config:
    """Let everything be small, in this process and on drawn people."""
    codec, joints = config.model.head.decoder, config.model.head.num_keypoints
    config = Config(exchange_values(config.to_dict(), {codec.input_size: (96, 64), codec.heatmap_size: (12, 8)}))
    config.model.backbone.update(base_channels=4, out_channels=(8, 8), init_cfg=None)
    config.model.head.update(in_channels=8, stage_channels=8, first_channels=8)
    config.model.head.decoder.decode_keypoint_thr = -1e9
    for split in ('train', 'val', 'test'):
        loader = config[f'{split}_dataloader']
        loader.update(num_workers=0, persistent_workers=False)
        parts = [loader.dataset[part] for part in ('real', 'synthetic') if part in loader.dataset] or [loader.dataset]
        for dataset in parts:
            root = folders[59 if 'SynPose' in dataset.type else joints]
            ann_file = f'annotations/{"train" if split == "train" else "val"}.json'
            dataset.update(data_root=str(root), ann_file=ann_file, data_prefix=dict(img='images/'))
    for evaluators in (config.val_evaluator, config.test_evaluator):
        for metric in evaluators if isinstance(evaluators, list) else [evaluators]:
            metric.ann_file = str(root / 'annotations/val.json')
            if 'margins' in metric:
                metric.margins = str(root / f'annotations/margins{joints}.json')
    if 'steps' in config.train_dataloader.get('batch_sampler', ()):
        config.train_dataloader.batch_sampler.steps = 1
    config.train_cfg.update(max_epochs=1, val_interval=2)
    config.update(work_dir=str(tmp_path), experiment_name=tmp_path.name, load_from=None)
    return config


class Look(Hook):
    """Keeps the samples of the only batch."""

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: dict) -> None:
        self.samples = data_batch['data_samples']


@pytest.mark.parametrize('name', CONFIGS)
def test_a_small_one_trains_and_tests(name: str, folders: dict[int, Path], tmp_path: Path) -> None:
    runner = Runner.from_cfg(smaller(Config.fromfile(ROOT / name), folders, tmp_path))
    look = Look()
    runner.register_hook(look)
    runner.train()
    assert runner.iter == 1
    losses = {key: value.current() for key, value in runner.message_hub.log_scalars.items() if 'loss/' in key}
    assert set(losses) == {'train/loss/heatmap', 'train/loss/part_affinity'}
    assert all(math.isfinite(value) and value > 0 for value in losses.values())
    if name.startswith('ltsh/'):
        assert [sample.domain_label for sample in look.samples] == [0] * 5 + [1] * 5
        weights = [value for key, value in runner.model.backbone.named_parameters() if key.endswith('weight')]
        assert [weight.requires_grad for weight in weights] == [False] * 4 + [True] * (len(weights) - 4)
        for field in ('heatmap_weights', 'part_affinity_weights'):
            masked = [not sample.gt_fields.get(field, torch.ones(1)).all() for sample in look.samples]
            assert not any(masked[:5])
            assert any(masked[5:]) == ('masks' in name)
    metrics = runner.test()
    assert all(-1 <= value <= 1 for value in metrics.values())
    assert ('mpii/mAP' if name == MPII else 'coco/AP') in metrics
    assert ('bbox_iou/AP' in metrics) == ('synpose' in name or 'demo' in name)
    assert (tmp_path / 'teacher.json').is_file() == ('teacher' in name)


def test_rows_with_synthetic_people_differ_by_what_they_are_trained_on() -> None:
    rows = {name.split('_ltsh-')[1].removesuffix('-368x368.py'): name for name in CONFIGS if name.startswith('ltsh/')}
    configs = {row: Config.fromfile(ROOT / name) for row, name in rows.items()}
    parts = {row: config.train_dataloader.dataset.synthetic for row, config in configs.items()}
    folders = {row: part.data_root for row, part in parts.items()}
    mixed = 'data/ltsh/mixed_coco/'
    assert folders == {
        'real-synthetic': 'data/ltsh/synthetic/',
        'teacher-c': 'data/ltsh/synthetic/',
        'mixed': mixed,
        'mixed-masks': mixed,
    }
    for row, config in configs.items():
        drawn, masked = row == 'teacher-c', row == 'mixed-masks'
        assert ('SyntheticLossMask' in [step.type for step in parts[row].pipeline]) == masked
        sampler = 'TeacherGroupSampler' if drawn else 'DomainBalancedSampler'
        found = config.train_dataloader.batch_sampler
        assert (found.type, found.ratio) == (sampler, (1, 1))
        assert ('AdversarialTeacherHook' in [hook.type for hook in config.custom_hooks]) == drawn
        assert config.load_from == configs['mixed'].load_from  # every row starts from one training on D_R
