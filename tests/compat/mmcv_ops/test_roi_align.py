"""RoIAlign through mmcv's own function, against loops over the definition (average pooling)."""

import math

import numpy as np
import pytest
import torch
from mmcv.ops import RoIAlign, roi_align

# the last region reaches beyond the maps on two sides, where samples are taken at the border or are zero
ROIS = [[0, 2.3, 1.1, 11.9, 8.2], [1, 0.2, 3.4, 5.1, 13.7], [1, -6.2, 8.7, 7.9, 21.5]]
SCALE, BINS = 0.5, (2, 3)


def make():
    maps = torch.rand(2, 2, 8, 7, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return maps.requires_grad_(), torch.tensor(ROIS, dtype=torch.float64)


def sample(plane, y, x):
    height, width = plane.shape
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = plane[top, left] * (1 - (x - left)) + plane[top, right] * (x - left)
    lower = plane[bottom, left] * (1 - (x - left)) + plane[bottom, right] * (x - left)
    return upper * (1 - (y - top)) + lower * (y - top)


def reference(maps, rois, sampling_ratio, aligned):
    output = np.zeros((len(rois), maps.shape[1], *BINS))
    for k, (image, *box) in enumerate(rois):
        left, top, right, bottom = (corner * SCALE - 0.5 * aligned for corner in box)
        sizes = [bottom - top, right - left] if aligned else [max(bottom - top, 1), max(right - left, 1)]
        bin_size = [size / bins for size, bins in zip(sizes, BINS, strict=True)]
        counts = [sampling_ratio or math.ceil(size) for size in bin_size]
        for c, row, column in np.ndindex(maps.shape[1], *BINS):
            values = [
                sample(
                    maps[int(image), c],
                    top + (row + (i + 0.5) / counts[0]) * bin_size[0],
                    left + (column + (j + 0.5) / counts[1]) * bin_size[1],
                )
                for i, j in np.ndindex(*counts)
            ]
            output[k, c, row, column] = np.mean(values)
    return output


@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('sampling_ratio', [0, 1, 2])
def test_forward_is_the_definition(sampling_ratio, aligned):
    maps, rois = make()
    expected = reference(maps.detach().numpy(), ROIS, sampling_ratio, aligned)
    actual = roi_align(maps, rois, BINS, SCALE, sampling_ratio, 'avg', aligned)
    np.testing.assert_allclose(actual.detach().numpy(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('sampling_ratio', [0, 2])
def test_gradient_is_a_finite_difference(sampling_ratio, aligned):
    maps, rois = make()
    assert torch.autograd.gradcheck(lambda m: roi_align(m, rois, BINS, SCALE, sampling_ratio, 'avg', aligned), maps)


def test_maximum_pooling_names_the_package_that_has_it():
    with pytest.raises(NotImplementedError, match=r'pool_mode="max" needs the compiled package "mmcv"'):
        RoIAlign(BINS, pool_mode='max')(*make())
