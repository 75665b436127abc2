"""Freiburg Sitting People: photos of people in wheelchairs with their body parts."""

import os.path as osp
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.registry import DATASETS

from synpose.skeletons import BODY_PARTS

from .file_checks import picture_problem
from .labeled_person_dataset import LabeledPersonDataset
from .photos import photo_size
from .validation import ProblemLog

PART_ORDER = (
    *('head', 'torso', 'left_lower_arm', 'left_upper_arm', 'left_hand', 'right_lower_arm', 'right_upper_arm'),
    *('right_hand', 'left_lower_leg', 'left_upper_leg', 'left_foot', 'right_lower_leg', 'right_upper_leg'),
    'right_foot',
)
"""The parts that numbers 1 to 14 of the masks stand for, as far as we could find out."""


@DATASETS.register_module()
class FreiburgSittingDataset(LabeledPersonDataset):
    """The Freiburg Sitting People part segmentation dataset.

    200 photos of 300x300 px of six people, one in each: Oliveira et al., "Deep Learning for Human Part Discovery in
    Images" (2016).

    Its archive ``Sitting.tar.gz`` unpacks to ``img/<name>.jpg`` and ``masks/<name>.mat``, whose variable ``M`` has the
    part of every pixel, 0 to 14. We know this from public code that reads it, and not from the files themselves:

    - Which part a number stands for is not stated there. ``part_order`` is the order in which that code merges the
      parts of PASCAL to train on both; **check it on a few masks**, and give another where it is wrong.
    - Names do not tell people apart as far as we know, but the split is by person: two to train on, four to test on.
      So a split is a text file of names that its user writes, a line each. Photos are never split at random.

    A data sample holds ``img_path``, what ``LoadMatLabels`` needs, ``bbox`` ``(1, 4)``, the whole photo, and
    ``img_id`` (its number in the split). There are no joints and no depth.

    Args:
        ann_file: Names of the split's photos, a line each, below ``data_root``.
        part_order: Names of :data:`synpose.skeletons.BODY_PARTS` that numbers 1, 2, ... of the masks stand for.
        on_error: ``'raise'`` stops at the first photo that cannot be used; ``'skip'`` leaves it out, counts and lists
            it.
        **kwargs: MMEngine's own arguments of ``BaseDataset``.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If a part is unknown or given twice, a name stands twice, a photo is damaged, or none is left.
    """

    METAINFO: dict = {
        'dataset_name': 'freiburg_sitting',
        'keypoint_info': {},
        'skeleton_info': {},
        'joint_weights': [],
        'sigmas': [],
    }

    def __init__(
        self, ann_file: str, part_order: Sequence[str] = PART_ORDER, on_error: str = 'raise', **kwargs: Any
    ) -> None:
        unknown = [part for part in part_order if part not in BODY_PARTS]
        if unknown or len(set(part_order)) < len(part_order):
            raise ValueError(f'part_order: each must be one of {BODY_PARTS}, and none twice, but they are {part_order}')
        self.part_numbers = np.array([0, *map(BODY_PARTS.index, part_order)], np.uint8)
        self._photos: list[tuple[str, tuple[int, int]]] = []
        super().__init__(on_error=on_error, ann_file=ann_file, data_prefix={}, **kwargs)

    def load_rows(self) -> np.ndarray:
        """Read the names of the split; a row is a photo."""
        if not osp.isfile(self.ann_file):
            raise FileNotFoundError(
                f'{self.ann_file}: does not exist; it must name the photos of the split, a line each'
            )
        with open(self.ann_file, encoding='utf-8') as file:
            names = [line.strip() for line in file if line.strip()]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f'{self.ann_file}: {twice}: stands there twice')
        log = ProblemLog(self.ann_file, self.on_error)
        for name in names:
            picture, mask = self._paths(name)
            missing = next((path for path in (picture, mask) if not osp.isfile(path)), None)
            if missing:
                log.add(name, 'files', f'{missing} does not exist', FileNotFoundError)
                continue
            try:
                size = photo_size(picture)
            except ValueError as error:
                log.add(name, 'img', str(error))
                continue
            problem = picture_problem(picture, size)
            if problem is not None:
                log.add(name, 'img', problem)
            else:
                self._photos.append((name, size))
        log.report()
        self.problems = log.problems
        if not self._photos:
            raise ValueError(f'{self.ann_file}: of {len(names)} photo(s) none can be used')
        return np.arange(len(self._photos))

    def _paths(self, name: str) -> tuple[str, str]:
        root = self.data_root or ''
        return osp.join(root, 'img', f'{name}.jpg'), osp.join(root, 'masks', f'{name}.mat')

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row."""
        name, (width, height) = self._photos[row]
        picture, mask = self._paths(name)
        return {
            'img_id': row,
            'id': row,
            'img_path': picture,
            'bbox': np.array([[0, 0, width, height]], np.float32),
            'bbox_score': np.ones(1, np.float32),
            'parts_mat': mask,
            'parts_name': 'M',
            'part_numbers': self.part_numbers,
        }
