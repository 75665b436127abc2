"""Pages to look through the labels of people and to reject the bad ones: plain HTML that needs no server."""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from synpose.adaptation.whole_body_parts import BOXED_PARTS, FIELDS
from synpose.files import atomic_path

from .document import Picture, render_template
from .drawing import Skeleton, draw_boxes, draw_poses
from .images import encode_jpeg, read_image, scale_to_width
from .label_index import LabelIndex, part_confidences

CROP_WIDTH = 320  # px
_MARGIN = 0.15  # of the longer side of a person's box, around it
_COLORS = {'bbox': (255, 255, 255), 'face': (255, 210, 0), 'left_hand': (0, 255, 0), 'right_hand': (255, 128, 0)}
_OPEN_IMAGES = 16


class LabelPages:
    """Draws the people of an annotation file, any COCO or COCO-WholeBody one, worst confidences first.

    Args:
        ann_file: The annotation file.
        img_prefix: Folder that ``file_name`` starts from.
        per_page: People a page.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no COCO annotation file, or ``per_page`` is not positive.
    """

    def __init__(self, ann_file: str | os.PathLike, img_prefix: str | os.PathLike, per_page: int = 60) -> None:
        if per_page < 1:
            raise ValueError(f'per_page must be at least 1, but is {per_page}')
        self.index = LabelIndex.build(ann_file)
        self.img_prefix, self.per_page = Path(img_prefix), per_page
        self._read = lru_cache(_OPEN_IMAGES)(read_image)
        body = Skeleton.from_names(self.index.joint_names)
        whole = Skeleton.from_metainfo(parse_pose_metainfo({'from_file': 'configs/_base_/datasets/coco_wholebody.py'}))
        self._skeletons = {len(skeleton.names): skeleton for skeleton in (body, whole)}

    def __len__(self) -> int:
        return -(-len(self.index) // self.per_page)

    def write(self, out_dir: str | os.PathLike, pages: Sequence[int] | None = None) -> list[Path]:
        """Write pages, ``page-0001.html`` and so on; the cost of a page does not depend on the others.

        Args:
            out_dir: Where to.
            pages: Numbers from 0; all by default.

        Returns:
            The files.

        Raises:
            FileNotFoundError: If a picture is missing.
            ValueError: If a page has a number that does not exist, or a picture is damaged.
        """
        paths = []
        for number in range(len(self)) if pages is None else pages:
            if not 0 <= number < max(len(self), 1):
                raise ValueError(f'page {number + 1}: there are {len(self)}')
            path = Path(out_dir, f'page-{number + 1:04d}.html')
            with atomic_path(path) as temporary:
                temporary.write_text(self.render(number), encoding='utf-8')
            paths.append(path)
        return paths

    def render(self, number: int) -> str:
        """Return the HTML of a page, its pictures inside."""
        start = number * self.per_page
        people = [self._card(person) for person in self.index.read(start, start + self.per_page)]
        neighbors = {
            'previous': f'page-{number:04d}.html' if number else '',
            'next': f'page-{number + 2:04d}.html' if number + 1 < len(self) else '',
        }
        return render_template(
            'labels.html.j2',
            title=f'{self.index.path.name}: page {number + 1} of {len(self)}',
            store=str(self.index.path.absolute()),
            people=people,
            **neighbors,
        )

    def _card(self, person: Mapping[str, Any]) -> dict[str, Any]:
        name = self.index.names.get(person.get('image_id', -1))
        if name is None:
            raise ValueError(f'{self.index.path}: annotation {person.get("id")}: image_id: no such image')
        image = draw_person(self._read(self.img_prefix / name), person, self._skeletons)
        found = part_confidences(person)
        told = ', '.join(f'{part.replace("_", " ")} {value:.2f}' for part, value in found.items())
        picture = Picture(f'{person["id"]}.jpg', encode_jpeg(image), '', f'annotation {person["id"]}, {name}')
        return {'id': person['id'], 'uri': picture.uri, 'alt': picture.alt, 'told': told or 'no labels beyond the body'}


def draw_person(image: np.ndarray, person: Mapping[str, Any], skeletons: Mapping[int, Skeleton]) -> np.ndarray:
    """Cut a person out of a picture, and draw its boxes and joints.

    Args:
        image: BGR ``(H, W, 3)`` uint8; it stays as it is.
        person: The annotation.
        skeletons: What to draw of so many joints; others are drawn without links.

    Returns:
        BGR, about :data:`CROP_WIDTH` px wide.
    """
    boxes = {'bbox': person['bbox']} if 'bbox' in person else {}
    boxes |= {part: person[f'{FIELDS[part]}_box'] for part in BOXED_PARTS if person.get(f'{FIELDS[part]}_valid')}
    fields = ('keypoints', *(f'{name}_kpts' for name in FIELDS.values()))
    joints = np.concatenate([np.array(person.get(name, ()), float).reshape(-1, 3) for name in fields])
    low, high = _extent(image, boxes, joints)
    crop, factor = scale_to_width(image[low[1] : high[1], low[0] : high[0]], CROP_WIDTH, max_zoom=8)
    crop = np.ascontiguousarray(crop)
    placed = np.array([[*(np.array(box[:2]) - low), *box[2:]] for box in boxes.values()], float) * factor
    draw_boxes(crop, placed, [_COLORS[part] for part in boxes])
    skeleton = skeletons.get(len(joints)) or Skeleton.from_names([str(k) for k in range(len(joints))])
    seen = joints[:, 2]
    draw_poses(crop, (joints[None, :, :2] - low) * factor, skeleton, seen[None] > 0, seen[None] == 1)
    return crop


def _extent(
    image: np.ndarray, boxes: Mapping[str, Sequence[float]], joints: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners (x, y), px, of what is shown: person and labels with a margin, inside the picture."""
    corners = [np.array(box[:2]) for box in boxes.values()]
    corners += [np.array(box[:2]) + box[2:] for box in boxes.values()]
    points = np.concatenate([np.array(corners).reshape(-1, 2), joints[joints[:, 2] > 0, :2]])
    size = np.array(image.shape[1::-1])
    if not len(points):
        return np.zeros(2, int), size
    margin = max(8.0, _MARGIN * np.ptp(points, axis=0).max())
    low = np.clip(np.floor(points.min(axis=0) - margin), 0, size - 8).astype(int)
    return low, np.clip(np.ceil(points.max(axis=0) + margin), low + 8, size).astype(int)
