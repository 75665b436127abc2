"""Levels: what is cut out of a batch, and how scales are averaged."""

import math

import numpy as np
import torch
from mmengine.structures import PixelData

from synpose.compat.mmcv_ops.deform_sampling import at_least_single
from synpose.models.heads.levels import Level, average_maps, canvas_size, split_images, stack_masks


def test_padding_is_cut_off():
    maps = [torch.rand(3, 8, 12), torch.rand(4, 8, 12)]
    level = Level.cut(maps, (34, 16), 4.0, 1.0)
    assert level.heatmaps.shape == (3, 4, 9)
    assert level.displacements.shape == (4, 4, 9)
    assert level.size.tolist() == [8.5, 4]
    assert Level.cut(maps, None, None, 1.0).size.tolist() == [12, 8]
    assert level.occlusion is None


def test_a_gaussian_seen_at_three_scales_is_averaged_in_place():
    def level(zoom):
        W, H = math.ceil(24 * zoom), math.ceil(16 * zoom)
        y, x = torch.meshgrid(torch.arange(H), torch.arange(W), indexing='ij')
        u, v = ((c - side / 2) / zoom + first / 2 for c, side, first in ((x, W, 24), (y, H, 16)))
        gaussian = torch.exp(-((u - 15) ** 2 + (v - 6) ** 2) / 8)
        return Level(gaussian[None], torch.zeros(2, H, W), None, torch.tensor([float(W), float(H)]), zoom)

    single, mean = (average_maps([level(z) for z in zooms], 'heatmaps') for zooms in ([1.0], [1.0, 0.5, 2.0]))
    assert mean.shape == (1, 16, 24)
    assert mean.argmax() == single.argmax() == 6 * 24 + 15
    rows, columns = torch.arange(16.0)[:, None], torch.arange(24.0)
    center = [(mean[0] * axis).sum() / mean.sum() for axis in (columns, rows)]
    np.testing.assert_allclose(center, [15, 6], atol=0.01)


def test_every_image_gets_its_own_part_of_every_scale():
    maps = [[torch.rand(2, c, 8, 12), torch.rand(2, 4, 8, 12)] for c in (3, 3)]
    infos = [
        dict(input_size=size, batch_input_shape=(32, 48), aug_scales=[1.0], aug_input_sizes=[size])
        for size in ((48, 32), (32, 16))
    ]
    images = split_images([tuple(m) for m in maps], infos)
    assert [[level.heatmaps.shape for level in levels] for levels in images] == [[(3, 8, 12)] * 2, [(3, 4, 8)] * 2]
    assert torch.equal(images[1][1].displacements, maps[1][1][1, :, :4, :8])
    assert len(split_images([tuple(maps[0])], [{}, {}])[1]) == 1


def test_sizes_and_precision():
    assert canvas_size(dict(input_size=(40, 30))) == (40, 30)
    assert canvas_size(dict(input_size=(40, 30), batch_input_shape=(64, 48))) == (48, 64)
    for given, expected in ((torch.bfloat16, torch.float32), (torch.half, torch.float32), (torch.double, torch.double)):
        assert at_least_single(torch.ones(1, dtype=given)).dtype == expected


def test_images_without_a_mask_are_not_masked():
    masked = PixelData(heatmap_mask=torch.rand(1, 4, 6) < 0.5)
    plain = PixelData(heatmaps=torch.rand(3, 4, 6))
    assert stack_masks([plain, plain]) is None
    for fields in ([plain, masked], [masked, plain]):
        masks = stack_masks(fields)
        assert masks.shape == (2, 1, 4, 6)
        assert torch.equal(masks[fields.index(masked)], masked.heatmap_mask)
        assert masks[fields.index(plain)].all()
    own = PixelData(heatmap_mask=torch.rand(3, 4, 6) < 0.5)
    masks = stack_masks([plain, masked, own])
    assert masks.shape == (3, 3, 4, 6)
    assert torch.equal(masks[1], masked.heatmap_mask.expand(3, -1, -1))
    assert torch.equal(masks[2], own.heatmap_mask)
