"""Any COCO-style keypoint file, opened in a blink."""

import logging
import os.path as osp
import pickle
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
from mmengine.fileio import load
from mmengine.logging import print_log
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS
from mmpose.structures.bbox import bbox_xywh2xyxy

from synpose.skeletons import JOINT_ALIASES

from .coco_people import JOINT_FIELDS, coco_people, has_joints, one_person, people_of_image
from .looked_up_dataset import LookedUpDataset
from .validation import ProblemLog, category_joint_names, check_detections

if TYPE_CHECKING:
    from .columnar import AnnotationStore


# What MMPose's get_data_info adds to a sample.
_METAINFO_OF_A_SAMPLE = (
    'dataset_name',
    'upper_body_ids',
    'lower_body_ids',
    'flip_pairs',
    'dataset_keypoint_weights',
    'flip_indices',
    'skeleton_links',
)


# Steps of MMPose's loading that look_up and load_rows stand in for.
_NEVER_CALLED = (
    'load_data_list',
    'parse_data_info',
    'filter_data',
    '_load_annotations',
    '_load_detection_results',
    '_is_valid_instance',
    '_get_topdown_data_infos',
    '_get_bottomup_data_infos',
)


@DATASETS.register_module()
class ColumnarCocoDataset(BaseCocoStyleDataset, LookedUpDataset):
    """MMPose's ``CocoDataset`` over a columnar, memory-mapped store of the annotations.

    The first use writes the store beside the json (``train.json`` -> ``train.arrow``), and again whenever the json has
    changed; from then on opening reads a few index columns, and a sample is looked up when it is asked for, from pages
    that all workers share. Samples equal those of MMPose's class, field by field.

    In a config of COCO, CrowdPose or OCHuman change ``type``, and give the ``metainfo`` that MMPose's class fixed, as
    in ``metainfo=dict(from_file='configs/_base_/datasets/crowdpose.py')``; without it, COCO's. With the metainfo of
    COCO-WholeBody samples equal those of ``CocoWholeBodyDataset``. The annotation file must be a local one.

    A subclass that changes samples overrides :meth:`look_up`, one that chooses them :meth:`load_rows`. MMPose's steps
    of loading (``parse_data_info``, ``filter_data``, ...) are never called, so a subclass that has one is a TypeError.

    Args:
        ann_file: Annotation file, a json.
        store_file: The Arrow file, where it cannot lie beside the json; relative to ``data_root``.
        **kwargs: MMPose's own arguments of ``BaseCocoStyleDataset``.

    Raises:
        FileNotFoundError: If the annotation or detection file does not exist.
        PermissionError: If the store must be built and cannot be written; then give ``store_file``.
        ValueError: If a file is broken, a record is bad (named with its field), or its joints are not as many as the
            metainfo's, or named in another order.
    """

    METAINFO: dict = {'from_file': 'configs/_base_/datasets/coco.py'}
    on_error: str = 'raise'  # what a bad record does; SynPoseDataset lets its user choose

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        unused = [name for name in _NEVER_CALLED if getattr(cls, name) is not getattr(ColumnarCocoDataset, name)]
        if unused:
            names = ', '.join(unused)
            raise TypeError(f'{cls.__name__}: {names}: never called; samples are looked up: see look_up and load_rows')

    def __init__(self, ann_file: str = '', store_file: str | None = None, **kwargs: Any) -> None:
        data_root = kwargs.get('data_root')
        self.store_file = osp.join(data_root, store_file) if store_file and data_root else store_file
        self.problems: list[str] = []
        self._store: AnnotationStore | None = None
        self._joint_fields: tuple[str, ...] = ()
        super().__init__(ann_file=ann_file, **kwargs)

    @property
    def store(self) -> 'AnnotationStore':
        """The annotations; opened when first asked for."""
        if self._store is None:
            from .columnar import open_store  # pyarrow takes a moment to import

            self._store = open_store(self.ann_file, self.store_file, self.on_error)
        return self._store

    def load_rows(self) -> np.ndarray:
        """Open the store; a row is a person (top-down), an image (bottom-up) or a detection (``bbox_file``)."""
        images = self._read_images()
        rows = self._load_detections(images) if self.bbox_file else self._annotated_rows(images)
        threshold = (self.filter_cfg or {}).get('bbox_score_thr')
        if threshold is None:
            return rows
        if self.data_mode != 'topdown':
            raise ValueError(
                f'{type(self).__name__} is set to {self.data_mode} mode, while "bbox_score_thr" is only supported in '
                'topdown mode.'
            )
        scores = self._detections['scores'] if self.bbox_file else np.ones(len(rows), np.float32)
        return rows[~(scores < threshold)]

    def _read_images(self) -> np.ndarray:
        """Check the file against the metainfo, and return which of its images are read, ``(I,)`` bool."""
        store = self.store
        if 'categories' in store.header:
            self._metainfo['CLASSES'] = store.header['categories']
        if not self.bbox_file:
            self._check_joints()
        return np.ones(store.num_images, bool)

    def _check_joints(self) -> None:
        lengths = self.store.lengths
        counts = [lengths[name] // 3 for name in JOINT_FIELDS if name in lengths]
        joints = self.metainfo['num_keypoints']
        whole = joints != counts[0] and len(counts) == len(JOINT_FIELDS) and joints == sum(counts) if counts else False
        if counts and joints != counts[0] and not whole:
            raise ValueError(
                f'{self.ann_file}: annotations: keypoints: {counts[0]} joints a person, but the metainfo of '
                f'{self.metainfo["dataset_name"]} has {joints}'
            )
        self._joint_fields = JOINT_FIELDS if whole else JOINT_FIELDS[:1]
        self._check_names()
        self._check_required(whole)

    def _check_names(self) -> None:
        """Compare the names of the joints, where the file has them, with the metainfo's: samples go by position."""
        try:
            stored = category_joint_names(self.store.header.get('categories'), self.ann_file)
        except ValueError:  # the categories do not agree; MMPose does not read them either
            return
        names = list(self._metainfo['keypoint_name2id'])
        ours, theirs = ([JOINT_ALIASES.get(name, name) for name in found] for found in (names, stored))
        owner = self._metainfo['dataset_name']
        for place, name in enumerate(theirs):
            if name in ours and ours.index(name) != place:
                raise ValueError(
                    f'{self.ann_file}: categories: keypoints: joint {place} is {stored[place]}, but in the metainfo of '
                    f'{owner} that is joint {ours.index(name)}; give the metainfo of this file'
                )
        others = [f'{stored[i]} ({names[i]})' for i, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1]]
        if others:
            text = f'{self.ann_file}: joints that the metainfo of {owner} calls otherwise: {", ".join(others)}'
            print_log(text, 'current', logging.WARNING)

    def _check_required(self, whole: bool) -> None:
        """Check that the records with joints have the fields without which MMPose fails."""
        count = int(self.store.first[-1])
        required = ['category_id']
        if whole:
            required += ['bbox', *self._joint_fields, 'num_keypoints', 'segmentation']
        columns = self.store.people.columns
        for name in required if {'bbox', 'keypoints'} <= columns.keys() else ():
            if name in columns and not columns[name].null_count:
                continue
            here = columns[name].present(0, count) if name in columns else np.zeros(count, bool)
            lacking = np.flatnonzero(~here & (whole | self._read_people(0, count)))
            if len(lacking):
                number = columns['id'].numbers[lacking[0]]
                raise ValueError(f'{self.ann_file}: annotation {number}: {name}: missing')

    def _annotated_rows(self, images: np.ndarray) -> np.ndarray:
        store = self.store
        if self.sample_interval > 1 and store.num_images:
            images = images & (store.images.columns['id'].numbers % self.sample_interval == 0)
        count = int(store.first[-1])
        if self.data_mode == 'topdown':
            people = np.flatnonzero(self._usable_people(0, count))
            return people if images.all() else people[np.repeat(images, np.diff(store.first))[people]]
        read = self._read_people(0, count)
        before = np.arange(count + 1) if read.all() else np.concatenate([[0], np.cumsum(read)])
        has_people = np.diff(before[store.first]) > 0
        rows = np.flatnonzero(images & has_people)
        return np.concatenate([rows, np.flatnonzero(images & ~has_people)]) if self.test_mode else rows

    def _read_people(self, start: int, stop: int) -> np.ndarray:
        """Return which annotations become part of samples, ``(stop - start,)`` bool: those with a box and joints."""
        return has_joints(self.store.people, start, stop)

    def _usable_people(self, start: int, stop: int) -> np.ndarray:
        """Return which annotations are trained on, ``(stop - start,)`` bool."""
        name = 'usable_wholebody' if len(self._joint_fields) > 1 else 'usable'
        return self.store.flags[name][start:stop] > 0

    def _load_detections(self, images: np.ndarray) -> np.ndarray:
        if not osp.isfile(self.bbox_file):
            raise FileNotFoundError(f'{self.bbox_file}: detection file does not exist')
        ids = self.store.images.values('id', 0, len(images))
        rows = {number: row for row, (number, read) in enumerate(zip(ids, images)) if read}
        log = ProblemLog(self.bbox_file, self.on_error)
        found = check_detections(load(self.bbox_file), rows, log)
        log.report()
        self.problems += log.problems
        boxes = np.array([entry['bbox'][:4] for entry in found], dtype=np.float32).reshape(-1, 4)
        self._detections = {
            'images': np.array([rows[entry['image_id']] for entry in found], dtype=np.int64),
            'boxes': bbox_xywh2xyxy(boxes),
            'scores': np.array([entry['score'] for entry in found], dtype=np.float32),
        }
        return np.arange(len(found))

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """Return sample ``idx`` with the metainfo a pipeline needs, as MMPose's method of that name does."""
        return self.with_metainfo(LookedUpDataset.get_data_info(self, idx))

    def with_metainfo(self, info: dict[str, Any]) -> dict[str, Any]:
        """Return a sample with the metainfo a pipeline needs."""
        metainfo = {key: self._metainfo[key] for key in _METAINFO_OF_A_SAMPLE}
        return info | pickle.loads(pickle.dumps(metainfo))  # MMPose's deep copy takes half the time of a sample

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row, as MMPose's ``load_data_list`` makes it."""
        if self.bbox_file:
            image = self._image(int(self._detections['images'][row]))
            return self._detection(row, image) | self._image_fields(image)
        first = self.store.first
        if self.data_mode == 'topdown':
            image = self._image(int(np.searchsorted(first, row, side='right')) - 1)
            person = self._people(image, row, row + 1, np.ones(1, bool))
            return one_person(person) | self._image_fields(image)
        image = self._image(row)
        return self._crowd(image, int(first[row]), int(first[row + 1])) | self._image_fields(image)

    def _crowd(self, image: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
        read = self._read_people(start, stop)
        if not read.any():
            return {'img_id': image['id'], 'img_path': image['img_path'], 'id': [], 'raw_ann_info': None}
        people = self._people(image, start, stop, read)
        invalid = np.flatnonzero(~self._usable_people(start, stop)[read])
        return people_of_image(people, [self._outline(people, index) for index in invalid.tolist()])

    def _outline(self, people: dict[str, Any], index: int) -> Any:
        """Return the outline of a person who is not trained on."""
        return people['segmentation'][index]

    def _image(self, row: int) -> dict[str, Any]:
        image = self.store.images.records(row, row + 1)[0]
        return {**image, 'img_id': image['id'], 'img_path': osp.join(self.data_prefix['img'], image['file_name'])}

    def _image_fields(self, image: dict[str, Any]) -> dict[str, Any]:
        """Return what a sample tells about its image beside MMPose's fields."""
        return {}

    def _people(self, image: dict[str, Any], start: int, stop: int, read: np.ndarray) -> dict[str, Any]:
        """Make the fields of those of annotations ``start`` to ``stop`` that are ``read`` (bool); at least one is."""
        table = self.store.people
        records = list(compress(table.records(start, stop), read))
        boxes = table.lists('bbox', start, stop, read)
        joints = np.concatenate([table.triples(name, start, stop, read) for name in self._joint_fields], axis=1)
        whole = len(self._joint_fields) > 1
        if whole:
            integers = all(table.columns[name].all_integers(start, stop) for name in self._joint_fields)
            joints = joints.astype(np.int64 if integers else np.float64)
        return coco_people(records, boxes, joints, image, whole)

    def _detection(self, row: int, image: dict[str, Any]) -> dict[str, Any]:
        """Make the sample of a detected box, as MMPose's ``_load_detection_results`` does."""
        joints = len(self._metainfo['keypoint_id2name'])
        return {
            'img_id': image['id'],
            'img_path': image['img_path'],
            'img_shape': (image['height'], image['width']),
            'bbox': self._detections['boxes'][row : row + 1].copy(),
            'bbox_score': self._detections['scores'][row : row + 1].copy(),
            'keypoints': np.zeros((1, joints, 2), dtype=np.float32),
            'keypoints_visible': np.ones((1, joints), dtype=np.float32),
            'id': row,
        }
