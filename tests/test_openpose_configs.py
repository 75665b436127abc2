"""The configs of OpenPose: the authors' figures, and each trains and tests on drawn people."""

import json
import math
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.runner import Runner
from mmpose.registry import MODELS

from synpose.evaluation.margin_fitting import fit_annotation_margins
from synpose.files import write_json
from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES
from synpose.testing import write_synpose_dataset
from synpose.testing.small_dekr import exchange_values

ROOT = Path(__file__).resolve().parents[1] / 'configs'
CONFIGS = sorted(
    path.relative_to(ROOT).as_posix() for path in ROOT.glob('*/openpose_*.py') if '_base_' not in path.parts
)
MPII = 'openpose/openpose_vgg19_1xb10-400e_mpii-368x368.py'


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
    assert frozen_convs == (0 if name == MPII else 4)
    assert len(model.head.stages) == 6


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn people in a SynPose folder with margins, and three of MPII's form beside them."""
    root = write_synpose_dataset(tmp_path_factory.mktemp('synpose'), 3, 3, (120, 90))
    for split in ('train', 'val'):
        path = root / f'annotations/{split}.json'
        for joints in (COCO17_NAMES, CROWDPOSE14_NAMES):
            write_json(path.with_name(f'{split}_margins{len(joints)}.json'), fit_annotation_margins(path, joints))
    rng = np.random.default_rng(0)
    people = []
    for image, count in (('1.jpg', 2), ('2.jpg', 1)):
        cv2.imwrite(str(root / 'images' / image), rng.integers(0, 255, (90, 120, 3), dtype=np.uint8))
        for _ in range(count):
            joints = rng.uniform(20, 80, (16, 2))
            person = {'image': image, 'joints': joints.tolist(), 'joints_vis': [1] * 15 + [0]}
            people.append({**person, 'center': [50.0, 45.0], 'scale': 0.4})
    for split in ('train', 'val'):
        (root / f'annotations/mpii_{split}.json').write_text(json.dumps(people))
    return root


def smaller(config: Config, data: Path, tmp_path: Path) -> Config:
    """Let everything be small, in this process and on drawn people."""
    codec = config.model.head.decoder
    config = Config(exchange_values(config.to_dict(), {codec.input_size: (96, 64), codec.heatmap_size: (12, 8)}))
    config.model.backbone.update(base_channels=4, out_channels=(8, 8), init_cfg=None)
    config.model.head.update(in_channels=8, stage_channels=8, first_channels=8)
    config.model.head.decoder.decode_keypoint_thr = -1e9
    for loader in (config.train_dataloader, config.val_dataloader, config.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        loader.dataset.data_root = str(data)
    joints = config.model.head.num_keypoints
    for evaluators in (config.val_evaluator, config.test_evaluator):
        for metric in evaluators if isinstance(evaluators, list) else [evaluators]:
            if metric.type == 'DumpResults':
                metric.out_file_path = str(tmp_path / 'found.pkl')
            else:
                metric.ann_file = str(data / 'annotations/val.json')
            if 'margins' in metric:
                metric.margins = str(data / f'annotations/val_margins{joints}.json')
    config.train_cfg.update(max_epochs=1, val_interval=2)
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    return config


@pytest.mark.parametrize('name', CONFIGS)
def test_a_small_one_trains_and_tests(name: str, data: Path, tmp_path: Path) -> None:
    runner = Runner.from_cfg(smaller(Config.fromfile(ROOT / name), data, tmp_path))
    runner.train()
    assert runner.iter == 1
    losses = {key: value.current() for key, value in runner.message_hub.log_scalars.items() if 'loss/' in key}
    assert set(losses) == {'train/loss/heatmap', 'train/loss/part_affinity'}
    assert all(math.isfinite(value) and value > 0 for value in losses.values())
    metrics = runner.test()
    if name == MPII:
        with open(tmp_path / 'found.pkl', 'rb') as file:
            found = pickle.load(file)
        assert {sample['img_path'].split('/')[-1] for sample in found} == {'1.jpg', '2.jpg'}
        assert all(sample['pred_instances']['keypoints'].shape[1:] == (16, 2) for sample in found)
    else:
        assert all(-1 <= value <= 1 for value in metrics.values())
        assert {'bbox_iou/AP', 'coco/AP'} <= set(metrics)
