"""From a person of any source to an annotation of the SynPose format."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synpose.skeletons import JOINT_NAMES, WHOLEBODY133_NAMES, WHOLEBODY_SLICES, joint_indices, take_joints

from ..record_checks import box_problem
from .source import BadRecordError, SourcePerson, numbers

AREA_OF_BOX = 0.53
"""Area of a person as a part of its box where the source states none; what MMPose and CrowdPose's evaluation take."""


class AnnotationMaker:
    """Maps joints by name and checks what MMPose will need.

    Args:
        source_names: The source's joints, in its order.
        renames: ``{source name: our name}``; a joint of the source that has ``our name`` itself loses it.
        is_synthetic: What all annotations say about it.

    Attributes:
        absent: Joints of the format that the source lacks.
        unused: Joints of the source that the format lacks.

    Raises:
        ValueError: If a rename names an unknown joint, two joints get one name, or no joint is left.
    """

    def __init__(self, source_names: Sequence[str], renames: Mapping[str, str], is_synthetic: bool) -> None:
        given = set(renames.values())
        names = [renames.get(name, f'own {name}' if name in given else name) for name in source_names]
        self._indices = joint_indices(names, JOINT_NAMES)
        self._is_synthetic = is_synthetic
        self.absent = [name for name, index in zip(JOINT_NAMES, self._indices) if index < 0]
        if len(self.absent) == len(JOINT_NAMES):
            raise ValueError(f'no joint is known by its name: {", ".join(source_names)}')
        lists = {f'{part}_kpts': WHOLEBODY133_NAMES[where] for part, where in WHOLEBODY_SLICES.items()}
        self._parts = {
            part: np.array([names.index(name) for name in part_names])
            for part, part_names in lists.items()
            if set(part_names) <= set(names)
        }
        used = set(self._indices.tolist()).union(*(indices.tolist() for indices in self._parts.values()))
        self.unused = [name for index, name in enumerate(source_names) if index not in used]

    def make(self, person: SourcePerson, number: int, size: tuple[int, int], clip: bool = False) -> dict[str, Any]:
        """Make an annotation.

        Args:
            person: The person.
            number: Its id, if the source gives none.
            size: The image's width and height, px.
            clip: Whether to clip the box to the image.

        Returns:
            The source's fields, with those of the SynPose format in their place; joints farther than a pixel outside
            the image are absent. Feet, face and hands are in COCO-WholeBody's fields too, where the source has them.

        Raises:
            BadRecordError: If the box is empty or lies outside the image, or the area is no number.
        """
        box = clipped_box(person.box, size) if clip else list(person.box)
        problem = box_problem(box, size)
        if problem is not None:
            raise BadRecordError(*problem)
        joints = person.joints.copy()
        outside = ((joints[:, :2] < -1) | (joints[:, :2] > size)).any(axis=1)
        joints[outside | (joints[:, 2] == 0)] = 0
        mapped = take_joints(joints, self._indices)
        annotation = {
            **person.fields,
            'id': number if person.id is None else person.id,
            'image_id': person.image,
            'category_id': 1,
            'bbox': plain_numbers(box),
            'keypoints': plain_numbers(mapped.ravel().tolist()),
            'num_keypoints': int(np.count_nonzero(mapped[:, 2])),
            'is_synthetic': self._is_synthetic,
        }
        for part, indices in self._parts.items():
            points = joints[indices]
            annotation[part] = plain_numbers(points.ravel().tolist())
            annotation[part.replace('kpts', 'valid')] = bool(points[:, 2].any())
        if annotation.get('area') is None:
            annotation['area'] = round(AREA_OF_BOX * box[2] * box[3], 4)
        numbers([annotation['area']], 1, 'area')
        annotation.setdefault('iscrowd', 0)
        annotation.setdefault('stencil_id', 0)
        return annotation


def clipped_box(box: Sequence[float], size: tuple[int, int]) -> list[float]:
    """Clip a box to an image; a box that lies outside keeps no area."""
    x1, x2 = np.clip([box[0], box[0] + box[2]], 0, size[0]).tolist()
    y1, y2 = np.clip([box[1], box[1] + box[3]], 0, size[1]).tolist()
    return [round(value, 4) for value in (x1, y1, x2 - x1, y2 - y1)]


def plain_numbers(values: Sequence[float]) -> list[float]:
    """Write whole numbers as integers, as COCO files do."""
    return [int(value) if value == int(value) else value for value in values]
