"""FastSPR against MMPose's SPR: the same bits on random crowds."""

import numpy as np
import pytest
import torch
from mmpose.codecs import SPR

from synpose.codecs import FastSPR


def random_crowd(rng, people, joints, size, dtype):
    """Return keypoints (N, K, 2) px, some outside the image, some shared exactly, and visibilities (N, K)."""
    centers = rng.uniform(-0.1, 1.1, (people, 1, 2)) * size
    spread = rng.uniform(2, 120, (people, 1, 1))
    keypoints = centers + rng.normal(size=(people, joints, 2)) * spread
    whole = rng.random(people) < 0.3
    keypoints[whole] = np.round(keypoints[whole] / 4) * 4  # keypoints on cells give displacements of exactly 0
    if people > 3:
        keypoints[1] = keypoints[0]
        keypoints[2] = keypoints[0] + 1e-3
    visible = rng.integers(0, 3, (people, joints)).clip(max=rng.integers(1, 3)).astype(np.float32)
    visible[rng.random(people) < 0.1] = 0
    return keypoints.astype(dtype), visible


@pytest.mark.parametrize('joints', [14, 17, 59])
@pytest.mark.parametrize('people', [0, 1, 12, 120])
@pytest.mark.parametrize(
    ('size', 'cells', 'options'),
    [
        ((256, 256), (64, 64), dict(sigma=(4, 2), generate_keypoint_heatmaps=True)),
        ((448, 256), (56, 32), dict(sigma=(4, 2), generate_keypoint_heatmaps=True, minimal_diagonal_length=1)),
        ((128, 192), (32, 48), dict(sigma=2.5, root_type='bbox_center')),
        ((128, 128), (32, 32), dict()),
    ],
)
def test_targets_are_those_of_the_stock_codec(joints, people, size, cells, options):
    rng = np.random.default_rng([joints, people, *size])
    stock, ours = (codec(input_size=size, heatmap_size=cells, **options) for codec in (SPR, FastSPR))
    for dtype in (np.float32, np.float64):
        keypoints, visible = random_crowd(rng, people, joints, size, dtype)
        for shown in (visible, None) if people < 100 else (visible,):
            expected, found = stock.encode(keypoints, shown), ours.encode(keypoints, shown)
            assert expected.keys() == found.keys()
            for name, target in expected.items():
                assert found[name].dtype == target.dtype
                np.testing.assert_array_equal(found[name], target, err_msg=name)


def test_decoding_is_that_of_the_stock_codec():
    options = dict(input_size=(256, 256), heatmap_size=(64, 64), sigma=(4, 2), generate_keypoint_heatmaps=True)
    torch.manual_seed(0)
    heatmaps, displacements = torch.rand(18, 64, 64), torch.randn(34, 64, 64)
    (expected, scores), (found, own) = (
        codec(**options, decode_max_instances=60).decode(heatmaps, displacements) for codec in (SPR, FastSPR)
    )
    assert len(found) == 60
    assert torch.equal(found, expected)
    assert all(torch.equal(a, b) for a, b in zip(own, scores))


def test_arguments_are_not_changed():
    keypoints, visible = random_crowd(np.random.default_rng(0), 5, 17, (256, 256), np.float32)
    before = keypoints.copy(), visible.copy()
    FastSPR(input_size=(256, 256), heatmap_size=(64, 64)).encode(keypoints, visible)
    np.testing.assert_array_equal(keypoints, before[0])
    np.testing.assert_array_equal(visible, before[1])
