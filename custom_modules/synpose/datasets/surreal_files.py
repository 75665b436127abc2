"""SURREAL's files: clips of up to 100 frames, each a video and MATLAB files of the same name.

The layout is that of the release (Varol et al., "Learning from Synthetic Humans", 2017)::

    {train,val,test}/run{0,1,2}/<sequence>/<sequence>_c0001.mp4         240x320
                                           <sequence>_c0001_info.mat    joints2D (2, 24, T), joints3D (3, 24, T), camLoc
                                           <sequence>_c0001_segm.mat    segm_1 .. segm_T, 0 to 24
                                           <sequence>_c0001_depth.mat   depth_1 .. depth_T, m; background 1e10
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat, whosmat
from scipy.io.matlab import MatReadError

SMPL_JOINTS = (
    *('pelvis', 'left_hip', 'right_hip', 'spine1', 'left_knee', 'right_knee', 'spine2', 'left_ankle', 'right_ankle'),
    *('spine3', 'left_foot', 'right_foot', 'neck', 'left_collar', 'right_collar', 'head', 'left_shoulder'),
    *('right_shoulder', 'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hand', 'right_hand'),
)
"""The 24 joints of SMPL, in the order of the files."""
BOX_JOINTS = (0, 1, 2, 4, 5, 6, 7, 8, 12, 15, 16, 17, 18, 19, 20, 21)
"""Numbers of the 16 joints that the paper's code crops by: no feet, hands, collars, lower and upper spine."""
PART_OF_SEGMENT = np.array([0, 2, 12, 9, 2, 13, 10, 2, 14, 11, 2, 14, 11, 2, 2, 2, 1, 6, 3, 7, 4, 8, 5, 8, 5], np.uint8)
"""Part (:data:`synpose.skeletons.BODY_PARTS`) of each of SMPL's 24 segments and of the background, as in the code."""
FARTHEST = 1e3
"""m; what lies beyond is background."""

_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)


class UnusableFrame(ValueError):  # noqa: N818 - a frame, not a mistake
    """A frame that shows nobody, so that there is nothing to learn from it."""


def surreal_metainfo() -> dict[str, Any]:
    """Describe SMPL's 24 joints as MMPose's datasets do. Nobody measured their OKS sigmas; MMPose wants numbers."""
    swap = {'left': 'right', 'right': 'left'}
    info = {}
    for number, name in enumerate(SMPL_JOINTS):
        side, _, rest = name.partition('_')
        info[number] = {
            'name': name,
            'id': number,
            'color': [51, 153, 255],
            'type': 'lower' if number in (0, 1, 2, 4, 5, 7, 8, 10, 11) else 'upper',
            'swap': f'{swap[side]}_{rest}' if side in swap else '',
        }
    links = [(SMPL_JOINTS[parent], SMPL_JOINTS[child]) for child, parent in enumerate(_PARENTS) if parent >= 0]
    return {
        'dataset_name': 'surreal',
        'keypoint_info': info,
        'skeleton_info': {
            number: {'link': link, 'id': number, 'color': [51, 153, 255]} for number, link in enumerate(links)
        },
        'joint_weights': [1.0] * len(SMPL_JOINTS),
        'sigmas': [0.079] * len(SMPL_JOINTS),
    }


def list_clips(folder: str | os.PathLike, runs: Sequence[int] = (0, 1, 2)) -> list[str]:
    """List the clips of a split, sorted.

    Args:
        folder: Of the split.
        runs: Which of its runs.

    Returns:
        Paths of the videos below the folder, without their suffix.

    Raises:
        FileNotFoundError: If a run's folder does not exist, or none holds a video.
    """
    found = []
    for run in runs:
        place = Path(folder, f'run{run}')
        if not place.is_dir():
            raise FileNotFoundError(f'{place}: no such folder; a split of SURREAL has run0, run1 and run2')
        for sequence in sorted(os.listdir(place)):
            if (place / sequence).is_dir():
                names = sorted(os.listdir(place / sequence))
                found += [f'run{run}/{sequence}/{name[:-4]}' for name in names if name.endswith('.mp4')]
    if not found:
        raise FileNotFoundError(f'{folder}: holds no run*/<sequence>/*.mp4')
    return found


@contextmanager
def _reading(path: str | os.PathLike) -> Iterator[None]:
    """Name the file in whatever SciPy raises on a damaged one."""
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{path}: does not exist')
    try:
        yield
    except (MatReadError, OSError, ValueError, TypeError, KeyError, NotImplementedError, EOFError, zlib.error) as error:
        raise ValueError(f'{path}: cannot be read: {error}') from error


def read_mat(path: str | os.PathLike, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Read some variables of a MATLAB file; the others are passed over.

    Args:
        path: The file.
        names: Of the variables.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is damaged, of MATLAB 7.3, or has no such variable; names file and variable.
    """
    with _reading(path):
        found = loadmat(path, variable_names=list(names))
    missing = [name for name in names if name not in found]
    if missing:
        raise ValueError(f'{path}: {missing[0]}: missing')
    return {name: found[name] for name in names}


def read_frames(path: str | os.PathLike, name: str, rows: int) -> np.ndarray:
    """Read the joints of all frames from an ``_info.mat``.

    Args:
        path: The file.
        name: ``'joints2D'`` or ``'joints3D'``.
        rows: 2 or 3.

    Returns:
        ``(T, 24, rows)``, of the file's type. MATLAB drops the last axis of a clip of one frame.

    Raises:
        ValueError: If the variable is missing or of another shape, or not finite.
    """
    values = read_mat(path, [name])[name]
    if values.ndim not in (2, 3) or values.shape[:2] != (rows, len(SMPL_JOINTS)) or not values.size:
        raise ValueError(f'{path}: {name}: must be ({rows}, {len(SMPL_JOINTS)}, T), but is {values.shape}')
    if not np.isfinite(values).all():
        raise ValueError(f'{path}: {name}: must be finite numbers')
    return values.reshape(rows, len(SMPL_JOINTS), -1).transpose(2, 1, 0)


def count_frames(path: str | os.PathLike) -> int:
    """Return how many frames an ``_info.mat`` describes, from the head of its ``joints2D`` alone.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is damaged or has no such variable.
    """
    with _reading(path):
        shapes = {name: shape for name, shape, _ in whosmat(path)}
    if 'joints2D' not in shapes:
        raise ValueError(f'{path}: joints2D: missing')
    return int(np.prod(shapes['joints2D'])) // (2 * len(SMPL_JOINTS))


def joint_box(points: np.ndarray, margins: Sequence[float] = (0.25, 0.35, 0.25, 0.25)) -> np.ndarray:
    """Return the box around joints, widened to hold the body.

    Args:
        points: ``(J, 2)`` px.
        margins: Added left, above, right and below, in widths and heights of the joints' own box.

    Returns:
        ``(4,)`` float32 x1, y1, x2, y2, px.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    size = high - low + 1  # the pixels from the first joint to the last
    return np.concatenate([low - size * margins[:2], high + size * margins[2:]]).astype(np.float32)
