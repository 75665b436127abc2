"""The configs of the whole-body students: their schedule, and a small run of each on drawn people."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmpose.registry import MODELS, PARAM_SCHEDULERS

from synpose.evaluation.metrics.parametric_nms_whole_body_metric import FIGURES, PARTS
from synpose.testing import write_whole_body_dataset
from synpose.testing.small_dekr import exchange_values
from synpose.testing.small_topdown import shrink_topdown

ROOT = Path(__file__).resolve().parents[1] / 'configs/wholebody'
TAIL = 'coco-wholebody-pseudo-256x192.py'
HRNET, RESNET, SSTN, RTMPOSE = (
    f'{name}_{TAIL}'
    for name in ('td-hm_hrnet-w32_7xb8-328e', 'td-hm_res50_7xb8-328e', 'sstn_res50_7xb8-118e', 'rtmpose-m_8xb64-270e')
)
SMALL_RESNET = dict(type='ResNet', depth=18, stem_channels=4, base_channels=4)


@pytest.mark.parametrize('name', [HRNET, RESNET])
def test_the_rate_falls_is_reset_and_falls(name):
    config = Config.fromfile(ROOT / name)
    assert config.optim_wrapper.optimizer.type == 'Adam'
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=config.optim_wrapper.optimizer.lr)
    schedulers = [PARAM_SCHEDULERS.build(dict(entry, optimizer=optimizer)) for entry in config.param_scheduler]
    rates = []
    for _ in range(config.train_cfg.max_epochs):
        rates.append(optimizer.param_groups[0]['lr'])
        for scheduler in schedulers:
            scheduler.step()
    expected = [1e-3] * 170 + [1e-4] * 30 + [1e-5] * 10 + [1e-3] * 20 + [1e-4] * 20 + [1e-5] * 78
    np.testing.assert_allclose(rates, expected)
    (switch,) = [hook for hook in config.custom_hooks if hook.type == 'mmdet.PipelineSwitchHook']
    assert switch.switch_epoch == 210
    types = [step.type for step in switch.switch_pipeline]
    assert types[:3] == ['LoadImage', 'PoseGuidedProposals', 'GetBBoxCenterScale']
    types.remove('PoseGuidedProposals')
    assert [step.type for step in config.train_dataloader.dataset.pipeline] == types
    assert 'WeightByKeypointScores' not in types


def test_the_second_stage_of_the_transformer_goes_on_where_the_first_ends():
    first, second = (Config.fromfile(ROOT / name) for name in (RESNET, SSTN))
    assert 210 + second.train_cfg.max_epochs == first.train_cfg.max_epochs
    assert [210 + step for step in second.param_scheduler[0].milestones] == first.param_scheduler[0].milestones[2:]
    checkpoint = Path(second.model.estimator.init_cfg.checkpoint)
    assert (checkpoint.parent.name, checkpoint.name) == (Path(RESNET).stem, 'epoch_210.pth')
    saving = first.default_hooks.checkpoint
    assert 210 % saving.interval == 0
    assert saving.max_keep_ckpts == -1  # else it would be gone before epoch 328
    assert {key: second.model.estimator[key] for key in first.model} == first.model.to_dict()
    assert second.train_dataloader.dataset.pipeline == first.custom_hooks[-1].switch_pipeline


@pytest.mark.parametrize('name', [HRNET, RESNET])
def test_heatmaps_and_augmentation_are_the_papers(name):
    config = Config.fromfile(ROOT / name)
    config.model.backbone.init_cfg = None
    model = MODELS.build(config.model).eval()
    with torch.no_grad():
        assert model(torch.zeros(1, 3, 256, 192), None).shape == (1, 133, 64, 48)
    assert config.codec.sigma == 2
    assert (config.train_dataloader.batch_size, config.auto_scale_lr.base_batch_size) == (8, 56)
    steps = {step.type: step for step in config.train_dataloader.dataset.pipeline}
    assert (steps['RandomFlip'].direction, steps['RandomHalfBody'].prob) == ('horizontal', 0.3)
    moves = steps['RandomBBoxTransform']
    assert (moves.rotate_factor, moves.scale_factor, moves.shift_prob) == (45, (0.65, 1.35), 0)


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    root = write_whole_body_dataset(
        tmp_path_factory.mktemp('people'), num_images=2, num_people=2, image_size=(120, 90), suffix='.jpg'
    )
    return root


def smaller(config, root):
    """Shrink input and networks, and let a config read drawn people in this process, their boxes annotated."""
    if 'estimator' in config.model:
        config.model.estimator.init_cfg = None
        config.model.localizer = dict(type='AffineLocalizer', backbone=SMALL_RESNET, in_channels=32)
    estimator = config.model.get('estimator', config.model)
    if estimator.backbone.type == 'ResNet':
        estimator.backbone = SMALL_RESNET
        estimator.head.update(in_channels=32, deconv_out_channels=(8, 8, 8))
        config = Config(exchange_values(config.to_dict(), {(192, 256): (64, 64), (48, 64): (16, 16)}))
    else:
        config = shrink_topdown(config, (64, 64))
    for loader, split in zip(
        (config.train_dataloader, config.val_dataloader, config.test_dataloader), ('train', 'val', 'val')
    ):
        loader.update(batch_size=2, num_workers=0, persistent_workers=False)
        dataset = dict(data_root=str(root), ann_file=f'annotations/{split}.json', data_prefix=dict(img='images/'))
        loader.dataset.update(bbox_file=None, **dataset)
    for evaluator in (config.val_evaluator, config.test_evaluator):
        evaluator.ann_file = str(root / 'annotations/val.json')
    return config


@pytest.mark.parametrize('name', [HRNET, RESNET, SSTN, RTMPOSE])
def test_a_small_one_trains_and_tests(name, data, tmp_path):
    config = smaller(Config.fromfile(ROOT / name), data)
    for hook in config.custom_hooks:
        if hook.type == 'mmdet.PipelineSwitchHook':
            hook.switch_epoch = 1
    config.train_cfg.update(max_epochs=2, val_interval=3)
    config.work_dir, config.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.iter == 4
    losses = {key.split('/')[-1]: value.current() for key, value in runner.message_hub.log_scalars.items()}
    assert math.isfinite(losses['loss_kpt'])
    assert losses['loss_kpt'] > 0
    assert ('loss_parallel' in losses) == (name == SSTN)
    pipeline = runner.train_dataloader.dataset.pipeline.transforms
    assert ('PoseGuidedProposals' in [type(step).__name__ for step in pipeline]) == (name != RTMPOSE)
    metrics = runner.test()
    assert set(metrics) == {f'coco-wholebody/{part}{figure}' for part in PARTS for figure in FIGURES}
