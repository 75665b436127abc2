"""A source beside a target: items tell their domain, and hooks that exchange the pipeline exchange the source's."""

import json
from types import SimpleNamespace

import pytest
import torch
from mmdet.engine.hooks import PipelineSwitchHook
from mmpose.registry import DATASETS

from synpose.testing import write_photos, write_synpose_dataset

PACK = dict(type='PackPoseInputs')


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('domains')
    write_synpose_dataset(root / 'source', 4, image_size=(96, 64), splits=('train',))
    write_photos(root / 'photos', 3, (60, 40))
    return root


def config(root, **changes):
    source = dict(
        type='SynPose17Dataset',
        data_root=str(root / 'source'),
        ann_file='annotations/train.json',
        data_mode='bottomup',
        pipeline=[dict(type='LoadImage'), PACK],
    )
    target = dict(type='PhotoDataset', data_root=str(root / 'photos'), pipeline=[dict(type='LoadPhoto'), PACK])
    return {'type': 'SourceTargetDataset', 'source': source, 'target': target, **changes}


def test_items_are_packed_and_tell_their_domain(root):
    dataset = DATASETS.build(config(root))
    assert (len(dataset), dataset.lens) == (7, [4, 3])
    assert dataset.metainfo['num_keypoints'] == 17
    for number in range(7):
        item = dataset[number]
        assert item.keys() == {'inputs', 'data_samples'}
        assert item['data_samples'].domain_label == (number >= 4)
        assert tuple(item['inputs'].shape) == ((3, 64, 96) if number < 4 else (3, 40, 60))


def test_nothing_is_read_before_it_is_asked_for(root):
    gone = config(root / 'gone', lazy_init=True)
    dataset = DATASETS.build(gone)
    assert dataset.metainfo['num_keypoints'] == 17
    with pytest.raises(FileNotFoundError):
        len(dataset)
    with pytest.raises(FileNotFoundError):
        DATASETS.build(dict(gone, lazy_init=False))


def test_the_pipeline_is_that_of_the_source(root):
    dataset = DATASETS.build(config(root))
    hook = PipelineSwitchHook(1, [dict(type='LoadImage'), dict(type='Resize', scale=(48, 32)), PACK])
    loader = SimpleNamespace(dataset=dataset)
    for epoch, width in ((0, 96), (1, 48)):
        runner = SimpleNamespace(epoch=epoch, train_dataloader=loader, logger=SimpleNamespace(info=print))
        hook.before_train_epoch(runner)
        assert dataset[0]['inputs'].shape[2] == width
        assert dataset[4]['inputs'].shape[2] == 60
        assert [dataset[number]['data_samples'].domain_label for number in (0, 4)] == [0, 1]


@pytest.mark.parametrize('kind', ['CocoDataset', 'ColumnarCocoDataset'])
def test_an_empty_target_is_refused(root, tmp_path, kind):
    (tmp_path / 'none.json').write_text(json.dumps(dict(images=[], annotations=[], categories=[])))
    target = dict(type=kind, ann_file=str(tmp_path / 'none.json'), pipeline=[PACK])
    with pytest.raises(ValueError, match=f'target: {kind} .*none.json has no pictures'):
        DATASETS.build(config(root, target=target))


def test_an_empty_folder_as_target_is_refused(root, tmp_path):
    (tmp_path / 'photos').mkdir()
    given = config(root)
    given['target']['data_root'] = str(tmp_path / 'photos')
    with pytest.raises(FileNotFoundError, match=r'photos: holds no photo and no video'):
        DATASETS.build(given)


def test_what_is_not_packed_is_refused(root):
    unpacked = config(root)
    unpacked['target']['pipeline'] = [dict(type='LoadPhoto')]
    dataset = DATASETS.build(unpacked)
    assert isinstance(dataset[0]['inputs'], torch.Tensor)
    with pytest.raises(ValueError, match='target: inputs and data_samples missing: end its pipeline with'):
        dataset[5]
