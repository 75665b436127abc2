"""Decoding of DEKR's maps: the numbers by hand, or by loops."""

import numpy as np
import pytest
import torch
from mmpose.codecs import SPR

from synpose.models.heads.root_decoding import (
    Candidates,
    _poses_on_cpu,
    _poses_on_gpu,
    between_scales,
    decode_poses,
    pooling_kernel,
    resample,
    rescale_roots,
    sample_at_joints,
)


@pytest.mark.parametrize(
    ('height', 'width', 'expected'),
    [(128, 128, 3), (200, 200, 3), (200, 202, 5), (100, 300, 3), (300, 300, 5), (301, 300, 7), (256, 400, 7)],
)
def test_the_window_grows_with_the_map(height, width, expected):
    assert pooling_kernel(height, width) == expected


@pytest.mark.parametrize('kernel', [3, 5, 7])
@pytest.mark.parametrize('most', [1, 20, 500])
def test_poses_are_those_of_the_stock_codec(kernel, most):
    torch.manual_seed(most)
    codec = SPR((64, 48), (32, 24), decode_nms_kernel=kernel, decode_max_instances=most)
    heatmaps, displacements = torch.rand(1, 24, 32), 5 * torch.randn(14, 24, 32)
    expected, (scores, _) = codec.decode(heatmaps, displacements)
    found = decode_poses(heatmaps[0], displacements, kernel, most, codec.decode_thr)
    assert torch.equal(found.root_scores, scores)
    assert torch.equal(found.poses * 2, expected)


@pytest.mark.parametrize('kernel', [1, 3, 5, 7])
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_both_devices_find_the_same_poses(kernel, dtype):
    torch.manual_seed(kernel)
    heatmap = torch.rand(40, 60, dtype=dtype)[:30, :50]  # cut out of a batch, not contiguous
    displacements = torch.randn(34, 40, 60, dtype=dtype)[:, :30, :50]
    found, expected = (f(heatmap, displacements, kernel, 60, 0.5) for f in (_poses_on_cpu, _poses_on_gpu))
    assert torch.equal(found.poses, expected.poses)
    assert torch.equal(found.root_scores, expected.root_scores)


def test_of_equal_roots_the_upper_left_comes_first():
    root = torch.zeros(9, 9)
    root[[2, 2, 6], [6, 1, 4]] = 0.5
    assert decode_poses(root, torch.zeros(2, 9, 9), 3, 2, 0.01).poses.tolist() == [[[1, 2]], [[6, 2]]]


def test_windows_are_larger_than_small_maps_and_never_even():
    root = torch.tensor([[0.2, 0.9], [0.4, 0.3]])
    found = decode_poses(root, torch.zeros(2, 2, 2), 7, 30, 0.01)
    assert found.poses.tolist() == [[[1, 0]]]
    with pytest.raises(ValueError, match='kernel: 4 is not odd'):
        decode_poses(root, torch.zeros(2, 2, 2), 4, 30, 0.01)


def test_no_root_gives_no_pose():
    found = decode_poses(torch.zeros(4, 5), torch.ones(6, 4, 5), 3, 30, 0.01)
    assert found.poses.shape == (0, 3, 2)
    assert sample_at_joints(torch.ones(3, 4, 5), found.poses).shape == (0, 3)


def test_maps_are_read_at_the_joint():
    y, x = torch.meshgrid(torch.arange(6.0), torch.arange(9.0), indexing='ij')
    maps = torch.stack([2 * x - 3 * y, x + y])  # bilinear interpolation keeps planes
    poses = torch.tensor([[[3.25, 1.5], [0.0, 5.0]], [[8.0, 4.75], [-2.0, 9.0]]])
    expected = [[2 * 3.25 - 3 * 1.5, 5], [16 - 3 * 4.75, 5]]
    np.testing.assert_allclose(sample_at_joints(maps, poses), expected, rtol=1e-6)


def test_centers_of_scales_lie_on_one_another():
    size, larger = (
        torch.tensor([10.0, 8.0]),
        torch.tensor([22.0, 16.0]),
    )  # the larger one padded by a cell left and right
    cells = torch.tensor([[5.0, 4.0], [0.0, 0.0], [10.0, 8.0]])
    expected = torch.tensor([[11.0, 8.0], [1.0, 0.0], [21.0, 16.0]])
    assert torch.equal(between_scales(cells, size, larger, 2.0), expected)
    assert torch.equal(between_scales(expected, larger, size, 0.5), cells)


@pytest.mark.parametrize(('zoom', 'shape', 'size'), [(0.5, (6, 8), (7.5, 5.5)), (2.0, (20, 28), (28, 20))])
def test_resampling_puts_everything_where_it_was(zoom, shape, size):
    target, target_size = (10, 14), (14, 10)
    y, x = torch.meshgrid(*map(torch.arange, shape), indexing='ij')
    heatmaps = torch.stack([x + 0.5 * y, y - 2.0 * x])
    found = resample(heatmaps, torch.tensor(size), target, torch.tensor(target_size), zoom)
    for row in range(10):
        for column in range(14):
            u = min(max(size[0] / 2 + (column - 7) * zoom, 0), shape[1] - 1)
            v = min(max(size[1] / 2 + (row - 5) * zoom, 0), shape[0] - 1)
            expected = [u + 0.5 * v, v - 2 * u]
            np.testing.assert_allclose(found[:, row, column], expected, atol=1e-4)


def test_roots_of_other_scales_come_after_the_first():
    scales = [
        Candidates(torch.zeros(2, 1, 2), torch.tensor([0.6, 0.3])),
        Candidates(torch.ones(2, 1, 2), torch.tensor([0.9, 0.45])),
        Candidates(torch.ones(0, 1, 2), torch.ones(0)),
    ]
    poses, scores = rescale_roots(scales, 0.8)
    np.testing.assert_allclose(scores, [0.6, 0.3, 0.48, 0.24], rtol=1e-6)
    assert poses.mean((1, 2)).tolist() == [0, 0, 1, 1]
    scales[0] = Candidates(torch.zeros(0, 1, 2), torch.ones(0))
    np.testing.assert_allclose(rescale_roots(scales, 0.8)[1], [0.8, 0.4], rtol=1e-6)
    scales[1] = Candidates(torch.zeros(2, 1, 2), torch.tensor([0.0, -0.5]))  # a threshold below 0
    assert rescale_roots(scales, 0.8)[1].tolist() == [0.0, pytest.approx(-0.4)]
