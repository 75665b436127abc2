"""Write tiny clips in the layout of SURREAL's release."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.io import savemat

from synpose.datasets.surreal_files import BOX_JOINTS, SMPL_JOINTS

BACKGROUND = 1e10  # m, as in the release
CAMERA = np.array([[7.0], [-1.0], [0.5]], np.float32)  # m, in the world


def write_surreal_clip(
    folder: str | os.PathLike,
    name: str = '01_01_c0001',
    num_frames: int = 5,
    image_size: tuple[int, int] = (320, 240),
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Write one clip: ``.mp4``, ``_info.mat``, ``_segm.mat`` and ``_depth.mat``.

    A person of 24 upright bands, one a segment, moves to the right from frame to frame; its depth grows from top to
    bottom, around that of the pelvis. The background's gray is 40 plus 10 times the frame's number from 0.

    Args:
        folder: Of the sequence, created when missing.
        name: Of the clip.
        num_frames: T.
        image_size: Width and height, px.
        seed: Same seed, same files.

    Returns:
        What was written, in the files' names and shapes, with all frames of a label together: ``joints2D (2, 24, T)``,
        ``joints3D (3, 24, T)``, ``camLoc (3, 1)``, ``segm (T, H, W)``, ``depth (T, H, W)``.
    """
    folder, rng = Path(folder), np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    width, height = image_size
    joints = np.zeros((2, len(SMPL_JOINTS), num_frames), np.float32)
    joints_3d = rng.normal(0, 0.3, (3, len(SMPL_JOINTS), num_frames)).astype(np.float32)
    segm = np.zeros((num_frames, height, width), np.uint8)
    depth = np.full((num_frames, height, width), BACKGROUND, np.float32)
    left, top = rng.uniform(0.2, 0.3), rng.uniform(0.15, 0.25)
    video = cv2.VideoWriter(str(folder / f'{name}.mp4'), cv2.VideoWriter.fourcc(*'mp4v'), 10, image_size)
    for frame in range(num_frames):
        x1, y1 = int(width * (left + 0.05 * frame / num_frames)), int(height * top)
        x2, y2 = x1 + width // 3, y1 + height // 2
        band = np.arange(x2 - x1) * 24 // (x2 - x1) + 1
        segm[frame, y1:y2, x1:x2] = band
        pelvis = CAMERA[0, 0] - joints_3d[0, 0, frame]
        depth[frame, y1:y2, x1:x2] = (pelvis + np.linspace(-0.6, 0.6, y2 - y1))[:, None]
        joints[0, :, frame] = np.round(rng.uniform(x1, x2 - 1, len(SMPL_JOINTS)))
        joints[1, :, frame] = np.round(rng.uniform(y1, y2 - 1, len(SMPL_JOINTS)))
        joints[:, BOX_JOINTS[0], frame] = x1, y1  # the corners are joints that the box counts
        joints[:, BOX_JOINTS[1], frame] = x2 - 1, y2 - 1
        picture = np.full((height, width, 3), 40 + 10 * frame, np.uint8)
        picture[y1:y2, x1:x2] = rng.integers(120, 255, 3)
        video.write(picture)
    video.release()
    info = {'joints2D': joints, 'joints3D': joints_3d, 'camLoc': CAMERA}
    shown = {key: value[..., 0] if num_frames == 1 and value.ndim == 3 else value for key, value in info.items()}
    extra: dict[str, Any] = {'zrot': np.zeros((num_frames, 1), np.float32), 'sequence': name, 'clipNo': 1.0}
    savemat(folder / f'{name}_info.mat', {**shown, **extra}, do_compression=True)
    for label, maps in (('segm', segm), ('depth', depth)):
        numbered = {f'{label}_{number}': values for number, values in enumerate(maps, 1)}
        savemat(folder / f'{name}_{label}.mat', numbered, do_compression=True)
    return {**info, 'segm': segm, 'depth': depth}


def write_surreal_folder(
    root: str | os.PathLike,
    splits: Sequence[str] = ('train', 'test'),
    num_clips: int = 1,
    num_frames: int = 5,
    image_size: tuple[int, int] = (320, 240),
) -> Path:
    """Write splits of clips, ``num_clips`` in each of the runs 0, 1 and 2.

    Args:
        root: Folder to write.
        splits: Names of the splits.
        num_clips: Clips of a run.
        num_frames: T.
        image_size: Width and height, px.

    Returns:
        ``root`` as a path.
    """
    seed = 0
    for split in splits:
        for run in range(3):
            for clip in range(num_clips):
                sequence, seed = f'{clip + 1:02d}_01', seed + 1
                place = Path(root, split, f'run{run}', sequence)
                write_surreal_clip(place, f'{sequence}_c0001', num_frames, image_size, seed)
    return Path(root)
