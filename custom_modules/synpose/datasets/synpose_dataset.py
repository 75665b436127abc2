"""The SynPose dataset: crowded classrooms with 59 joints a person."""

import os.path as osp
from collections.abc import Mapping, Sequence
from itertools import filterfalse
from typing import Any

import numpy as np
from mmengine.fileio import load
from mmengine.logging import MessageHub, print_log
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS
from mmpose.structures.bbox import bbox_xywh2xyxy

from synpose.skeletons import build_metainfo, joint_indices, map_keypoints

from .file_checks import check_pictures
from .segments import to_polygons
from .validation import (
    ProblemLog,
    check_annotations,
    check_detections,
    check_images,
    check_joint_names,
    file_joint_names,
    person_annotations,
    read_coco_json,
)

# Field of the annotation file -> key of data_prefix, for each picture an image can name.
PICTURE_FIELDS = {'file_name': 'img', 'stencil_file': 'stencil', 'depth_file': 'depth'}
IMAGE_FIELDS = ('room_size', 'viewpoint', 'scene_id', 'camera_id', 'camera', 'camera_pitch', 'domain')
# What MMPose reads of an annotation; the 3D joints and whole-body fields would double the memory.
ANNOTATION_FIELDS = ('id', 'image_id', 'category_id', 'bbox', 'area', 'segmentation')


@DATASETS.register_module()
class SynPoseDataset(BaseCocoStyleDataset):
    """People in classrooms, with 59 joints, stencils and depth (METAINFO: ``synpose.skeletons.JOINT_NAMES``).

    Joints are taken **by the names** the annotation file stores in its category, never by position; a joint of this
    dataset that the file lacks is invisible in every sample, and one log line reports the mapping. Any COCO-style
    keypoint file can be read so; of several categories, ``person`` is the one read.

    A data sample holds MMPose's fields and, where the file has them: ``stencil_path``, ``depth_path``, ``stencil_id``
    ``(N,)`` (0: none), ``behavior``, ``keypoints_visibility`` ``(N, K)`` (the file's 0 absent, 1 occluded, 2 visible;
    transforms leave it alone, while ``keypoints_visible`` is 0 or 1 and follows them), ``room_size``, ``viewpoint``,
    ``scene_id``, ``camera_id``, ``camera``, ``camera_pitch`` (rad) and ``domain``. ``raw_ann_info`` has the mapped
    joints. N is 1 with ``data_mode='topdown'`` and the number of people with ``'bottomup'``.

    Args:
        ann_file: Annotation file.
        data_prefix: Folders, under ``data_root``, that the file's ``file_name``, ``stencil_file`` and ``depth_file``
            start from; keys left out are ``img='images/'``, ``stencil=''`` and ``depth=''``, as the format has it.
        on_error: ``'raise'`` stops at the first bad record; ``'skip'`` leaves bad records out, and logs their number
            and each of them (also in ``problems``).
        check_files: Which pictures must exist, be complete and have the image's size, by the keys of ``data_prefix``.
        **kwargs: MMPose's own arguments of ``BaseCocoStyleDataset``.

    Raises:
        FileNotFoundError: If the annotation file or a checked picture is missing.
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
        self.problems: list[str] = []
        self._image_info: dict[Any, dict[str, Any]] = {}
        self._source_names: list[str] = []
        folders = {'img': 'images/', 'stencil': '', 'depth': '', **(data_prefix or {})}
        super().__init__(ann_file=ann_file, data_prefix=folders, **kwargs)
        if self.test_mode and self._source_names != self.joint_names:
            # MMPose's CocoMetric would read this file by position; without it, it reads the mapped raw_ann_info.
            MessageHub.get_current_instance().update_info_dict({f'{self.metainfo["dataset_name"]}_ann_file': None})

    @property
    def joint_names(self) -> list[str]:
        """The joints of a sample, in order."""
        return list(self._metainfo['keypoint_name2id'])

    def _read_annotations(self) -> tuple[list[dict], list[dict]]:
        """Read and check the annotation file; returns its good images and annotations."""
        log = ProblemLog(self.ann_file, self.on_error)
        content = read_coco_json(self.ann_file)
        self._source_names = file_joint_names(content, self.ann_file)
        check_joint_names(self._source_names, log)
        locators = {
            field: lambda image, field=field: self._picture_path(image, field)
            for field, kind in PICTURE_FIELDS.items()
            if kind in self.check_files
        }
        images = check_pictures(check_images(content['images'], log), locators, log)
        left_out = {image.get('id') for image in content['images']} - {image['id'] for image in images}
        annotations = check_annotations(person_annotations(content), images, len(self._source_names), log, left_out)
        log.report()
        self.problems = log.problems
        if not images or not (self.test_mode or any('keypoints' in annotation for annotation in annotations)):
            what = 'annotations: no person with keypoints' if images else 'images: no image'
            raise ValueError(f'{self.ann_file}: {what} is left, so the split is empty')
        self._report_mapping()
        self._metainfo['CLASSES'] = [
            {**category, 'keypoints': self.joint_names, 'skeleton': self._links()}
            for category in content.get('categories') or ()
        ]
        self._image_info = {image['id']: self._describe_image(image) for image in images}
        return images, annotations

    def _links(self) -> list[list[int]]:
        return [[a + 1, b + 1] for a, b in self._metainfo['skeleton_links']]  # COCO counts joints from 1

    def _report_mapping(self) -> None:
        if not self._source_names:
            return
        indices = joint_indices(self._source_names, self.joint_names)
        absent = [name for name, index in zip(self.joint_names, indices) if index < 0]
        unused = [name for i, name in enumerate(self._source_names) if i not in set(indices)]
        print_log(
            f'{type(self).__name__}: {self.ann_file}: {np.sum(indices >= 0)} of {len(indices)} joints found by name; '
            f'absent, so invisible: {", ".join(absent) or "none"}; not used: {len(unused)} of the file',
            'current',
        )

    def _picture_path(self, image: dict[str, Any], field: str) -> str | None:
        name = image.get(field)
        return osp.join(self.data_prefix[PICTURE_FIELDS[field]], name) if name else None

    def _describe_image(self, image: dict[str, Any]) -> dict[str, Any]:
        """Collect what a data sample tells about its image."""
        info = {key: image[key] for key in IMAGE_FIELDS if key in image}
        for key, field in (('stencil_path', 'stencil_file'), ('depth_path', 'depth_file')):
            if image.get(field):
                info[key] = self._picture_path(image, field)
        return info

    def _load_annotations(self) -> tuple[list[dict], list[dict]]:
        """Load the instances and images, as MMPose's method of that name does."""
        images, annotations = self._read_annotations()
        people: dict[Any, list[dict]] = {image['id']: [] for image in images}
        for annotation in annotations:
            people[annotation['image_id']].append(annotation)
        instance_list: list[dict] = []
        image_list: list[dict] = []
        for image in images:
            if self.sample_interval > 1 and image['id'] % self.sample_interval != 0:
                continue
            image = {**image, 'img_id': image['id'], 'img_path': self._picture_path(image, 'file_name')}
            image_list.append(image)
            parsed = (self.parse_data_info({'raw_ann_info': a, 'raw_img_info': image}) for a in people[image['id']])
            instance_list += filter(None, parsed)
        return instance_list, image_list

    def parse_data_info(self, raw_data_info: dict) -> dict | None:
        """Turn an annotation into the fields of an instance; None for one without keypoints (a box only)."""
        annotation = raw_data_info['raw_ann_info']
        if 'keypoints' not in annotation:
            return None
        triples = np.array(annotation['keypoints'], dtype=float).reshape(-1, 3)
        mapped = map_keypoints(triples, self._source_names, self.joint_names)
        raw = {key: annotation[key] for key in ANNOTATION_FIELDS if key in annotation}
        raw.setdefault('category_id', 1)
        raw['iscrowd'] = annotation.get('iscrowd', 0)
        raw['keypoints'] = mapped.ravel().tolist()
        raw['num_keypoints'] = int(np.count_nonzero(mapped[:, 2]))
        info = super().parse_data_info({**raw_data_info, 'raw_ann_info': raw})
        info['keypoints_visibility'] = mapped[None, :, 2].astype(np.float32)
        info['stencil_id'] = np.array([annotation.get('stencil_id', 0)], dtype=np.int32)
        info['behavior'] = annotation.get('behavior')
        return info

    def _get_topdown_data_infos(self, instance_list: list[dict]) -> list[dict]:
        infos = super()._get_topdown_data_infos(instance_list)
        return [{**info, **self._image_info[info['img_id']]} for info in infos]

    def _get_bottomup_data_infos(self, instance_list: list[dict], image_list: list[dict]) -> list[dict]:
        infos = super()._get_bottomup_data_infos(instance_list, image_list)
        invalid: dict[Any, list] = {}
        for instance in filterfalse(self._is_valid_instance, instance_list):
            segments = to_polygons(instance['segmentation'], instance['bbox'][0])
            invalid.setdefault(instance['img_id'], []).append(segments)
        for info in infos:
            if 'invalid_segs' in info:
                info['invalid_segs'] = invalid.get(info['img_id'], [])
            info.update(self._image_info[info['img_id']])
        return infos

    def _load_detection_results(self) -> list[dict]:
        """Load detected boxes instead of the annotated ones, as MMPose's method of that name does."""
        images = {image['id']: image for image in self._read_annotations()[0]}
        if not osp.isfile(self.bbox_file):
            raise FileNotFoundError(f'{self.bbox_file}: detection file does not exist')
        log = ProblemLog(self.bbox_file, self.on_error)
        detections = check_detections(load(self.bbox_file), images, log)
        log.report()
        self.problems += log.problems
        num_joints = len(self.joint_names)
        return [
            {
                'img_id': detection['image_id'],
                'img_path': self._picture_path(image, 'file_name'),
                'img_shape': (image['height'], image['width']),
                'bbox': bbox_xywh2xyxy(np.array(detection['bbox'][:4], dtype=np.float32).reshape(1, 4)),
                'bbox_score': np.array([detection['score']], dtype=np.float32),
                'keypoints': np.zeros((1, num_joints, 2), dtype=np.float32),
                'keypoints_visible': np.ones((1, num_joints), dtype=np.float32),
                'id': index,
                **self._image_info[detection['image_id']],
            }
            for index, detection in enumerate(d for d in detections if d.get('category_id', 1) == 1)
            for image in (images[detection['image_id']],)
        ]
