"""From the maps of DEKR to poses: roots, what they point at, and several scales put together. Tensors in and out.

Positions are counted in cells from the center of the first one, as the codecs do; a map of an image that is W px wide
at stride t is W / t cells wide.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


class Candidates(NamedTuple):
    """Poses found in an image: ``poses`` ``(N, K, 2)``, cells, and ``root_scores`` ``(N,)``, best first."""

    poses: Tensor
    root_scores: Tensor


def pooling_kernel(height: int, width: int) -> int:
    """Size of the window in which one root may stand, for a map of that size: 3, 5 above 200 cells, 7 above 300.

    DEKR (Geng et al., CVPR 2021), as its authors test it; the size is the mean of both sides, cells.
    """
    size = (height + width) / 2
    return 3 if size <= 200 else 5 if size <= 300 else 7


def decode_poses(
    root_heatmap: Tensor, displacements: Tensor, kernel: int, max_instances: int, threshold: float
) -> Candidates:
    """Find local maxima of the root heatmap and follow the displacements from there.

    The same poses, in the same order, as :meth:`mmpose.codecs.SPR.decode` (where it has one: of equal roots the upper
    left comes first here), but only those asked for are computed and ``max_instances`` may exceed the number of cells.

    Args:
        root_heatmap: ``(H, W)``.
        displacements: ``(2 * K, H, W)``, from a cell to the joints of the instance rooted there, cells, x before y.
        kernel: Side of the window of which a root is the maximum, cells; odd.
        max_instances: Largest number of poses.
        threshold: Roots must score above this.

    Returns:
        The candidates.

    Raises:
        ValueError: If ``kernel`` is even.
    """
    if kernel % 2 == 0:
        raise ValueError(f'kernel: {kernel} is not odd')
    # On a CPU NumPy and OpenCV take a third of the time: the maps are small, most of it is the calls themselves.
    find = _poses_on_gpu if root_heatmap.device.type != 'cpu' or threshold < 0 else _poses_on_cpu
    return find(root_heatmap.detach(), displacements.detach(), kernel, max_instances, threshold)


def _poses_on_gpu(
    root_heatmap: Tensor, displacements: Tensor, kernel: int, max_instances: int, threshold: float
) -> Candidates:
    H, W = root_heatmap.shape
    maximum = F.max_pool2d(root_heatmap[None], kernel, stride=1, padding=kernel // 2)[0]
    peaks = (root_heatmap * (root_heatmap == maximum)).flatten()
    root_scores, cells = peaks.topk(min(max_instances, H * W))
    found = root_scores > threshold
    root_scores, cells = root_scores[found], cells[found]
    roots = torch.stack([cells % W, cells // W], dim=-1).to(displacements)
    poses = roots[:, None] + displacements.flatten(1)[:, cells].T.unflatten(1, (-1, 2))
    return Candidates(poses, root_scores)


def _poses_on_cpu(
    root_heatmap: Tensor, displacements: Tensor, kernel: int, max_instances: int, threshold: float
) -> Candidates:
    heatmap, fields = root_heatmap.contiguous().numpy(), displacements.numpy()
    maximum = cv2.dilate(heatmap, np.ones((kernel, kernel), np.uint8))
    cells = np.flatnonzero((heatmap == maximum) & (heatmap > threshold))
    root_scores = heatmap.ravel()[cells]
    best = np.argsort(-root_scores, kind='stable')[:max_instances]
    rows, columns = np.divmod(cells[best], heatmap.shape[1])
    poses = fields[:, rows, columns].T.reshape(len(best), len(fields) // 2, 2)
    poses[..., 0] += columns[:, None]
    poses[..., 1] += rows[:, None]
    return Candidates(torch.from_numpy(poses), torch.from_numpy(root_scores[best]))


def sample_at_joints(maps: Tensor, poses: Tensor) -> Tensor:
    """Read each joint's map at the joint, bilinearly; beyond their border maps continue unchanged.

    ``SPR.get_keypoint_scores`` reads up to half a cell beside the joint (it counts cells from centers, ``grid_sample``
    by its default from borders). Scores stay as they are there, to be the same; this reads what it says.

    Args:
        maps: ``(K, H, W)``.
        poses: ``(N, K, 2)``, cells.

    Returns:
        ``(N, K)``.
    """
    grid = _normalize(poses.transpose(0, 1)[:, None], maps.shape[1:])
    values = F.grid_sample(maps[:, None], grid, padding_mode='border', align_corners=True)
    return values[:, 0, 0].T


def _normalize(cells: Tensor, shape: Sequence[int]) -> Tensor:
    """Cells of a map of that height and width as ``grid_sample`` counts, -1 and 1 at the outermost centers."""
    last = cells.new_tensor([shape[1] - 1, shape[0] - 1]).clamp(min=1)
    return cells / last * 2 - 1


def between_scales(cells: Tensor, size: Tensor, target_size: Tensor, zoom: float) -> Tensor:
    """Where points of one map of an image lie in the map of the same image ``zoom`` times as large.

    ``BottomupResize`` puts the image's center into the center of every level of its pyramid, whatever it pads.

    Args:
        cells: ``(..., 2)``, cells of a map.
        size: ``(2,)``, width and height of that map, cells.
        target_size: ``(2,)``, width and height of the other map, cells.
        zoom: How much larger the image is in the other map.

    Returns:
        ``(..., 2)``, cells of the other map.
    """
    return target_size / 2 + (cells - size / 2) * zoom


def resample(heatmaps: Tensor, size: Tensor, target: tuple[int, int], target_size: Tensor, zoom: float) -> Tensor:
    """Bring heatmaps of one scale to the cells of another, bilinearly; beyond their border they continue unchanged.

    Args:
        heatmaps: ``(C, H, W)``.
        size: ``(2,)``, width and height of their image, cells.
        target: Height and width of the maps wanted.
        target_size: ``(2,)``, width and height of the image in the maps wanted, cells.
        zoom: How much larger the image is in ``heatmaps`` than in the maps wanted.

    Returns:
        ``(C, *target)``.
    """
    rows, columns = (torch.arange(length, device=heatmaps.device) for length in target)
    y, x = torch.meshgrid(rows, columns, indexing='ij')
    cells = between_scales(torch.stack([x, y], dim=-1).to(heatmaps), target_size, size, zoom)
    grid = _normalize(cells, heatmaps.shape[1:])
    return F.grid_sample(heatmaps[None], grid[None], padding_mode='border', align_corners=True)[0]


def rescale_roots(candidates: Sequence[Candidates], decrease: float) -> Candidates:
    """Put the poses of all scales together, the first scale's roots on top.

    A scale's root scores are multiplied so that the best of them is ``decrease`` times the best of the first scale (1
    where a scale found nobody, or nobody above 0). DEKR (Geng et al., CVPR 2021), as its authors test it.

    Args:
        candidates: Of every scale, poses in the same cells.
        decrease: .9 for COCO and .8 for CrowdPose there.

    Returns:
        All candidates, scale after scale.
    """
    if len(candidates) == 1:
        return candidates[0]
    best = [scores.max() if len(scores) else scores.sum() for _, scores in candidates]
    best = [torch.where(top > 0, top, torch.ones_like(top)) for top in best]
    scores = [candidates[0].root_scores]
    scores += [c.root_scores / top * best[0] * decrease for c, top in zip(candidates[1:], best[1:], strict=True)]
    return Candidates(torch.cat([c.poses for c in candidates]), torch.cat(scores))
