"""Box ops of ``mmcv._ext``: non-maximum suppression, its soft form, and box overlaps.

Boxes are ``(x1, y1, x2, y2)`` in px. With ``offset`` 1 a box is ``x2 - x1 + 1`` wide, the convention of Pascal VOC.
"""

import numpy as np
import torch
from torch import Tensor
from torchvision.ops import nms as torchvision_nms


def pairwise_overlaps(boxes1: Tensor, boxes2: Tensor, mode: int = 0, offset: int = 0) -> Tensor:
    """Overlaps of boxes whose leading dimensions broadcast.

    Args:
        boxes1: Boxes ``(..., 4)`` in px.
        boxes2: Boxes ``(..., 4)`` in px.
        mode: 0 for intersection over union, 1 for intersection over the area of ``boxes1``.
        offset: 0 or 1, added to every width and height (px).

    Returns:
        Overlaps ``(...)``; nan where the denominator is 0, as in mmcv.
    """
    top_left = torch.maximum(boxes1[..., :2], boxes2[..., :2])
    bottom_right = torch.minimum(boxes1[..., 2:], boxes2[..., 2:])
    intersection = (bottom_right - top_left + offset).clamp(min=0).prod(-1)
    area1 = (boxes1[..., 2:] - boxes1[..., :2] + offset).prod(-1)
    if mode == 1:
        return intersection / area1
    area2 = (boxes2[..., 2:] - boxes2[..., :2] + offset).prod(-1)
    return intersection / (area1 + area2 - intersection)


def bbox_overlaps(bboxes1: Tensor, bboxes2: Tensor, ious: Tensor, mode: int, aligned: bool, offset: int) -> None:
    """Write the overlaps of two sets of boxes into ``ious``.

    Args:
        bboxes1: Boxes ``(M, 4)`` in px.
        bboxes2: Boxes ``(N, 4)`` in px; N equals M if ``aligned``.
        ious: Output ``(M, N)``, or ``(M,)`` if ``aligned``.
        mode: 0 for intersection over union, 1 for intersection over the area of ``bboxes1``.
        aligned: Whether box i of one set is compared with box i of the other only.
        offset: 0 or 1, added to every width and height (px).
    """
    ious.copy_(pairwise_overlaps(bboxes1 if aligned else bboxes1[:, None], bboxes2, mode, offset))


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Greedy non-maximum suppression: drop a box that a kept box of higher score overlaps by more than the threshold.

    Args:
        boxes: Boxes ``(N, 4)`` in px.
        scores: Scores ``(N,)``.
        iou_threshold: Intersection over union above which the lower box is dropped.
        offset: 0 or 1, added to every width and height (px).

    Returns:
        Indices ``(M,)`` of the kept boxes, int64, by descending score.
    """
    # a box whose corner moves by 1 px has exactly the widths and overlaps of offset 1
    boxes = boxes + boxes.new_tensor([0, 0, offset, offset]) if offset else boxes
    # mmcv compares in single precision: an overlap of exactly .6 is not above a threshold of .6
    return torchvision_nms(boxes, scores, float(np.float32(iou_threshold)))


def softnms(
    boxes: Tensor,
    scores: Tensor,
    dets: Tensor,
    iou_threshold: float,
    sigma: float,
    min_score: float,
    method: int,
    offset: int,
) -> Tensor:
    """Soft non-maximum suppression (Bodla et al., ICCV 2017): overlapped boxes lose score instead of being dropped.

    Of equal scores the first in the input goes first; mmcv's order among ties depends on its swaps.

    Args:
        boxes: Boxes ``(N, 4)`` in px, on the CPU.
        scores: Scores ``(N,)``, on the CPU.
        dets: Output ``(N, 5)``: its first M rows become the kept boxes and their new scores, in the order returned.
        iou_threshold: Overlap from which ``method`` 0 and 1 act.
        sigma: Width of the Gaussian of ``method`` 2.
        min_score: Boxes whose score falls below are dropped.
        method: 0 drops overlapping boxes, 1 multiplies their scores by ``1 - iou``, 2 by ``exp(-iou^2 / sigma)``.
        offset: 0 or 1, added to every width and height (px).

    Returns:
        Indices ``(M,)`` of the kept boxes, int64, in the order of selection.
    """
    kept: list[int] = []
    rest = torch.arange(len(boxes))
    remaining = scores.clone()
    while len(rest):
        # numpy names the first of equal maxima, torch any
        best = int(remaining.numpy().argmax())
        dets[len(kept), :4] = boxes[rest[best]]
        dets[len(kept), 4] = remaining[best]
        kept.append(int(rest[best]))
        others = torch.arange(len(rest)) != best
        rest, remaining = rest[others], remaining[others]
        iou = pairwise_overlaps(boxes[kept[-1]], boxes[rest], offset=offset)
        if method == 2:
            remaining = remaining * torch.exp(-(iou**2) / sigma)
        else:
            weight = 1 - iou if method == 1 else torch.zeros_like(iou)
            remaining = torch.where(iou >= iou_threshold, remaining * weight, remaining)
        alive = ~(remaining < min_score)
        rest, remaining = rest[alive], remaining[alive]
    return torch.tensor(kept, dtype=torch.long)
