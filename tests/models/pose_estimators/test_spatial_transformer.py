"""The geometry of the spatial transformers, against hand-made maps and MMPose's codecs."""

import numpy as np
import pytest
import torch
from mmpose.codecs import MSRAHeatmap, UDPHeatmap

from synpose.models.pose_estimators.spatial_transformer import (
    center_pose,
    determinant,
    in_heatmap_coordinates,
    invert,
    transform,
)

SIZE, CELLS = (192, 256), (48, 64)
CODECS = [kind(input_size=SIZE, heatmap_size=CELLS, sigma=2) for kind in (MSRAHeatmap, UDPHeatmap)]


def some_theta(angle: float, scale: float, x: float, y: float) -> torch.Tensor:
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    return torch.tensor([[[cos, -sin * 0.9, x], [sin, cos, y]]], dtype=torch.float64)


def square(theta: torch.Tensor) -> torch.Tensor:
    return torch.cat([theta, theta.new_tensor([[0, 0, 1]]).expand(len(theta), 1, 3)], dim=1)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_theta_then_gamma_is_the_identity(dtype):
    torch.manual_seed(0)
    theta = torch.eye(2, 3) + torch.randn(500, 2, 3) * 0.4
    theta = theta[determinant(theta).abs() > 0.05].to(dtype)
    assert len(theta) > 400
    for first, second in ((theta, invert(theta)), (invert(theta), theta)):
        product = square(first.double()) @ square(second.double())
        torch.testing.assert_close(product, torch.eye(3, dtype=torch.float64).expand_as(product), rtol=0, atol=1e-6)


def test_a_crop_shows_what_theta_points_at():
    maps = torch.rand(1, 3, 32, 24)
    shifted = transform(maps, torch.tensor([[[1, 0, 2 * 3 / 24], [0, 1, -2 * 5 / 32]]]))  # 3 px right, 5 px up
    torch.testing.assert_close(shifted[..., 5:, :21], maps[..., :27, 3:], rtol=0, atol=1e-5)
    assert not shifted[..., :5, :].any()
    zoomed = transform(maps, torch.tensor([[[0.5, 0, 0], [0, 0.5, 0]]]))  # the middle, twice as large
    pooled = torch.nn.functional.avg_pool2d(zoomed[..., 1:-1, 1:-1], 2)
    middle = torch.nn.functional.avg_pool2d(maps[..., 8:24, 6:18], 2, 1)
    torch.testing.assert_close(pooled, middle, rtol=0, atol=1e-5)


@pytest.mark.parametrize('codec', CODECS)
@pytest.mark.parametrize('theta', [(0.0, 0.7, 0.0, 0.0), (0.3, 0.8, 0.15, -0.1), (-0.4, 1.2, 0.05, 0.1)])
def test_heatmaps_come_back_to_where_points_do(codec, theta):
    theta, size = some_theta(*theta), np.array(SIZE)
    points = np.array([[[80.0, 120.0], [100.0, 150.0], [110.5, 101.25]]])
    gamma = invert(theta)[0].numpy()
    places = (2 * points + 1) / size - 1
    in_crop = ((places @ gamma[:, :2].T + gamma[:, 2] + 1) * size - 1) / 2
    maps = torch.from_numpy(codec.encode(in_crop.astype(np.float32))['heatmaps'])[None].double()
    # The codec rounds centers to whole cells.
    rounded = np.stack(np.unravel_index(maps[0].flatten(1).argmax(1), CELLS[::-1])[::-1], axis=-1) * codec.scale_factor
    if isinstance(codec, MSRAHeatmap):
        in_crop = rounded[None]
    back = transform(maps, in_heatmap_coordinates(invert(theta), SIZE, CELLS, codec.scale_factor.tolist()))[0].numpy()
    grid = np.stack(np.meshgrid(*map(np.arange, CELLS)), axis=-1) * codec.scale_factor
    found = (back[..., None] * grid).sum((1, 2)) / back.sum((1, 2))[:, None]
    linear, shift = theta[0, :, :2].numpy(), theta[0, :, 2].numpy()
    expected = ((((2 * in_crop[0] + 1) / size - 1) @ linear.T + shift + 1) * size - 1) / 2
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.06)


def test_centered_poses_are_those_of_moved_keypoints():
    codec = MSRAHeatmap(input_size=SIZE, heatmap_size=CELLS, sigma=1)
    rng = np.random.default_rng(0)
    offsets = rng.integers(-8, 9, (4, 5, 2))
    offsets[:, :2] = (-8, -8), (9, 9)  # the box is of even size, its middle between cells
    middles = np.array([[12, 14], [23, 31], [34, 49], [20, 12]])
    keypoints = (middles[:, None] + offsets) * 4.0
    maps, moved = (
        torch.stack([torch.from_numpy(codec.encode(pose[None])['heatmaps']) for pose in poses])
        for poses in (keypoints, (np.array([23, 31]) + offsets) * 4.0)
    )
    torch.testing.assert_close(center_pose(maps, torch.ones(4, 5)), moved, rtol=0, atol=1e-6)


def test_joints_without_label_do_not_move_the_middle():
    maps = torch.zeros(2, 3, 9, 7)
    maps[:, 0, 1, 1] = maps[:, 1, 3, 1] = maps[:, 2, 8, 6] = 1
    centered = center_pose(maps, torch.tensor([[1.0, 0.3, 0.0], [0.0, 0.0, 0.0]]))
    assert [tuple(place) for place in centered[0].nonzero().tolist()] == [(0, 3, 3), (1, 5, 3)]  # the third has left
    torch.testing.assert_close(centered[1], maps[1])
