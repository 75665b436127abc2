"""uint8 BGR to RGB in [-1, 1] and back."""

import pytest
import torch

from synpose.models.data_preprocessors import TranslationDataPreprocessor, to_uint8


def batch(*sizes):
    images = [torch.randint(0, 256, (3, *size), dtype=torch.uint8) for size in sizes]
    masks = [torch.randint(0, 3, (1, *size), dtype=torch.uint8) for size in sizes]
    return {'inputs': {'source': images, 'mask': masks}, 'data_samples': list(sizes)}


def test_crops_are_stacked_in_training():
    data = batch((4, 6), (4, 6))
    out = TranslationDataPreprocessor()(data, training=True)
    source, mask = out['inputs']['source'], out['inputs']['mask']
    assert (source.shape, mask.shape) == ((2, 3, 4, 6), (2, 1, 4, 6))
    assert source[0, 0, 1, 2].item() == pytest.approx(data['inputs']['source'][0][2, 1, 2].item() / 127.5 - 1)
    assert torch.equal(mask.bool(), torch.stack(data['inputs']['mask']) > 0)
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    assert out['data_samples'] == [(4, 6), (4, 6)]


def test_images_of_a_test_keep_their_sizes():
    out = TranslationDataPreprocessor()(batch((4, 6), (5, 3)))
    assert [tuple(image.shape) for image in out['inputs']['source']] == [(3, 4, 6), (3, 5, 3)]


def test_to_uint8_is_the_inverse():
    images = batch((4, 6))
    out = TranslationDataPreprocessor()(images)['inputs']['source'][0]
    assert torch.equal(to_uint8(out), images['inputs']['source'][0])
    assert to_uint8(torch.tensor([2.0, 0.0, -3.0]).view(3, 1, 1)).flatten().tolist() == [0, 128, 255]


def test_crops_of_several_sizes_are_an_error():
    with pytest.raises(ValueError, match='source: a batch has crops of several sizes: 6x4, 3x5 px'):
        TranslationDataPreprocessor()(batch((4, 6), (5, 3)), training=True)
