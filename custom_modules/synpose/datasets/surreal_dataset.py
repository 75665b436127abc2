"""SURREAL: rendered people with body parts, depth and joints."""

import os.path as osp
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.registry import DATASETS

from .labeled_person_dataset import LabeledPersonDataset
from .surreal_files import (
    BOX_JOINTS,
    PART_OF_SEGMENT,
    UnusableFrame,
    count_frames,
    joint_box,
    list_clips,
    read_frames,
    read_mat,
    surreal_metainfo,
)
from .validation import ProblemLog
from .videos import describe_video

FRAMES = ('random', 'every', 'middle')
LABELS = {'parts': 'segm', 'depth': 'depth'}
"""Label -> what SURREAL calls its file and, with the number of the frame, its variable."""


@DATASETS.register_module()
class SurrealDataset(LabeledPersonDataset):
    """One person a frame, in the layout of SURREAL's release (see :mod:`synpose.datasets.surreal_files`).

    Files are opened when a sample is asked for, and of a MATLAB file only the variable of its frame is read. The splits
    are the release's own; frames are never split at random.

    A data sample holds ``img_path`` (the video) and ``frame`` (from 0) for ``LoadPhoto``; what ``LoadMatLabels`` needs;
    ``keypoints`` ``(1, 24, 2)``, px from 0; ``keypoints_visible`` ``(1, 24)``, 1 in the picture; ``bbox`` ``(1, 4)``,
    the paper's box around 16 joints, x1, y1, x2, y2, px; ``img_id`` (the number of the sample), ``clip``. With depth
    also ``joints_3d`` ``(24, 3)``, m, in the world of the file; ``camera_location`` ``(3,)``, m; ``pelvis_depth``, m,
    the pelvis's distance from the camera along the world's x axis, as in the paper's code.

    A clip whose video and MATLAB files differ in length cannot be used. A frame shows nobody if all its joints are at
    one place, or the middle of its box is outside the picture. In a test, and with ``frames='middle'``, every clip is
    looked at once at the start (about 10 ms each), and those whose frame shows nobody are left out, counted and listed.

    Args:
        split: Folder of the split, below ``data_root``.
        frames: Of each clip: ``'random'``, a new one every time; ``'every'``, each is a sample; ``'middle'``, number
            ceil(T / 2) counted from 1. Default: ``'random'`` to train, ``'middle'`` to test, as in the paper's code
            (whose random choice never is the first frame).
        runs: Which of the runs 0, 1 and 2.
        labels: ``'parts'``, ``'depth'`` or both; the files of the others need not exist.
        on_error: ``'raise'`` stops at the first clip that cannot be used; ``'skip'`` leaves it out, counts and lists
            it.
        **kwargs: MMEngine's own arguments of ``BaseDataset``.

    Raises:
        FileNotFoundError: If a folder or file does not exist.
        ValueError: If an argument is bad, a clip cannot be used, or none is left.
    """

    METAINFO: dict = surreal_metainfo()

    def __init__(
        self,
        split: str = 'train',
        frames: str | None = None,
        runs: Sequence[int] = (0, 1, 2),
        labels: Sequence[str] = ('parts',),
        on_error: str = 'raise',
        test_mode: bool = False,
        **kwargs: Any,
    ) -> None:
        frames = frames or ('middle' if test_mode else 'random')
        if frames not in FRAMES or (test_mode and frames == 'random'):
            raise ValueError(f'frames must be of {FRAMES}, and not random in a test, but is {frames!r}')
        unknown = sorted(set(labels) - set(LABELS))
        if unknown or not labels:
            raise ValueError(f'labels must be of {sorted(LABELS)}, but are {tuple(labels)}')
        self.split, self.frames, self.runs, self.labels = split, frames, tuple(runs), tuple(labels)
        self._clips: list[str] = []
        self._first = np.zeros(1, np.int64)  # row of each clip's first sample, and one past the last
        super().__init__(on_error=on_error, test_mode=test_mode, data_prefix={}, **kwargs)

    @property
    def folder(self) -> str:
        """The folder of the split."""
        return osp.join(self.data_root or '', self.split)

    def load_rows(self) -> np.ndarray:
        """List the clips; a row is a clip, or a frame of it with ``frames='every'``."""
        log = ProblemLog(self.folder, self.on_error)
        counts = {}
        clips = list_clips(self.folder, self.runs)
        for number, clip in enumerate(clips):
            try:
                counts[clip] = self._count_samples(number, clip)
            except UnusableFrame as error:
                self.problems.append(str(error))
            except (FileNotFoundError, ValueError) as error:
                log.add(clip, 'files', str(error), type(error))
        log.problems += self.problems
        log.report()
        self.problems = log.problems
        self._clips = list(counts)
        self._first = np.concatenate([[0], np.cumsum(list(counts.values()), dtype=np.int64)])
        if not self._first[-1]:
            raise ValueError(f'{self.folder}: of {len(clips)} clip(s) none can be used')
        return np.arange(self._first[-1])

    def _count_samples(self, number: int, clip: str) -> int:
        """Return how many samples a clip gives, and look at it as closely as ``frames`` asks for."""
        stem = osp.join(self.folder, clip)
        for kind in ('info', *(LABELS[name] for name in self.labels)):
            if not osp.isfile(f'{stem}_{kind}.mat'):
                raise FileNotFoundError(f'{stem}_{kind}.mat: does not exist')
        if self.frames == 'every':
            return count_frames(f'{stem}_info.mat')
        if self.frames == 'middle':
            self._read(clip, None, number)
        return 1

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row."""
        clip = int(np.searchsorted(self._first, row, side='right')) - 1
        frame = row - int(self._first[clip]) if self.frames == 'every' else None
        return self._read(self._clips[clip], frame, row)

    def _read(self, clip: str, frame: int | None, row: int) -> dict[str, Any]:
        """Read a frame's joints; ``frame`` counts from 0, and None stands for the one that ``frames`` names."""
        stem = osp.join(self.folder, clip)
        info, video = f'{stem}_info.mat', f'{stem}.mp4'
        joints = read_frames(info, 'joints2D', 2)
        count, (width, height) = describe_video(video)
        if count != len(joints):
            raise ValueError(f'{video}: has {count} frames, but {info} describes {len(joints)}')
        if frame is None:
            # The state that MMPose's transforms draw from.
            frame = (count + 1) // 2 - 1 if self.frames == 'middle' else np.random.randint(count)  # noqa: NPY002
        points = joints[frame]
        box = joint_box(points[list(BOX_JOINTS)])
        middle = (box[:2] + box[2:]) / 2
        if (points == points[0]).all():
            raise UnusableFrame(f'{info}: frame {frame + 1}: joints2D: all joints are at one place')
        if (middle < 0).any() or middle[0] >= width or middle[1] >= height:
            raise UnusableFrame(f'{info}: frame {frame + 1}: joints2D: the person is outside the picture')
        inside = np.all((points >= 0) & (points < (width, height)), axis=1)
        sample = {
            'img_id': row,
            'id': row,
            'clip': clip,
            'img_path': video,
            'frame': frame,
            'keypoints': points[None].astype(np.float32),
            'keypoints_visible': inside[None].astype(np.float32),
            'bbox': box[None],
            'bbox_score': np.ones(1, np.float32),
            'part_numbers': PART_OF_SEGMENT,
            **{f'{name}_mat': f'{stem}_{LABELS[name]}.mat' for name in self.labels},
            **{f'{name}_name': f'{LABELS[name]}_{frame + 1}' for name in self.labels},
        }
        return sample | self._read_pelvis(info, frame) if 'depth' in self.labels else sample

    def _read_pelvis(self, info: str, frame: int) -> dict[str, Any]:
        joints = read_frames(info, 'joints3D', 3)
        if frame >= len(joints):
            raise ValueError(f'{info}: joints3D: has {len(joints)} frames, but joints2D has more')
        if not joints[frame].any():
            raise UnusableFrame(f'{info}: frame {frame + 1}: joints3D: all joints are at one place')
        camera = read_mat(info, ['camLoc'])['camLoc'].ravel()
        if camera.shape != (3,) or not np.isfinite(camera).all():
            raise ValueError(f'{info}: camLoc: must be 3 finite numbers, but is {camera.tolist()!r:.60}')
        pelvis = float(camera[0]) - float(joints[frame, 0, 0])
        return {'joints_3d': joints[frame], 'camera_location': camera, 'pelvis_depth': pelvis}
