"""The one place where poses, boxes, stencils and depth become pixels: the report and ``tools/predict.py`` share it.

Images are ``(H, W, 3)`` uint8 in OpenCV's blue green red order and are changed in place.
"""

import colorsys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from synpose.skeletons import BONES, JOINT_ALIASES, MIDDLE_COLOR, side_color

Color = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

OUTLINE, INSIDE = (20, 20, 20), (255, 255, 255)  # of a joint: its rim, and the middle of an occluded one
_SHIFT = 4  # fractional bits of the coordinates handed to OpenCV, so that small people are not drawn on whole pixels

# Drawn where a skeleton has no spine to hang the limbs on, as in COCO.
_TORSO = (
    ('left_shoulder', 'right_shoulder'),
    ('left_hip', 'right_hip'),
    ('left_shoulder', 'left_hip'),
    ('right_shoulder', 'right_hip'),
)


@dataclass(frozen=True)
class Skeleton:
    """What to draw of a pose.

    Attributes:
        names: ``K`` joint names.
        links: Pairs of joint indices joined by a line.
        joint_colors: One color a joint.
        link_colors: One color a link.
    """

    names: tuple[str, ...]
    links: tuple[tuple[int, int], ...]
    joint_colors: tuple[Color, ...]
    link_colors: tuple[Color, ...]

    @classmethod
    def from_names(cls, names: Sequence[str]) -> 'Skeleton':
        """Build the drawing of a skeleton from its joint names: left green, right orange, midline blue."""
        index = {JOINT_ALIASES.get(name, name): i for i, name in enumerate(names)}
        bones = BONES if 'spine' in index else BONES + _TORSO
        links = tuple((index[a], index[b]) for a, b in bones if a in index and b in index)
        return cls(
            names=tuple(names),
            links=links,
            joint_colors=tuple(side_color(name) for name in names),
            link_colors=tuple(_link_color(names[a], names[b]) for a, b in links),
        )

    @classmethod
    def from_metainfo(cls, metainfo: Mapping[str, Any]) -> 'Skeleton':
        """Take links and colors from a parsed MMPose ``dataset_meta``."""
        return cls(
            names=tuple(metainfo['keypoint_id2name'][i] for i in range(metainfo['num_keypoints'])),
            links=tuple((int(a), int(b)) for a, b in metainfo['skeleton_links']),
            joint_colors=_as_colors(metainfo['keypoint_colors']),
            link_colors=_as_colors(metainfo['skeleton_link_colors']),
        )


def _link_color(first: str, second: str) -> Color:
    colors = {side_color(first), side_color(second)} - {MIDDLE_COLOR}
    return colors.pop() if len(colors) == 1 else MIDDLE_COLOR


def _as_colors(values: Any) -> tuple[Color, ...]:
    return tuple((int(red), int(green), int(blue)) for red, green, blue in values)


def person_color(index: int) -> Color:
    """Return a color that differs clearly between people of neighboring indices (golden-ratio steps in hue)."""
    red, green, blue = colorsys.hsv_to_rgb((0.11 + index * 0.61803398875) % 1.0, 0.75, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def line_width(image: np.ndarray) -> int:
    """Return the line width in px that suits an image: 1 px for every 240 px of its shorter side."""
    return max(1, round(min(image.shape[:2]) / 240))


def draw_boxes(image: np.ndarray, boxes: np.ndarray, colors: Sequence[Color] | None = None) -> None:
    """Draw boxes.

    Args:
        image: ``(H, W, 3)``, changed in place.
        boxes: ``(N, 4)`` left, top, width, height in px.
        colors: One color a box; by default :func:`person_color`.
    """
    width = line_width(image)
    for i, (left, top, box_width, box_height) in enumerate(np.asarray(boxes, dtype=float).reshape(-1, 4)):
        first, second = _fixed([left, top]), _fixed([left + box_width, top + box_height])
        color = (colors[i] if colors is not None else person_color(i))[::-1]
        cv2.rectangle(image, first, second, color, width, cv2.LINE_AA, _SHIFT)


def draw_poses(
    image: np.ndarray,
    keypoints: np.ndarray,
    skeleton: Skeleton,
    shown: np.ndarray | None = None,
    occluded: np.ndarray | None = None,
) -> None:
    """Draw poses: a line for every link of two shown joints, a dot for every joint (white inside: occluded).

    Lines scale with the image and get thinner on small people, so that a crowd stays readable.

    Args:
        image: ``(H, W, 3)``, changed in place.
        keypoints: ``(N, K, 2)`` x, y in px.
        skeleton: Links and colors of the ``K`` joints.
        shown: ``(N, K)`` bool; joints left out are not drawn, nor links to them. Default: all finite ones.
        occluded: ``(N, K)`` bool. Default: none.

    Raises:
        ValueError: If the number of joints differs from the skeleton's.
    """
    keypoints = np.asarray(keypoints, dtype=float)
    if keypoints.ndim != 3 or keypoints.shape[1:] != (len(skeleton.names), 2):
        raise ValueError(f'keypoints must have shape (N, {len(skeleton.names)}, 2), got {keypoints.shape}')
    finite = np.isfinite(keypoints).all(axis=2)
    shown = finite if shown is None else np.asarray(shown, dtype=bool) & finite
    occluded = np.zeros_like(finite) if occluded is None else np.asarray(occluded, dtype=bool)
    for points, visible, hidden in zip(keypoints, shown, occluded):
        _draw_pose(image, points, visible, hidden, skeleton)


def _draw_pose(
    image: np.ndarray, points: np.ndarray, shown: np.ndarray, hidden: np.ndarray, skeleton: Skeleton
) -> None:
    if not shown.any():
        return
    extent = np.ptp(points[shown], axis=0).max()
    width = int(np.clip(extent / 60, 1, line_width(image)))
    for (a, b), color in zip(skeleton.links, skeleton.link_colors):
        if shown[a] and shown[b]:
            ends = _fixed(points[a]), _fixed(points[b])
            # A dark casing keeps the line readable on clothes of its own color.
            cv2.line(image, *ends, OUTLINE, width + min(width, 2), cv2.LINE_AA, _SHIFT)
            cv2.line(image, *ends, color[::-1], width, cv2.LINE_AA, _SHIFT)
    for k in np.flatnonzero(shown):
        center, color = _fixed(points[k]), skeleton.joint_colors[k][::-1]
        _draw_dot(image, center, width + 1.5, OUTLINE)
        _draw_dot(image, center, width + 0.75, color)
        if hidden[k]:
            _draw_dot(image, center, width - 0.25, INSIDE)


def _draw_dot(image: np.ndarray, center: tuple[int, int], radius: float, color: Color) -> None:
    cv2.circle(image, center, round(radius * 2**_SHIFT), color, -1, cv2.LINE_AA, _SHIFT)


def _fixed(point: Any) -> tuple[int, int]:
    # Far-away predictions would overflow OpenCV's 32-bit fixed-point coordinates.
    x, y = np.clip(np.asarray(point, dtype=float), -1e5, 1e5)
    return round(x * 2**_SHIFT), round(y * 2**_SHIFT)


def tint_stencil(image: np.ndarray, stencil: np.ndarray, opacity: float = 0.6) -> None:
    """Tint every instance of a stencil in its :func:`person_color` (stencil id k has the color of index k - 1).

    Args:
        image: ``(H, W, 3)``, changed in place.
        stencil: ``(H, W)`` integer; 0 is background.
        opacity: 0 leaves the image, 1 covers it.

    Raises:
        ValueError: If the sizes differ.
    """
    if stencil.shape != image.shape[:2]:
        raise ValueError(f'the stencil is {stencil.shape[::-1]} px but its image is {image.shape[1::-1]} px')
    ids = np.unique(stencil)
    table = np.array([person_color(int(i) - 1)[::-1] for i in ids], dtype=float)
    inside = stencil > 0
    colors = table[np.searchsorted(ids, stencil[inside])]
    image[inside] = np.round((1 - opacity) * image[inside] + opacity * colors).astype(np.uint8)


def color_depth(depth: np.ndarray) -> np.ndarray:
    """Color a depth map: near is bright, far is dark, nothing hit is black.

    Args:
        depth: ``(H, W)``, any unit; 0 where nothing was hit. The range is the image's own 1st to 99th percentile.

    Returns:
        ``(H, W, 3)`` uint8.
    """
    depth = depth.astype(float)
    hit = depth > 0
    if not hit.any():
        return np.zeros((*depth.shape, 3), np.uint8)
    near, far = np.percentile(depth[hit], (1, 99))
    level = 1 - np.clip((depth - near) / max(far - near, 1e-9), 0, 1)
    colored = cv2.applyColorMap(np.round(level * 235 + 20).astype(np.uint8), cv2.COLORMAP_MAGMA)
    colored[~hit] = 0
    return colored
