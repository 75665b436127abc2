"""Human3.6M with body parts and depth for every pixel."""

import os.path as osp
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.registry import DATASETS

from .labeled_person_dataset import LabeledPersonDataset
from .metainfo import mmpose_metainfo
from .surreal_dataset import LABELS
from .surreal_files import PART_OF_SEGMENT, joint_box
from .validation import ProblemLog

_NAME = re.compile(
    r'(?P<sequence>(?P<subject>S\d+)_(?P<action>.+?)(?:_(?P<take>\d))?\.(?P<camera>\d+))_(?P<frame>\d+)\.jpg'
)
"""File name of a picture, as MMPose's converter gives it: ``S1_Directions_1.54138969_000001.jpg``."""


@DATASETS.register_module()
class Human36mPartsDataset(LabeledPersonDataset):
    """Pictures and joints of Human3.6M as MMPose prepares them, with labels of pixels in SURREAL's form.

    Pictures, ``images/S1/S1_Directions_1.54138969/S1_Directions_1.54138969_000001.jpg``, and joints,
    ``annotation_body3d/fps50/h36m_{train,test}.npz``, are what MMPose's ``preprocess_h36m.py --sample-rate 1`` writes.

    **The labels of the paper are not published** (Varol et al., "Learning from Synthetic Humans", 2017, rendered them
    from bodies fitted to the motion capture), and those of Human3.6M's own ``MySegmentsMat/PartLabels`` number parts in
    a way we could not look up. So this class reads what one renders oneself, in SURREAL's form and at a place of our
    choice: ``labels/S1/S1_Directions_1.54138969_segm.mat`` and ``..._depth.mat``, with variables ``segm_<n>`` and
    ``depth_<n>`` of the pictures' size for picture number n.

    The paper trains on S1, S5, S6, S7 and S8, one of the two takes of each action, and tests on S11, every 64th frame
    of all takes. Which take it is is not said; ``takes='one'`` is the first by name, of each subject and action.

    A data sample holds ``img_path``, what ``LoadMatLabels`` needs, ``keypoints`` ``(1, 17, 2)``, px;
    ``bbox`` ``(1, 4)``, SURREAL's box around the joints, x1, y1, x2, y2, px; ``img_id``; with depth ``pelvis_depth``, m
    along the optical axis.

    Args:
        ann_file: The joints.
        subjects: Names of the subjects to take; default all of the file.
        takes: ``'all'``, or ``'one'`` of each subject's action.
        interval: Take every so many pictures of a sequence.
        labels: ``'parts'``, ``'depth'`` or both; the files of the other need not exist.
        data_prefix: Folders below ``data_root``, by default ``img='images/'`` and ``labels='labels/'``.
        on_error: ``'raise'`` stops at the first sequence without labels; ``'skip'`` leaves it out, counts and lists it.
        **kwargs: MMEngine's own arguments of ``BaseDataset``.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If an argument is bad, the joints are damaged or a name is not Human3.6M's, or nothing is left.
    """

    METAINFO: dict = mmpose_metainfo('h36m', 'human36m_parts')

    def __init__(
        self,
        ann_file: str,
        subjects: Sequence[str] | None = None,
        takes: str = 'all',
        interval: int = 1,
        labels: Sequence[str] = ('parts',),
        data_prefix: dict[str, str] | None = None,
        on_error: str = 'raise',
        **kwargs: Any,
    ) -> None:
        if takes not in ('all', 'one') or interval < 1:
            raise ValueError(f"takes must be 'all' or 'one', interval positive, but they are {takes!r}, {interval}")
        unknown = sorted(set(labels) - set(LABELS))
        if unknown or not labels:
            raise ValueError(f'labels must be of {sorted(LABELS)}, but are {tuple(labels)}')
        self.subjects = None if subjects is None else tuple(subjects)
        self.takes, self.interval, self.labels = takes, interval, tuple(labels)
        self._names: np.ndarray = np.zeros(0, str)
        self._joints: np.ndarray = np.zeros((0, 17, 2), np.float32)
        self._pelvis: np.ndarray = np.zeros(0, np.float32)
        folders = {'img': 'images/', 'labels': 'labels/', **(data_prefix or {})}
        super().__init__(on_error=on_error, ann_file=ann_file, data_prefix=folders, **kwargs)

    def load_rows(self) -> np.ndarray:
        """Read the joints; a row is a picture."""
        names, joints, joints_3d = self._read_joints()
        chosen = self._choose(names)
        if not len(chosen):
            raise ValueError(f'{self.ann_file}: of {len(names)} picture(s) none can be used')
        self._names = names[chosen]
        self._joints = joints[chosen, :, :2].astype(np.float32)
        self._pelvis = joints_3d[chosen, 0, 2].astype(np.float32)
        return np.arange(len(chosen))

    def _read_joints(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if not osp.isfile(self.ann_file):
            raise FileNotFoundError(f'{self.ann_file}: does not exist')
        try:
            with np.load(self.ann_file) as content:
                names, joints, joints_3d = (content[key] for key in ('imgname', 'part', 'S'))
        except KeyError as error:
            raise ValueError(f'{self.ann_file}: {error.args[0]}') from error
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f'{self.ann_file}: cannot be read: {error}') from error
        count = len(names)
        if joints.shape != (count, 17, 3) or joints_3d.shape != (count, 17, 4):
            shapes = f'{joints.shape} and {joints_3d.shape}'
            raise ValueError(
                f'{self.ann_file}: part and S must be ({count}, 17, 3) and ({count}, 17, 4), but are {shapes}'
            )
        return names, joints, joints_3d

    def _choose(self, names: np.ndarray) -> np.ndarray:
        """Return the numbers of the pictures to take, ``(S,)``."""
        sequences: dict[str, list[int]] = {}
        takes: dict[tuple[str, str], set[str]] = {}
        for number, name in enumerate(names.tolist()):
            match = _NAME.fullmatch(osp.basename(name))
            if match is None:
                raise ValueError(f'{self.ann_file}: imgname {number}: {name!r} is not like {_NAME.pattern}')
            if self.subjects is None or match['subject'] in self.subjects:
                sequences.setdefault(match['sequence'], []).append(number)
                takes.setdefault((match['subject'], match['action']), set()).add(match['take'] or '')
        log, chosen = ProblemLog(self.ann_file, self.on_error), []
        for sequence, numbers in sequences.items():
            match = _NAME.fullmatch(f'{sequence}_1.jpg')
            assert match is not None
            if self.takes == 'one' and (match['take'] or '') != min(takes[match['subject'], match['action']]):
                continue
            files = (self._label_file(sequence, name) for name in self.labels)
            missing = next((file for file in files if not osp.isfile(file)), None)
            if missing:
                log.add(sequence, 'labels', f'{missing} does not exist', FileNotFoundError)
            else:
                chosen += numbers[:: self.interval]
        log.report()
        self.problems = log.problems
        return np.array(chosen, np.int64)

    def _label_file(self, sequence: str, label: str) -> str:
        return osp.join(self.data_prefix['labels'], sequence.split('_')[0], f'{sequence}_{LABELS[label]}.mat')

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row."""
        name, points = str(self._names[row]), self._joints[row]
        match = _NAME.fullmatch(osp.basename(name))
        assert match is not None
        sample = {
            'img_id': row,
            'id': row,
            'img_path': osp.join(self.data_prefix['img'], name),
            'keypoints': points[None].copy(),
            'keypoints_visible': np.ones((1, len(points)), np.float32),
            'bbox': joint_box(points)[None],
            'bbox_score': np.ones(1, np.float32),
            'part_numbers': PART_OF_SEGMENT,
        }
        for label in self.labels:
            sample[f'{label}_mat'] = self._label_file(match['sequence'], label)
            sample[f'{label}_name'] = f'{LABELS[label]}_{int(match["frame"])}'
        if 'depth' in self.labels:
            sample['pelvis_depth'] = float(self._pelvis[row])
        return sample
