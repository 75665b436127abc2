"""AI Challenger's human keypoint files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .source import (
    AnnotationSource,
    BadRecordError,
    SourceImage,
    SourcePerson,
    need,
    numbers,
    read_json_list,
    visibilities,
)

_ARM_AND_LEG = (('shoulder', 'elbow', 'wrist'), ('hip', 'knee', 'ankle'))
AIC_NAMES: tuple[str, ...] = (
    *(f'{side}_{joint}' for limb in _ARM_AND_LEG for side in ('right', 'left') for joint in limb),
    *('head_top', 'neck'),
)
"""The 14 joints in the order of the files."""
_FLAGS = {1: 2, 2: 1, 3: 0, 0: 0}  # 1 visible, 2 not visible, 3 not labeled


class AIChallengerSource(AnnotationSource):
    """A list of images, each with ``image_id``, ``human_annotations`` and ``keypoint_annotations``.

    People are named ``human1``, ``human2``, ...; boxes are x1, y1, x2, y2; the files state no image sizes. Wu et al.,
    AI Challenger, arXiv:1711.06475.

    Args:
        path: As in ``keypoint_train_annotations_20170909.json``.
    """

    joint_names = AIC_NAMES

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._images = read_json_list(path, 'a COCO-style copy of AI Challenger is of format coco')

    def image_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`; images are numbered from 1."""
        for number, record in enumerate(self._images, start=1):
            yield self._name(number, record), (number, record)

    @staticmethod
    def _name(number: int, record: dict[str, Any]) -> str:
        return f'image {record["image_id"]}' if 'image_id' in record else f'image number {number - 1}'

    def image_id(self, record: Any) -> Any:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        return record[0]

    def image(self, record: Any) -> SourceImage:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        number, entry = record
        name = need(entry, 'image_id', str)
        need(entry, 'human_annotations', dict)
        need(entry, 'keypoint_annotations', dict)
        return SourceImage(number, f'{name}.jpg')

    def person_records(self) -> Iterator[tuple[str, Any]]:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        for number, record in enumerate(self._images, start=1):
            boxes, joints = (record.get(f'{kind}_annotations') for kind in ('human', 'keypoint'))
            if not isinstance(boxes, dict) or not isinstance(joints, dict):
                continue  # the image is left out for it
            for person in dict.fromkeys((*boxes, *joints)):
                yield f'{self._name(number, record)}: {person}', (number, person, boxes, joints)

    def person(self, record: Any) -> SourcePerson:
        """See :class:`~synpose.datasets.conversion.source.AnnotationSource`."""
        image, person, boxes, joints = record
        if person not in boxes:
            raise BadRecordError('human_annotations', 'missing')
        x1, y1, x2, y2 = numbers(boxes[person], 4, 'human_annotations').tolist()
        points = np.zeros((len(AIC_NAMES), 3))
        if person in joints:
            points = numbers(joints[person], points.size, 'keypoint_annotations').reshape(-1, 3)
            points[:, 2] = visibilities(points[:, 2], _FLAGS, 'keypoint_annotations')
        return SourcePerson(image, points, [x1, y1, x2 - x1, y2 - y1])
