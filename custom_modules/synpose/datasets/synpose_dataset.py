"""The SynPose dataset: crowded classrooms with 59 joints a person."""

import os.path as osp
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np
from mmengine.logging import MessageHub, print_log
from mmpose.registry import DATASETS

from synpose.skeletons import build_metainfo, joint_indices, take_joints

from .coco_people import coco_people
from .columnar_coco_dataset import ColumnarCocoDataset
from .joint_bits import BOXED, SOUND, any_joint
from .remembered_pictures import remembered_pictures
from .segments import to_polygons
from .validation import ProblemLog, category_joint_names, check_joint_names

# Field of the annotation file -> key of data_prefix, for each picture an image can name.
PICTURE_FIELDS = {'file_name': 'img', 'stencil_file': 'stencil', 'depth_file': 'depth', 'parts_file': 'parts'}
IMAGE_FIELDS = ('room_size', 'viewpoint', 'scene_id', 'camera_id', 'camera', 'camera_pitch', 'domain')
# What MMPose reads of an annotation, but for its joints; the 3D joints and whole-body fields would double the time.
ANNOTATION_FIELDS = ('id', 'image_id', 'category_id', 'bbox', 'area', 'segmentation', 'iscrowd')


@DATASETS.register_module()
class SynPoseDataset(ColumnarCocoDataset):
    """People in classrooms, with 59 joints, stencils and depth (METAINFO: ``synpose.skeletons.JOINT_NAMES``).

    Joints are taken **by the names** the annotation file stores in its category, never by position; a joint of this
    dataset that the file lacks is invisible in every sample, and one log line reports the mapping. Any COCO-style
    keypoint file can be read so; of several categories, ``person`` is the one read.

    A data sample holds MMPose's fields and, where the file has them: ``stencil_path``, ``depth_path``, ``parts_path``,
    ``stencil_id`` ``(N,)`` (0: none), ``synthetic_id`` ``(N,)`` (the same, but 0 for people who are photographed),
    ``synthetic_people`` (stencil numbers of all rendered people of the image, part of the sample or not), ``behavior``,
    ``keypoints_visibility`` ``(N, K)`` (the file's 0 absent, 1 occluded, 2 visible; transforms leave it alone, while
    ``keypoints_visible`` is 0 or 1 and follows them), ``room_size``, ``viewpoint``, ``scene_id``, ``camera_id``,
    ``camera``, ``camera_pitch`` (rad) and ``domain``. ``raw_ann_info`` has the mapped joints. N is 1 with
    ``data_mode='topdown'`` and the number of people with ``'bottomup'``.

    Annotations are read as by :class:`ColumnarCocoDataset`, from a store beside the json: records are checked once,
    when the store is built. So are the pictures: their check is remembered in the store, and made again when a file
    was added, removed or replaced in one of their folders (a file written over in place is not noticed).

    Args:
        ann_file: Annotation file.
        data_prefix: Folders, under ``data_root``, that the file's ``file_name``, ``stencil_file``, ``depth_file`` and
            ``parts_file`` start from; keys left out are ``img='images/'``, ``stencil=''``, ``depth=''`` and
            ``parts=''``, as the format has it.
        on_error: ``'raise'`` stops at the first bad record; ``'skip'`` leaves bad records out, and logs their number
            and each of them (also in ``problems``).
        check_files: Which pictures must exist, be complete and have the image's size, by the keys of ``data_prefix``.
        **kwargs: ``store_file``, see :class:`ColumnarCocoDataset`, and MMPose's own arguments of
            ``BaseCocoStyleDataset``.

    Raises:
        FileNotFoundError: If the annotation file or a checked picture is missing.
        PermissionError: If the store must be built and cannot be written; then give ``store_file``.
        ValueError: If the file is broken or a record is bad, naming file, record and field.
    """

    METAINFO: dict = build_metainfo('synpose')

    def __init__(
        self,
        ann_file: str = '',
        data_prefix: Mapping[str, str] | None = None,
        on_error: str = 'raise',
        check_files: Sequence[str] = ('img', 'stencil', 'depth'),
        **kwargs: Any,
    ) -> None:
        unknown = set(check_files) - set(PICTURE_FIELDS.values())
        if unknown:
            raise ValueError(f'check_files may hold {sorted(PICTURE_FIELDS.values())}, but has {sorted(unknown)}')
        ProblemLog(ann_file, on_error)  # a wrong on_error is an error now, not when the file is read
        self.on_error = on_error
        self.check_files = tuple(check_files)
        self._source_names: list[str] = []
        self._joint_places = np.zeros(0, int)  # of each of our joints in the file, -1 for none
        self._taken = np.zeros(0, bool)  # of each joint of the file
        folders = {'img': 'images/', 'stencil': '', 'depth': '', 'parts': '', **(data_prefix or {})}
        super().__init__(ann_file=ann_file, data_prefix=folders, **kwargs)
        left_out = bool(self.problems) and not self.bbox_file  # samples of detected boxes have no raw_ann_info
        if self.test_mode and (left_out or self._source_names != self.joint_names):
            # MMPose's CocoMetric would read this file by position, and bad records too; without it, raw_ann_info.
            MessageHub.get_current_instance().update_info_dict({f'{self.metainfo["dataset_name"]}_ann_file': None})

    @property
    def joint_names(self) -> list[str]:
        """The joints of a sample, in order."""
        return list(self._metainfo['keypoint_name2id'])

    def _read_images(self) -> np.ndarray:
        """Report the file's problems and how its joints map, and return which images are good, ``(I,)`` bool."""
        store, log = self.store, ProblemLog(self.ann_file, self.on_error)
        categories = store.header.get('categories') or ()
        labeled = 'keypoints' in store.people.columns
        self._source_names = category_joint_names(categories, self.ann_file, labeled)
        stored = store.lengths.get('keypoints', 0) // 3
        if stored and stored != len(self._source_names):
            names = len(self._source_names)
            raise ValueError(f'{self.ann_file}: categories: keypoints: names {names} joints, but people have {stored}')
        check_joint_names(self._source_names, log)
        for text in (*store.description['left_out'], *store.description['unsound_images']):
            log.add(*text.split(': ', 2))
        folders = {field: self.data_prefix[kind] for field, kind in PICTURE_FIELDS.items() if kind in self.check_files}
        images = remembered_pictures(store, self.ann_file, store.sound_images > 0, folders, log)
        for row, text in store.description['unsound_people']:
            if row < 0 or images[row]:
                log.add(*text.split(': ', 2))
        log.report()
        self.problems = log.problems
        self._joint_places = joint_indices(self._source_names, self.joint_names)
        self._taken = np.isin(np.arange(len(self._source_names)), self._joint_places)
        people = self._read_people(0, int(store.first[-1])) & np.repeat(images, np.diff(store.first))
        if not images.any() or not (self.test_mode or people.any()):
            what = 'annotations: no person with keypoints' if images.any() else 'images: no image'
            raise ValueError(f'{self.ann_file}: {what} is left, so the split is empty')
        self._report_mapping()
        self._metainfo['CLASSES'] = [
            {**category, 'keypoints': self.joint_names, 'skeleton': self._links()} for category in categories
        ]
        return images

    def look_up(self, row: int) -> dict[str, Any]:
        """Make the sample of a row; see the class."""
        info = super().look_up(row)
        table, first = self.store.people, self.store.first
        if self.bbox_file or 'is_synthetic' not in table.columns:
            return info
        image = int(np.searchsorted(first, row, side='right')) - 1 if self.data_mode == 'topdown' else row
        start, stop = first[image : image + 2].tolist()
        rendered = table.values('is_synthetic', start, stop, False)
        stencils = compress(table.values('stencil_id', start, stop, 0), rendered)
        return {**info, 'synthetic_people': np.array(sorted(set(stencils) - {0}), np.int32)}

    def _links(self) -> list[list[int]]:
        return [[a + 1, b + 1] for a, b in self._metainfo['skeleton_links']]  # COCO counts joints from 1

    def _report_mapping(self) -> None:
        if not self._source_names:
            return
        absent = [name for name, index in zip(self.joint_names, self._joint_places) if index < 0]
        found, unused = np.count_nonzero(self._joint_places >= 0), np.count_nonzero(~self._taken)
        print_log(
            f'{type(self).__name__}: {self.ann_file}: {found} of {len(self.joint_names)} joints found by name; '
            f'absent, so invisible: {", ".join(absent) or "none"}; not used: {unused} of the file',
            'current',
        )

    def _image_fields(self, image: dict[str, Any]) -> dict[str, Any]:
        info = {key: image[key] for key in IMAGE_FIELDS if key in image}
        for kind in ('stencil', 'depth', 'parts'):
            if image.get(f'{kind}_file'):
                info[f'{kind}_path'] = osp.join(self.data_prefix[kind], image[f'{kind}_file'])
        return info

    def _read_people(self, start: int, stop: int) -> np.ndarray:
        sound = self.store.flags['sound'][start:stop] & SOUND > 0
        return sound & super()._read_people(start, stop)

    def _usable_people(self, start: int, stop: int) -> np.ndarray:
        """Apply MMPose's ``_is_valid_instance`` to the joints of this dataset."""
        flags = self.store.flags
        usable = flags['sound'][start:stop] == SOUND | BOXED
        for name in ('labeled', 'positive'):
            usable &= any_joint(flags[name][start:stop], self._taken)
        return usable

    def _outline(self, people: dict[str, Any], index: int) -> list[list[float]]:
        return to_polygons(people['segmentation'][index], people['bbox'][index])

    def _people(self, image: dict[str, Any], start: int, stop: int, read: np.ndarray) -> dict[str, Any]:
        table = self.store.people
        triples = table.triples('keypoints', start, stop, read).astype(float)
        joints = take_joints(triples, self._joint_places)
        labeled = np.count_nonzero(joints[..., 2], axis=1)
        records = list(compress(table.records(start, stop, ANNOTATION_FIELDS), read))
        for record, flat, count in zip(records, joints.reshape(len(joints), -1).tolist(), labeled.tolist()):
            record.setdefault('category_id', 1)
            record.setdefault('iscrowd', 0)
            record.update(keypoints=flat, num_keypoints=count)
        people = coco_people(records, table.lists('bbox', start, stop, read), joints, image)
        people['keypoints_visibility'] = joints[..., 2].astype(np.float32)
        stencils = compress(table.values('stencil_id', start, stop, 0), read)
        people['stencil_id'] = np.fromiter(stencils, np.int32)
        if 'is_synthetic' in table.columns:
            rendered = np.array(list(compress(table.values('is_synthetic', start, stop, False), read)), bool)
            people['synthetic_id'] = np.where(rendered, people['stencil_id'], 0)
        people['behavior'] = list(compress(table.values('behavior', start, stop), read))
        return people
