"""A stock DEKR config on a folder of drawn people, small enough for a test."""

import copy

import pytest
from mmengine.config import ConfigDict
from mmengine.hub import get_config
from mmengine.registry import init_default_scope

from synpose.skeletons import COCO17_NAMES
from synpose.testing import write_synpose_dataset
from synpose.testing.small_dekr import shrink_dekr


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
    config = shrink_dekr(config, (128, 128))
    config.model.head.pop('rescore_cfg')
    for loader in (config.train_dataloader, config.val_dataloader):
        root = dict(data_root=str(people_folder), data_prefix=dict(img='images/'))
        loader.dataset.update(ann_file='annotations/train.json', **root)
    return config


@pytest.fixture
def crowd_config(stock_config):
    """The same config with our codec, head and dataset: three types."""
    config = ConfigDict(copy.deepcopy(stock_config._cfg_dict.to_dict()))
    for old, new in (('SPR', 'FastSPR'), ('DEKRHead', 'CrowdDEKRHead'), ('CocoDataset', 'SynPose17Dataset')):
        replace_everywhere(config, old, new)
    return config
