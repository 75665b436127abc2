"""The geometry of a symmetric spatial transformer: crop by theta, map back by its inverse gamma.

Of Fang et al., "RMPE: Regional Multi-person Pose Estimation" (ICCV 2017), section 3.1. A theta ``(B, 2, 3)`` takes a
place of the result to the place of the input it shows, both in the coordinates of PyTorch's ``affine_grid`` without
``align_corners``: -1 and 1 are the outer edges of the first and the last pixel, along x and along y.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def transform(maps: Tensor, theta: Tensor) -> Tensor:
    """Show of each map what lies where theta points; zeros outside. ``(B, C, H, W)`` and ``(B, 2, 3)``."""
    maps = maps.to(torch.promote_types(maps.dtype, torch.float32))  # half precision would round places
    grid = F.affine_grid(theta.to(maps.dtype), list(maps.shape), align_corners=False)
    return F.grid_sample(maps, grid, mode='bilinear', padding_mode='zeros', align_corners=False)


def invert(theta: Tensor) -> Tensor:
    """Return gamma, ``(B, 2, 3)``: g12 = theta12^-1 and g3 = -g12 theta3 (equations 2 and 3), in double precision."""
    theta = theta.double()
    (a, b), (c, d) = theta[..., :2].permute(1, 2, 0)
    inverse = torch.stack([d, -b, -c, a], dim=-1).view(-1, 2, 2) / determinant(theta)[:, None, None]
    return torch.cat([inverse, -inverse @ theta[..., 2:]], dim=-1)


def determinant(theta: Tensor) -> Tensor:
    """Return the area of a crop as a fraction of its input's, ``(B,)``; negative where the crop is a mirror image."""
    return theta[:, 0, 0] * theta[:, 1, 1] - theta[:, 0, 1] * theta[:, 1, 0]


def identity(count: int, like: Tensor) -> Tensor:
    """Return ``count`` thetas that crop everything, ``(count, 2, 3)``."""
    return torch.eye(2, 3, dtype=like.dtype, device=like.device).expand(count, 2, 3)


def in_heatmap_coordinates(
    theta: Tensor, input_size: Sequence[int], heatmap_size: Sequence[int], scale_factor: Sequence[float]
) -> Tensor:
    """Express a map between inputs as one between their heatmaps.

    Codecs count cells from the center of the first pixel, cell i lies at input pixel ``scale_factor * i``; a place of
    equal coordinates in ``affine_grid`` is off by up to half a cell. Without this, heatmaps of 4 px a cell would move
    by 1.5 px times the change of scale.

    Args:
        theta: ``(B, 2, 3)`` for inputs.
        input_size: Width and height of the input, px.
        heatmap_size: Width and height of the heatmaps, cells.
        scale_factor: Of the codec, px a cell along x and y.

    Returns:
        ``(B, 2, 3)`` for heatmaps.
    """
    pairs = list(zip(input_size, heatmap_size, scale_factor))
    # Where heatmap coordinate h lies in the input: a h + b, from pixel = factor * cell.
    a = theta.new_tensor([factor * cells / pixels for pixels, cells, factor in pairs])
    b = theta.new_tensor([(factor * (cells - 1) + 1) / pixels - 1 for pixels, cells, factor in pairs])
    linear = theta[..., :2] * a / a[:, None]
    shift = (theta[..., :2] @ b + theta[..., 2] - b) / a
    return torch.cat([linear, shift[..., None]], dim=-1)


def center_pose(heatmaps: Tensor, weights: Tensor) -> Tensor:
    """Move the heatmaps of each person so that the middle of the pose is that of the map.

    The middle is that of the box around the peaks of labeled joints. Moved are whole cells, so that peaks keep their
    shape; what leaves the map is lost, and what comes in is 0.

    Args:
        heatmaps: ``(B, K, h, w)``.
        weights: ``(B, K)``, 0 for joints without label.

    Returns:
        ``(B, K, h, w)``; a person without labeled joints is not moved.
    """
    h, w = heatmaps.shape[-2:]
    peaks = heatmaps.flatten(2).argmax(dim=-1)
    places = torch.stack([peaks % w, peaks // w], dim=-1).to(heatmaps.dtype)  # (B, K, 2)
    labeled = (weights > 0)[..., None]
    low = places.masked_fill(~labeled, torch.inf).amin(dim=1)
    high = places.masked_fill(~labeled, -torch.inf).amax(dim=1)
    middle = places.new_tensor([(w - 1) / 2, (h - 1) / 2])
    shift = torch.where(labeled.any(dim=1), (low + high) / 2 - middle, 0.0).round().long()
    rows = torch.arange(h, device=heatmaps.device) + shift[:, 1:]  # (B, h)
    columns = torch.arange(w, device=heatmaps.device) + shift[:, :1]
    inside = ((rows >= 0) & (rows < h))[:, :, None] & ((columns >= 0) & (columns < w))[:, None]
    batch = torch.arange(len(heatmaps), device=heatmaps.device)[:, None, None]
    moved = heatmaps[batch, :, rows.clamp(0, h - 1)[:, :, None], columns.clamp(0, w - 1)[:, None]]  # (B, h, w, K)
    return moved.permute(0, 3, 1, 2) * inside[:, None]
