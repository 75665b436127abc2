"""Students with a pose and a behavior."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import DATASETS

from synpose.evaluation.functional import greedy_matches, iou_matrix, pose_boxes, read_margins
from synpose.evaluation.person_boxes import ImagePeople, labeled_pose_boxes, read_people
from synpose.skeletons import map_keypoints

from .metainfo import mmpose_metainfo
from .pose_results import read_pose_results
from .validation import ProblemLog

NO_MARGINS = (0.0, 0.0, 0.0, 0.0)


@DATASETS.register_module()
class BehaviorPoseDataset(BaseDataset):
    """The annotated students of a set of images, each with the predicted pose that fits its box, and its behavior.

    A pose's box is the tight box of its joints, widened by ``margins``. Poses are matched to annotated boxes as in
    COCO: best score first, each to the free box that it overlaps most, from IoU ``iou_thr``. In training
    (``test_mode=False``) the students without a pose are left out; in tests they stay, with ``matched`` False and no
    joints, for a metric that counts them as wrong. Crowd regions are nobody.

    A sample holds ``keypoints (1, V, 2)`` px, ``keypoint_scores (1, V)``, ``bbox (4,)``, the box of the pose (left,
    top, width, height, px; of a student without one the annotated box), ``pose (V, 3)``, the same joints for drawing,
    ``gt_label``, ``behavior``, ``matched``, ``img_id``, ``img_path`` and ``id``, the annotation's.

    The meta information has ``classes``, the names of the behaviors by number, and ``pose_margins``: a checkpoint keeps
    both, so that whoever uses the classifier makes the same boxes.

    Args:
        ann_file: COCO-style file: ``bbox`` and ``behavior`` of each person, under ``data_root``.
        predictions: Poses predicted on these images, as :func:`~synpose.datasets.pose_results.read_pose_results` reads
            them, or a list of such files; their joints are those of ``metainfo``. A path from the working directory.
        source: ``'prediction'``; or ``'annotation'`` for the bound: each student's own labeled joints.
        classes: Names of the behaviors; or an annotation file whose names are taken, sorted. Default: those of
            ``ann_file``. A set to test on needs the training's.
        margins: Fractions (left, top, right, bottom) of the tight box, or a file that ``tools/fit_margins.py`` wrote.
        iou_thr: Overlap that a match needs.
        score_thr: Poses with a lower score (the mean of their joints') take no part. Default: all do.
        images: ``{field: value}`` that an image must have, e.g. ``{'room_size': 'small'}``. Default: all images.
        disjoint_from: An annotation file, under ``data_root``, that must share no image and no scene with this one.
        on_error: What a bad record does, a behavior that is not of ``classes``, or a pose of an image that is not in
            ``ann_file``: ``'raise'``, or ``'skip'`` to leave it out and log it (also in ``problems``).
        metainfo: The skeleton, as MMPose's datasets take it. Default: COCO's 17 joints.
        data_prefix: Folder of the images; for reports only.
        **kwargs: MMEngine's own arguments of ``BaseDataset``; not ``indices``, which would split an image's people.

    Raises:
        FileNotFoundError: If a file does not exist.
        ValueError: If an argument or a record is bad, or nobody is left.
    """

    METAINFO: dict = mmpose_metainfo('coco', 'behavior_coco17')

    def __init__(
        self,
        ann_file: str,
        predictions: str | Sequence[str] | None = None,
        source: str = 'prediction',
        classes: Sequence[str] | str | None = None,
        margins: Sequence[float] | str | None = None,
        iou_thr: float = 0.5,
        score_thr: float = float('-inf'),
        images: Mapping[str, Any] | None = None,
        disjoint_from: str | None = None,
        on_error: str = 'raise',
        metainfo: dict | None = None,
        data_prefix: dict | None = None,
        **kwargs: Any,
    ) -> None:
        if source not in ('prediction', 'annotation'):
            raise ValueError(f"source must be 'prediction' or 'annotation', but is {source!r}")
        if (source == 'prediction') == (predictions is None):
            raise ValueError("give predictions for source='prediction', and only then")
        if kwargs.get('indices') is not None:
            raise ValueError('indices would split the people of an image; make a file of fewer images instead')
        ProblemLog('', on_error)  # a wrong on_error is an error now
        files = [predictions] if isinstance(predictions, str) else predictions
        self.predictions, self.source, self.classes = list(files or ()), source, classes
        self.margins, self.iou_thr, self.score_thr = margins, iou_thr, score_thr
        self.images, self.disjoint_from, self.on_error = dict(images or {}), disjoint_from, on_error
        self.problems: list[str] = []
        super().__init__(ann_file, metainfo, data_prefix=data_prefix or {'img': 'images/'}, **kwargs)

    @classmethod
    def _load_metainfo(cls, metainfo: Mapping | None = None) -> dict[str, Any]:
        return parse_pose_metainfo(deepcopy(dict(metainfo or cls.METAINFO)))

    def load_data_list(self) -> list[dict[str, Any]]:
        """Match poses to students and list the students."""
        log = ProblemLog(self.ann_file, self.on_error)
        everyone, joint_names = read_people(self.ann_file, self.on_error)
        self._check_disjoint(everyone)
        people = [group for group in everyone if self.images.items() <= group.image.items()]
        if not people:
            raise ValueError(f'{self.ann_file}: images: none has {self.images}')
        classes = self._class_names(everyone)
        margins = self._read_margins()
        # What a checkpoint keeps: whoever uses the classifier makes the same boxes.
        self._metainfo.update(classes=tuple(classes), pose_margins=tuple(margins))
        found = self._read_poses({group.image['id'] for group in everyone}, log)
        students = [
            {**student, 'gt_label': classes.index(student['behavior'])}
            for group in people
            for student in self._students(group, joint_names, found.get(group.image['id']), margins)
            if self._knows(student, classes, log)
        ]
        log.report()
        self.problems = log.problems
        matched = [student for student in students if student['matched']]
        kept = students if self.test_mode else matched
        where = f'{self.ann_file}: {len(matched)} of {len(students)} students have a pose'
        if not kept:
            raise ValueError(f'{where}: nobody is left to {"test" if self.test_mode else "train"} on')
        print_log(f'{where} ({self.source}), {len(kept)} of them used', 'current', logging.INFO)
        return kept

    def _read_margins(self) -> Sequence[float]:
        if not isinstance(self.margins, str):
            return self.margins or NO_MARGINS
        margins, fitted = read_margins(self.margins)
        if fitted and fitted != list(self._metainfo['keypoint_id2name'].values()):
            raise ValueError(f'{self.margins}: joints: margins were fitted on other joints than those of metainfo')
        return margins

    def _class_names(self, people: Sequence[ImagePeople]) -> list[str]:
        classes = self.classes
        if isinstance(classes, str):
            people, classes = read_people(classes, self.on_error)[0], None
        if classes is None:
            names = {record.get('behavior') for group in people for record in group.annotations}
            classes = sorted(name for name in names if isinstance(name, str) and name)
        if len(classes) < 2 or len(set(classes)) < len(classes):
            raise ValueError(f'{self.ann_file}: classes: must be two or more different names, but are {list(classes)}')
        return list(classes)

    @staticmethod
    def _knows(student: dict[str, Any], classes: Sequence[str], log: ProblemLog) -> bool:
        known = student['behavior'] in classes
        if not known:
            name = 'missing' if student['behavior'] is None else f'unknown {student["behavior"]!r}'
            log.add(f'annotation {student["id"]}', 'behavior', f'{name}; classes: {", ".join(classes)}')
        return known

    def _check_disjoint(self, people: Sequence[ImagePeople]) -> None:
        if self.disjoint_from is None:
            return
        path = os.path.join(self.data_root or '', self.disjoint_from)
        others = [group.image for group in read_people(path, self.on_error)[0]]
        for field in ('file_name', 'scene_id'):
            theirs = {image[field] for image in others if field in image}
            shared = next((group.image for group in people if group.image.get(field) in theirs), None)
            if shared is not None:
                raise ValueError(f'{self.ann_file}: image {shared["id"]}: {field}: {shared[field]!r} is also in {path}')

    def _read_poses(self, image_ids: set[Any], log: ProblemLog) -> dict[Any, tuple[np.ndarray, np.ndarray]]:
        count, poses = len(self._metainfo['keypoint_id2name']), {}
        for path in self.predictions:
            for image_id, found in read_pose_results(path, count).items():
                if image_id not in image_ids:
                    log.add(f'image {image_id}', 'id', f'{path} has {len(found[1])} pose(s) of it, this file has none')
                elif image_id in poses:
                    raise ValueError(f'{path}: image_id {image_id}: another of predictions has it too')
                else:
                    poses[image_id] = found
        if self.predictions and not poses:
            text = f'{self.ann_file}: {", ".join(self.predictions)} has no pose of these images'
            if not self.test_mode:
                raise ValueError(text)
            print_log(f'{text}, so every student is missed', 'current', logging.WARNING)
        return poses

    def _students(
        self,
        group: ImagePeople,
        file_names: Sequence[str],
        found: tuple[np.ndarray, np.ndarray] | None,
        margins: Sequence[float],
    ) -> Iterator[dict[str, Any]]:
        """Give each annotated student of an image its pose."""
        names = [name for _, name in sorted(self._metainfo['keypoint_id2name'].items())]
        if self.source == 'annotation':
            boxes = labeled_pose_boxes(group, file_names, names, margins)
            poses = map_keypoints(group.keypoints, file_names, names)  # type: ignore[arg-type]
            poses[..., 2] = poses[..., 2] > 0  # what is labeled is certain, seen or not
            chosen = np.where(np.isfinite(boxes).all(axis=1), np.arange(len(boxes)), -1)
        else:
            poses, scores = found or (np.zeros((0, len(names), 3)), np.zeros(0))
            poses, scores = poses[scores >= self.score_thr], scores[scores >= self.score_thr]
            boxes = pose_boxes(poses[..., :2], poses[..., 2], group.size, margins, min_score=-np.inf)
            # A crowd region is nobody: it takes no pose from a student.
            overlaps = np.where(group.crowd, -1.0, iou_matrix(boxes, group.boxes))
            matches = greedy_matches(overlaps, scores, self.iou_thr)
            chosen = np.full(len(group.boxes), -1)
            chosen[matches[matches >= 0]] = np.flatnonzero(matches >= 0)
        for place, record in enumerate(group.annotations):
            if group.crowd[place]:
                continue
            matched = bool(chosen[place] >= 0)
            pose = poses[chosen[place]] if matched else np.zeros((len(names), 3))
            yield {
                'img_id': group.image['id'],
                'img_path': os.path.join(self.data_prefix.get('img', ''), group.image['file_name']),
                'id': record['id'],
                'behavior': record.get('behavior'),
                'matched': matched,
                'bbox': boxes[chosen[place]] if matched else group.boxes[place],
                'pose': pose,
                'keypoints': pose[None, :, :2],
                'keypoint_scores': pose[None, :, 2],
            }
