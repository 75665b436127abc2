"""A stock DEKR config on a folder of drawn people, small enough for a test."""

import copy

import pytest
from mmengine.config import ConfigDict
from mmengine.hub import get_config
from mmengine.registry import init_default_scope

from synpose.skeletons import COCO17_NAMES
from synpose.testing import write_synpose_dataset

SIZE = (128, 128)


def replace_everywhere(node, old, new):
    """Give each dict of that ``type`` another one, in place."""
    if isinstance(node, dict):
        if node.get('type') == old:
            node['type'] = new
        node = node.values()
    if not isinstance(node, str) and hasattr(node, '__iter__'):
        for child in node:
            replace_everywhere(child, old, new)


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmpose')


@pytest.fixture(scope='session')
def people_folder(tmp_path_factory):
    root = tmp_path_factory.mktemp('people')
    return write_synpose_dataset(root, 6, 4, (160, 120), ('train',), COCO17_NAMES, seed=3)


@pytest.fixture(scope='session')
def stock_config(people_folder):
    """MMPose's COCO config of DEKR, narrow and on small images, nothing else changed."""
    config = get_config('mmpose::body_2d_keypoint/dekr/coco/dekr_hrnet-w32_8xb10-140e_coco-512x512.py')
    codec = dict(config.codec, input_size=SIZE, heatmap_size=tuple(s // 4 for s in SIZE), minimal_diagonal_length=2)
    model = config.model
    stages = [(1, (8,)), (1, (8, 8)), (1, (8, 8, 8)), (1, (8, 8, 8, 8))]
    for k, (blocks, channels) in enumerate(stages, 1):
        model.backbone.extra[f'stage{k}'].update(
            num_modules=1, num_blocks=(blocks,) * len(channels), num_channels=channels
        )
    model.backbone.init_cfg = None
    init = [dict(type='Normal', layer=['Conv2d'], std=0.05), dict(type='Constant', layer='BatchNorm2d', val=1)]
    model.head.update(in_channels=32, num_displacement_filters_per_keypoint=3, decoder=codec, init_cfg=init)
    model.head.pop('rescore_cfg')
    config.train_pipeline[1].input_size = SIZE
    config.train_pipeline[3].encoder = codec
    config.val_pipeline[1].input_size = SIZE
    for loader, pipeline in ((config.train_dataloader, 'train_pipeline'), (config.val_dataloader, 'val_pipeline')):
        loader.dataset.update(
            data_root=str(people_folder),
            ann_file='annotations/train.json',
            data_prefix=dict(img='images/'),
            pipeline=config[pipeline],
        )
    return config


@pytest.fixture
def crowd_config(stock_config):
    """The same config with our codec, head and dataset: three types."""
    config = ConfigDict(copy.deepcopy(stock_config._cfg_dict.to_dict()))
    for old, new in (('SPR', 'FastSPR'), ('DEKRHead', 'CrowdDEKRHead'), ('CocoDataset', 'SynPose17Dataset')):
        replace_everywhere(config, old, new)
    return config
