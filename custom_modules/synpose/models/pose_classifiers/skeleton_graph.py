"""The graph of a skeleton, as graph convolutions need it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from mmpose.datasets.datasets.utils import parse_pose_metainfo


def read_metainfo(metainfo: Mapping[str, Any]) -> dict[str, Any]:
    """Parse the description of a skeleton, unless it is parsed.

    Args:
        metainfo: What MMPose's datasets take (``keypoint_info`` and ``skeleton_info``, or ``from_file``, a dataset
            metainfo file such as ``configs/_base_/datasets/coco.py``), or what they give (``skeleton_links``,
            ``keypoint_id2name``, ...).

    Raises:
        ValueError: If it describes no skeleton.
    """
    if {'skeleton_links', 'keypoint_id2name'} <= metainfo.keys():
        return dict(metainfo)
    if not metainfo.keys() & {'from_file', 'keypoint_info'}:
        raise ValueError(
            'metainfo: must have from_file, keypoint_info and skeleton_info, or skeleton_links and keypoint_id2name, '
            f'but has {sorted(metainfo)}'
        )
    return parse_pose_metainfo(dict(metainfo))


def joint_names(metainfo: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the joints of a parsed metainfo, in order."""
    return tuple(name for _, name in sorted(metainfo['keypoint_id2name'].items()))


def skeleton_adjacency(metainfo: Mapping[str, Any]) -> np.ndarray:
    """Return which joints a skeleton links.

    Args:
        metainfo: See :func:`read_metainfo`.

    Returns:
        ``(V, V)`` float64, symmetric: 1 where two joints are linked, 0 on the diagonal.

    Raises:
        ValueError: If a link names a joint that the skeleton does not have, or joins a joint with itself.
    """
    metainfo = read_metainfo(metainfo)
    count = len(metainfo['keypoint_id2name'])
    adjacency = np.zeros((count, count))
    for first, second in metainfo['skeleton_links']:
        if first == second or not (0 <= first < count and 0 <= second < count):
            raise ValueError(f'metainfo: skeleton_links: {(first, second)} links no two of the {count} joints')
        adjacency[first, second] = adjacency[second, first] = 1
    return adjacency


def normalized_adjacency(adjacency: np.ndarray) -> np.ndarray:
    """Return ``L^(-1/2) (A + I) L^(-1/2)``, where ``L`` is diagonal and holds the row sums of ``A + I``.

    Equation 5 of SynPose, after Kipf & Welling, "Semi-supervised classification with graph convolutional networks".

    Args:
        adjacency: ``A``, ``(V, V)``, symmetric.

    Returns:
        ``(V, V)``.

    Raises:
        ValueError: If ``A`` is not a symmetric matrix.
    """
    if adjacency.ndim != 2 or not np.array_equal(adjacency, adjacency.T):
        raise ValueError(f'adjacency must be a symmetric matrix, but is of shape {adjacency.shape}')
    linked = adjacency + np.eye(len(adjacency))
    scale = linked.sum(axis=1) ** -0.5
    return scale[:, None] * linked * scale
