"""Any COCO-style keypoint file, opened in a blink."""

import os.path as osp
from typing import TYPE_CHECKING, Any

import numpy as np
from mmengine.fileio import load
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS
from mmpose.structures.bbox import bbox_xywh2xyxy

from .coco_people import JOINT_FIELDS, coco_people, has_joints, one_person, people_of_image
from .looked_up_dataset import LookedUpDataset
from .validation import ProblemLog, check_detections

if TYPE_CHECKING:
    from .columnar import AnnotationStore


@DATASETS.register_module()
class ColumnarCocoDataset(BaseCocoStyleDataset, LookedUpDataset):
    """MMPose's ``CocoDataset`` over a columnar, memory-mapped store of the annotations.

    The first use writes the store beside the json (``train.json`` -> ``train.arrow``), and again whenever the json has
    changed; from then on opening reads a few index columns, and a sample is looked up when it is asked for, from pages
    that all workers share. Samples equal those of MMPose's class, field by field.

    In a config of COCO, CrowdPose or OCHuman change ``type``, and give the ``metainfo`` that MMPose's class fixed, as
    in ``metainfo=dict(from_file='configs/_base_/datasets/crowdpose.py')``; without it, COCO's. With the metainfo of
    COCO-WholeBody samples equal those of ``CocoWholeBodyDataset``. The annotation file must be a local one.

    Args:
        ann_file: Annotation file, a json.
        store_file: The Arrow file, where it cannot lie beside the json; relative to ``data_root``.
        **kwargs: MMPose's own arguments of ``BaseCocoStyleDataset``.

    Raises:
        FileNotFoundError: If the annotation or detection file does not exist.
        ValueError: If a file is broken, a record is bad (named with its field), or its joints are not as many as the
            metainfo's.
    """

    METAINFO: dict = {'from_file': 'configs/_base_/datasets/coco.py'}

    def __init__(self, ann_file: str = '', store_file: str | None = None, **kwargs: Any) -> None:
        data_root = kwargs.get('data_root')
        self.store_file = osp.join(data_root, store_file) if store_file and data_root else store_file
        self._store: AnnotationStore | None = None
        self._joint_fields: tuple[str, ...] = ()
        super().__init__(ann_file=ann_file, **kwargs)

    @property
    def store(self) -> 'AnnotationStore':
        """The annotations; opened when first asked for."""
        if self._store is None:
            from .columnar import open_store  # pyarrow takes a moment to import

            self._store = open_store(self.ann_file, self.store_file)
        return self._store

    def load_rows(self) -> np.ndarray:
        """Open the store; a row is a person (top-down), an image (bottom-up) or a detection (``bbox_file``)."""
        store = self.store
        if 'categories' in store.header:
            self._metainfo['CLASSES'] = store.header['categories']
        rows = self._load_detections() if self.bbox_file else self._annotated_rows()
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

    def _annotated_rows(self) -> np.ndarray:
        store = self.store
        counts = [store.lengths[name] // 3 for name in JOINT_FIELDS if name in store.lengths]
        joints = self.metainfo['num_keypoints']
        whole = joints != counts[0] and len(counts) == len(JOINT_FIELDS) and joints == sum(counts) if counts else False
        if counts and joints != counts[0] and not whole:
            raise ValueError(
                f'{self.ann_file}: annotations: keypoints: {counts[0]} joints a person, but the metainfo of '
                f'{self.metainfo["dataset_name"]} has {joints}'
            )
        self._joint_fields = JOINT_FIELDS if whole else JOINT_FIELDS[:1]
        self._check_required(whole)
        ids = store.images.columns['id'].numbers if store.num_images else np.zeros(0, np.int64)
        taken = ids % self.sample_interval == 0
        if self.data_mode == 'topdown':
            people = np.flatnonzero(self._usable)
            if self.sample_interval == 1:
                return people
            return people[taken[np.searchsorted(store.first, people, side='right') - 1]]
        has_people = self._people_counts() > 0
        rows = np.flatnonzero(taken & has_people)
        return np.concatenate([rows, np.flatnonzero(taken & ~has_people)]) if self.test_mode else rows

    @property
    def _usable(self) -> np.ndarray:
        whole = self.store.usable_wholebody if len(self._joint_fields) > 1 else None
        return self.store.usable if whole is None else whole

    def _people_counts(self) -> np.ndarray:
        """Count each image's annotations with a box and joints, ``(I,)``."""
        store, columns = self.store, self.store.people.columns
        if not {'bbox', 'keypoints'} <= columns.keys():
            return np.zeros(store.num_images, np.int64)
        if not columns['bbox'].null_count and not columns['keypoints'].null_count:
            return np.diff(store.first)
        told = np.concatenate([[0], np.cumsum(self._told(0, int(store.first[-1])))])
        return told[store.first[1:]] - told[store.first[:-1]]

    def _told(self, start: int, stop: int) -> np.ndarray:
        return has_joints(self.store.people, start, stop)

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
            lacking = np.flatnonzero(~here & (whole | self._told(0, count)))
            if len(lacking):
                number = columns['id'].numbers[lacking[0]]
                raise ValueError(f'{self.ann_file}: annotation {number}: {name}: missing')

    def _load_detections(self) -> np.ndarray:
        if not osp.isfile(self.bbox_file):
            raise FileNotFoundError(f'{self.bbox_file}: detection file does not exist')
        found = load(self.bbox_file)
        if isinstance(found, list):
            found = [entry for entry in found if not isinstance(entry, dict) or entry.get('category_id') == 1]
        images = self.store.images.values('id', 0, self.store.num_images)
        image_rows = {number: row for row, number in enumerate(images)}
        found = check_detections(found, image_rows, ProblemLog(self.bbox_file))
        boxes = np.array([entry['bbox'][:4] for entry in found], dtype=np.float32).reshape(-1, 4)
        self._detections = {
            'images': np.array([image_rows[entry['image_id']] for entry in found], dtype=np.int64),
            'boxes': bbox_xywh2xyxy(boxes),
            'scores': np.array([entry['score'] for entry in found], dtype=np.float32),
        }
        return np.arange(len(found))

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row, as MMPose's ``load_data_list`` makes it."""
        if self.bbox_file:
            return self._detection(row)
        if self.data_mode == 'topdown':
            image = int(np.searchsorted(self.store.first, row, side='right')) - 1
            return one_person(self._people(image, row, row + 1))
        start, stop = (int(number) for number in self.store.first[row : row + 2])
        people = self._people(row, start, stop)
        if people['id']:
            usable = self._usable[start:stop][self._told(start, stop)]
            return people_of_image(people, usable)
        empty = self._image(row)
        return {'img_id': empty['id'], 'img_path': empty['img_path'], 'id': [], 'raw_ann_info': None}

    def _image(self, row: int) -> dict[str, Any]:
        image = self.store.images.records(row, row + 1)[0]
        return {**image, 'img_id': image['id'], 'img_path': osp.join(self.data_prefix['img'], image['file_name'])}

    def _people(self, row: int, start: int, stop: int) -> dict[str, Any]:
        return coco_people(self.store.people, start, stop, self._image(row), self._joint_fields)

    def _detection(self, row: int) -> dict[str, Any]:
        """Make the sample of a detected box, as MMPose's ``_load_detection_results`` does."""
        image = self._image(int(self._detections['images'][row]))
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
