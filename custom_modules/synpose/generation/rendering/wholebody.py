"""COCO-WholeBody's fields of a rendered person: feet, face and hands. Pure arrays."""

from typing import Any

import numpy as np

from synpose.skeletons import WHOLEBODY_SLICES

VALID_SHARE = 0.25
"""A part is valid where at least this share of its points is visible; our choice."""
BOX_MARGINS = {'face': 0.05, 'lefthand': 0.15, 'righthand': 0.15}
"""How far a part's box reaches beyond its points on each side, in widths and heights of them.

About what COCO-WholeBody's boxes, drawn by hand, have in the few images of MMPose's tests; feet have no box there.
"""


def triples(pixels: np.ndarray, visibility: np.ndarray) -> list[float]:
    """Return x, y, visibility of points one after the other, as COCO keeps them.

    Args:
        pixels: ``(K, 2)`` px.
        visibility: ``(K,)`` int.
    """
    return [v for (x, y), seen in zip(pixels.tolist(), visibility.tolist()) for v in (x, y, seen)]


def wholebody_fields(pixels: np.ndarray, visibility: np.ndarray, image_size: tuple[int, int]) -> dict[str, Any]:
    """Make ``foot_kpts``, ``foot_valid``, ``face_kpts``, ``face_valid``, ``face_box`` and the like for both hands.

    Points that are occluded stay, also those of parts that are not valid: they are the truth. COCO-WholeBody has zeros
    there, and so has what ``tools/convert.py coco133`` writes.

    Args:
        pixels: The 116 points from the feet on ``(116, 2)`` px; 0, 0 where absent.
        visibility: ``(116,)`` 0 absent, 1 occluded, 2 visible.
        image_size: Width and height, px.
    """
    fields: dict[str, Any] = {}
    first = WHOLEBODY_SLICES['foot'].start
    for part, where in WHOLEBODY_SLICES.items():
        rows = slice(where.start - first, where.stop - first)
        points, seen = pixels[rows], visibility[rows]
        fields[f'{part}_kpts'] = triples(points, seen)
        fields[f'{part}_valid'] = bool((seen == 2).mean() >= VALID_SHARE)
        if part in BOX_MARGINS:
            fields[f'{part}_box'] = part_box(points[seen > 0], BOX_MARGINS[part], image_size)
    return fields


def part_box(points: np.ndarray, margin: float, image_size: tuple[int, int]) -> list[float]:
    """Return the box ``[x, y, w, h]`` px around points with a margin, clipped to the image; zeros for no points.

    Args:
        points: ``(K, 2)`` px.
        margin: On each side, in widths and heights of the points' extent.
        image_size: Width and height, px.
    """
    if not len(points):
        return [0.0, 0.0, 0.0, 0.0]
    low, high = points.min(axis=0), points.max(axis=0)
    reach = margin * (high - low)
    low, high = np.clip(low - reach, 0, image_size), np.clip(high + reach, 0, image_size)
    return np.round([*low, *(high - low)], 2).tolist()
