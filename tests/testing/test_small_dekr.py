"""DEKR configs made small: sizes agree wherever they stand, and nothing is downloaded."""

import json

import pytest
from mmengine.hub import get_config
from mmpose.registry import MODELS

from synpose.testing.small_dekr import resize_dekr, shrink_dekr

NAME = 'mmpose::body_2d_keypoint/dekr/crowdpose/dekr_hrnet-w32_8xb10-300e_crowdpose-512x512.py'


@pytest.mark.parametrize('change', [resize_dekr, shrink_dekr])
def test_every_size_changes_and_no_checkpoint_is_left(change):
    config = get_config(NAME)
    before = config.to_dict()
    small = change(config, (96, 64))
    assert config.to_dict() == before
    text = json.dumps(small.to_dict())
    assert 'pth' not in text
    assert not any(size in text for size in ('[512, 512]', '[128, 128]'))
    for codec in (small.codec, small.model.head.decoder, small.train_dataloader.dataset.pipeline[3].encoder):
        assert (codec.input_size, codec.heatmap_size) == ((96, 64), (24, 16))
    assert small.val_dataloader.dataset.pipeline[1].input_size == (96, 64)
    assert small.model.head.rescore_cfg.in_channels == 59
    kept = small.model.head.decoder.minimal_diagonal_length == config.codec.minimal_diagonal_length
    assert kept == (change is resize_dekr)


def test_a_small_model_has_the_joints_of_the_config():
    model = MODELS.build(shrink_dekr(get_config(NAME)).model)
    assert model.head.num_keypoints == 14
    assert sum(parameter.numel() for parameter in model.parameters()) < 2e5
