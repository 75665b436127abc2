import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample


def test_pictures_come_back_as_they_are():
    images = [torch.randint(0, 256, (3, *size), dtype=torch.uint8) for size in ((5, 7), (8, 4))]
    batch = pseudo_collate([{'inputs': {'source': image}, 'data_samples': PoseDataSample()} for image in images])
    samples = MODELS.build({'type': 'IdentityTranslator'}).test_step(batch)
    for sample, image in zip(samples, images):
        assert sample.translated.dtype == np.uint8
        assert np.array_equal(sample.translated, image.permute(1, 2, 0).numpy())


def test_pictures_without_data_samples_come_back_too():
    image = torch.full((3, 2, 4), 7, dtype=torch.uint8)
    (sample,) = MODELS.build({'type': 'IdentityTranslator'})({'source': [image]})
    assert sample.translated.tolist() == [[[7] * 3] * 4] * 2


def test_it_cannot_be_trained():
    with pytest.raises(NotImplementedError, match='predict only'):
        MODELS.build({'type': 'IdentityTranslator'})({'source': []}, [], mode='loss')
