"""Stock MMPose and MMDetection on mmcv-lite: their own configs import, build, train and infer over the stand-ins."""

import math
from pathlib import Path

import mmdet
import mmpose
import mmpose.datasets
import numpy as np
import pytest
import torch
from mmdet.registry import MODELS as DETECTORS
from mmdet.structures import DetDataSample
from mmengine.config import Config, ConfigDict
from mmengine.dataset import Compose, pseudo_collate
from mmengine.model import BaseModel
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData
from mmpose.models import build_pose_estimator

DEKR = 'body_2d_keypoint/dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py'
FLIP_INDICES = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]


def make_sample(width, height, people):
    """What ``CocoDataset`` hands to a pipeline, its image loaded: people of 17 joints."""
    rng = np.random.default_rng(0)
    places = rng.uniform([4, 4], [width / 2, height / 2], (people, 1, 2))
    keypoints = (places + rng.uniform(0, [width / 2, height / 2], (people, 17, 2))).astype(np.float32)
    bbox = np.concatenate([keypoints.min(1), keypoints.max(1)], 1)
    return {
        'img': rng.integers(0, 255, (height, width, 3), dtype=np.uint8),
        'img_shape': (height, width),
        'ori_shape': (height, width),
        'bbox': bbox,
        'area': (bbox[:, 2:] - bbox[:, :2]).prod(1),
        'bbox_score': np.ones(people, np.float32),
        'keypoints': keypoints,
        'keypoints_visible': np.ones((people, 17), np.float32),
        'flip_indices': FLIP_INDICES,
        'invalid_segs': [],
    }


def replaced(node, sizes):
    """A config's node with each of the ``sizes`` (old to new) exchanged and without checkpoints to download."""
    if isinstance(node, dict):
        pretrained = isinstance(node.get('init_cfg'), dict) and 'checkpoint' in node['init_cfg']
        return {key: replaced(value, sizes) for key, value in node.items() if not (pretrained and key == 'init_cfg')}
    if isinstance(node, list):
        return [replaced(value, sizes) for value in node]
    return sizes.get(node, node) if isinstance(node, tuple) else node


def stock(package, name):
    """Path of a config that ``package`` ships."""
    return Path(package.__file__).parent / '.mim' / 'configs' / name


def load(path, sizes):
    """A config with its sizes exchanged for ones that run in seconds."""
    return ConfigDict(replaced(Config.fromfile(path).to_dict(), sizes))


def make_batch(pipeline, width, height, people=2, images=1):
    steps = Compose([step for step in pipeline if 'LoadImage' not in str(step['type'])])
    return pseudo_collate([steps(make_sample(width, height, people)) for _ in range(images)])


def test_dekr_takes_a_training_step():
    config = load(stock(mmpose, DEKR), {(512, 512): (128, 128), (128, 128): (32, 32)})
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose'):
        model = build_pose_estimator(config.model).train()
        model.init_weights()
        optimizer = build_optim_wrapper(model, config.optim_wrapper)
        before = {name: value.detach().clone() for name, value in model.named_parameters() if 'rescore' not in name}
        losses = model.train_step(make_batch(config.train_pipeline, 128, 128, images=2), optimizer)
    assert set(losses) == {'loss', 'loss/heatmap', 'loss/displacement'}
    assert all(math.isfinite(value) and value > 0 for value in losses.values())
    after = dict(model.named_parameters())
    unchanged = [name for name, value in before.items() if torch.equal(value, after[name])]
    assert sum('adapt_conv' in name for name in before) == 2
    assert unchanged == []


def infer(config, width, height, people=2, initialize=BaseModel.init_weights):
    """Keypoints ``(N, 17, 2)`` that the config's untrained model finds in one image."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose'):
        model = build_pose_estimator(config.model).eval()
        initialize(model)
        (result,) = model.test_step(make_batch(config.val_pipeline, width, height, people))
    return np.asarray(result.pred_instances.keypoints)


@pytest.mark.parametrize(
    ('name', 'sizes', 'people'),
    [
        (DEKR, {(512, 512): (128, 128), (128, 128): (32, 32)}, 2),
        ('body_2d_keypoint/rtmo/coco/rtmo-s_8xb32-600e_coco-640x640.py', {(640, 640): (160, 160)}, 2),
        ('body_2d_keypoint/rtmpose/coco/rtmpose-s_8xb256-420e_coco-256x192.py', {}, 1),
    ],
    ids=['dekr', 'rtmo', 'rtmpose'],
)
def test_mmpose_config_infers(name, sizes, people):
    keypoints = infer(load(stock(mmpose, name), sizes), 128, 96, people)
    assert keypoints.shape[1:] == (17, 2)
    assert np.isfinite(keypoints).all()


def test_edpose_infers(tmp_path):
    """Multi-scale deformable attention; the runtime comes from ``mmpose.configs``, which MMPose's wheel lacks."""
    path = stock(mmpose, 'body_2d_keypoint/edpose/coco/edpose_res50_8xb2-50e_coco-800x1333.py')
    runtime = 'with read_base():\n    from mmpose.configs._base_.default_runtime import *  # noqa\n'
    assert runtime in path.read_text()
    copy = tmp_path / 'edpose.py'
    copy.write_text(path.read_text().replace(runtime, 'train_cfg, default_hooks = dict(), dict()\n'))

    def initialize(model):  # its own init_weights fails in MMPose 1.3.2: "'FFN' object is not subscriptable"
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.02)

    keypoints = infer(load(copy, {(800, 1333): (256, 320)}), 320, 256, initialize=initialize)
    assert keypoints.shape == (50, 17, 2)
    assert np.isfinite(keypoints).all()


@pytest.mark.parametrize(
    'name', ['dcn/faster-rcnn_r50-dconv-c3-c5_fpn_1x_coco.py', 'dcnv2/faster-rcnn_r50-mdconv-c3-c5_fpn_1x_coco.py']
)
def test_mmdet_config_trains_and_infers(name):
    config = load(stock(mmdet, name), {})
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = DETECTORS.build(config.model)
        sample = DetDataSample(metainfo={'img_shape': (64, 96), 'ori_shape': (64, 96), 'scale_factor': (1, 1)})
        sample.gt_instances = InstanceData(bboxes=torch.tensor([[8.0, 8, 40, 60]]), labels=torch.tensor([0]))
        batch = {'inputs': [torch.randint(0, 255, (3, 64, 96), dtype=torch.uint8)], 'data_samples': [sample]}
        losses = model.train_step(batch, build_optim_wrapper(model, config.optim_wrapper))
        result = model.eval().test_step(batch)[0].pred_instances
    assert all(math.isfinite(value) for value in losses.values())
    # offsets start at zero, so that only a gradient moves them
    assert model.backbone.layer4[0].conv2.conv_offset.weight.abs().sum() > 0
    assert result.bboxes.shape == (len(result), 4)
