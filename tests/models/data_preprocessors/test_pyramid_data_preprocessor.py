"""PyramidDataPreprocessor against MMPose's PoseDataPreprocessor, level by level."""

import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmpose.models import PoseDataPreprocessor
from mmpose.structures import PoseDataSample

from synpose.models import PyramidDataPreprocessor

OPTIONS = dict(mean=[120.0, 110.0, 100.0], std=[58.0, 57.0, 56.0], bgr_to_rgb=True)


def image(width, height, seed):
    return torch.randint(256, (3, height, width), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


@pytest.mark.parametrize('collate', [pseudo_collate, None])
def test_single_images_are_treated_as_by_mmpose(collate):
    for images in ([image(32, 16, 0), image(32, 16, 1)], [image(32, 16, 0), image(16, 48, 1)]):
        found, expected = (
            cls(**OPTIONS)({'inputs': list(images), 'data_samples': [PoseDataSample(), PoseDataSample()]})
            for cls in (PyramidDataPreprocessor, PoseDataPreprocessor)
        )
        assert torch.equal(found['inputs'], expected['inputs'])
        for own, stock in zip(found['data_samples'], expected['data_samples']):
            assert own.metainfo == stock.metainfo


def test_every_level_is_padded_and_normalized_alone():
    sizes = [[(32, 16), (16, 8), (64, 32)], [(32, 32), (16, 16), (64, 64)]]
    batch = [
        {'inputs': [image(*size, k) for k, size in enumerate(levels)], 'data_samples': PoseDataSample()}
        for levels in sizes
    ]
    found = PyramidDataPreprocessor(**OPTIONS)(pseudo_collate(batch))
    assert [tuple(level.shape) for level in found['inputs']] == [(2, 3, 32, 32), (2, 3, 16, 16), (2, 3, 64, 64)]
    for k, level in enumerate(found['inputs']):
        samples = [PoseDataSample(), PoseDataSample()]
        stock = PoseDataPreprocessor(**OPTIONS)({'inputs': [b['inputs'][k] for b in batch], 'data_samples': samples})
        assert torch.equal(level, stock['inputs'])
    for sample, levels in zip(found['data_samples'], sizes):
        assert sample.batch_input_shape == (32, 32)
        assert sample.pad_shape == levels[0][::-1]
        assert sample.aug_input_sizes == levels[1:]
