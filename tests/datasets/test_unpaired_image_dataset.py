from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.runner import Runner
from mmpose.registry import DATASETS

from synpose.engine.hooks.random_state_hook import get_random_state, set_random_state
from synpose.testing import write_photos, write_synpose_dataset, write_video

AUGMENT = [{'type': 'RandomImageCrop', 'size': (32, 24)}, {'type': 'RandomImageFlip'}]
SOURCE = [{'type': 'LoadImage'}, {'type': 'LoadStencil'}, *AUGMENT, {'type': 'PackTranslationInputs'}]
TARGET = [{'type': 'LoadPhoto'}, *AUGMENT, {'type': 'PackTranslationInputs', 'key': 'target'}]


def config(root: Path, **kwargs: Any) -> dict[str, Any]:
    return {
        'type': 'UnpairedImageDataset',
        'source': {'type': 'SynPoseImageDataset', 'data_root': str(root / 'source'), 'pipeline': SOURCE},
        'target': {'type': 'PhotoDataset', 'paths': str(root / 'target'), 'pipeline': TARGET},
        **kwargs,
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three source images, six target pictures."""
    write_synpose_dataset(tmp_path / 'source', num_images=3, num_people=4, image_size=(64, 48), splits=['train'])
    write_photos(tmp_path / 'target', 3, (40, 30), '.jpg')
    write_video(tmp_path / 'target/film.avi', range(25))
    return tmp_path


def test_items(root: Path) -> None:
    dataset = DATASETS.build(config(root))
    assert len(dataset) == 6
    assert dataset.metainfo == {'dataset_name': 'synpose_images', 'target': {'dataset_name': 'photos'}}
    for index in range(6):
        item = dataset[index]
        shapes = {key: (tuple(value.shape), value.dtype) for key, value in item['inputs'].items()}
        assert shapes == {
            'source': ((3, 24, 32), torch.uint8),
            'mask': ((1, 24, 32), torch.uint8),
            'target': ((3, 24, 32), torch.uint8),
        }
        sample = item['data_samples']
        assert sample.source_path == str(root / f'source/images/{index % 3 + 1:06d}.png')
        assert Path(sample.target_path).parent == root / 'target'


def test_the_mask_never_leaves_the_picture(root: Path) -> None:
    dataset = DATASETS.build(config(root))
    for index in range(40):
        inputs = dataset[index % 6]['inputs']
        # write_synpose_dataset paints people of at least 120 on a background below 60
        np.testing.assert_array_equal(inputs['mask'][0].numpy(), inputs['source'].numpy().min(axis=0) > 90)


def test_more_source_than_target(root: Path) -> None:
    target = {'type': 'PhotoDataset', 'paths': str(root / 'target/photo_01.jpg'), 'pipeline': TARGET}
    dataset = DATASETS.build(config(root, target=target))
    assert len(dataset) == 3
    assert [Path(dataset[i]['data_samples'].source_path).stem for i in range(3)] == ['000001', '000002', '000003']


def test_every_target_is_drawn_equally_often(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = DATASETS.build(config(root))
    counts = np.zeros(6, int)

    class Target:
        def __len__(self) -> int:
            return 6

        def __getitem__(self, index: int) -> dict:
            counts[index] += 1
            return fixed

    fixed = dataset.target[0]
    monkeypatch.setattr(dataset, 'target', Target())
    np.random.seed(0)  # noqa: NPY002
    for _ in range(600):
        dataset[0]
    assert counts.sum() == 600
    assert ((counts - 100) ** 2 / 100).sum() < 20.5  # chi-squared of 5 degrees of freedom, 99.9%


def test_resumes_exactly(root: Path) -> None:
    dataset = DATASETS.build(config(root))
    dataset[0]
    state = get_random_state()
    first = [dataset[index] for index in range(6)]
    set_random_state(state)
    for item, index in zip(first, range(6)):
        again = dataset[index]
        assert again['data_samples'].target_path == item['data_samples'].target_path
        assert all(torch.equal(again['inputs'][key], value) for key, value in item['inputs'].items())
    assert len({item['data_samples'].target_path for item in first}) > 1


@pytest.mark.parametrize('workers', [0, 1])
def test_in_a_loader_of_the_runner(root: Path, workers: int) -> None:
    loader = Runner.build_dataloader(
        {
            'dataset': config(root, lazy_init=True),
            'batch_size': 2,
            'num_workers': workers,
            'sampler': {'type': 'DefaultSampler', 'shuffle': True},
            'collate_fn': {'type': 'pseudo_collate'},
        },
        seed=0,
    )
    batches = list(loader)
    assert len(batches) == 3
    assert [len(batches[0]['inputs'][key]) for key in ('source', 'mask', 'target')] == [2, 2, 2]
    paths = sorted(sample.source_path for batch in batches for sample in batch['data_samples'])
    assert paths == sorted(2 * [str(root / f'source/images/00000{i}.png') for i in (1, 2, 3)])


def test_one_split_of_a_folder_as_target(root: Path) -> None:
    write_synpose_dataset(root / 'camera', num_images=2, num_people=1, image_size=(64, 48), splits=['train', 'test'])
    pipeline = [{'type': 'LoadImage'}, *TARGET[1:]]
    target = {'type': 'SynPoseImageDataset', 'data_root': str(root / 'camera'), 'pipeline': pipeline}
    dataset = DATASETS.build(config(root, target=target))
    assert {Path(dataset[0]['data_samples'].target_path).stem for _ in range(30)} == {'000001', '000002'}


def test_both_sides_of_one_name(root: Path) -> None:
    target = {'type': 'PhotoDataset', 'paths': str(root / 'target'), 'pipeline': [*TARGET[:-1], SOURCE[-1]]}
    with pytest.raises(ValueError, match=r"both pipelines pack source; .*key='target'"):
        DATASETS.build(config(root, target=target))[0]


def test_nothing_is_read_before_it_is_asked_for(root: Path) -> None:
    target = {'type': 'PhotoDataset', 'paths': str(root / 'gone'), 'pipeline': TARGET}
    dataset = DATASETS.build(config(root, target=target, lazy_init=True))
    assert dataset.metainfo['dataset_name'] == 'synpose_images'
    with pytest.raises(FileNotFoundError, match=r'gone: no such folder'):
        dataset.full_init()
