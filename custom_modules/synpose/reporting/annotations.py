"""Labels and predictions as the report reads them: SynPose and plain COCO keypoint files alike."""

import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synpose.datasets.validation import (
    ProblemLog,
    check_annotations,
    check_images,
    file_joint_names,
    read_coco_json,
)
from synpose.skeletons import COCO17_NAMES, WHOLEBODY133_NAMES, WHOLEBODY_SLICES


def read_json(path: str | os.PathLike) -> Any:
    """Read a JSON file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not JSON, naming the file and the place.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path}: no such file')
    try:
        return json.loads(Path(path).read_text(encoding='utf-8'))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f'{path}: not valid JSON ({error})') from error


@dataclass(frozen=True)
class People:
    """The labeled people of one image.

    Attributes:
        keypoints: ``(G, K, 3)`` x px, y px, visibility.
        boxes: ``(G, 4)`` left, top, width, height in px.
        areas: ``(G,)`` px^2; the box's where the file states none.
        colors: ``(G,)`` int, the index that :func:`~synpose.reporting.drawing.person_color` takes: the stencil id - 1
            where the person has one, so that boxes and stencils agree.
    """

    keypoints: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray
    colors: np.ndarray


class LabelFile:
    """A COCO keypoint file and the folders its images lie in.

    Bad records are left out, as a dataset with ``on_error='skip'`` does; :attr:`problems` lists them. People of a
    COCO-WholeBody file have its 133 joints.

    Args:
        ann_file: The annotation file.
        img_prefix: Folder the ``file_name`` of an image is relative to.
        data_root: Root of the dataset, for stencils and depth. Default: the folder above the file's.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not a COCO annotation file.
    """

    def __init__(self, ann_file: str | os.PathLike, img_prefix: str | os.PathLike, data_root: str = '') -> None:
        self.path = Path(ann_file)
        self.img_prefix = Path(img_prefix)
        self.data_root = Path(data_root) if data_root else self.path.parent.parent
        content = read_coco_json(self.path)
        log = ProblemLog(self.path, on_error='skip')
        self.joint_names = tuple(file_joint_names(content, self.path))
        images = check_images(content['images'], log)
        self.images: dict[int, dict[str, Any]] = {image['id']: image for image in images}
        self._annotations: dict[int, list[dict[str, Any]]] = {image_id: [] for image_id in self.images}
        for ann in check_annotations(content['annotations'], images, len(self.joint_names), log):
            if not ann.get('iscrowd'):
                self._annotations[ann['image_id']].append(ann)
        self.problems = log.problems
        self._joints = {'keypoints': slice(0, len(self.joint_names))}
        parts = {f'{part}_kpts': joints for part, joints in WHOLEBODY_SLICES.items()}
        people = [ann for group in self._annotations.values() for ann in group]
        if self.joint_names == COCO17_NAMES and any(parts.keys() & ann.keys() for ann in people):
            self.joint_names = WHOLEBODY133_NAMES
            self._joints.update(parts)
            for ann in people:
                for field in parts.keys() & ann.keys():
                    count = 3 * (parts[field].stop - parts[field].start)
                    if np.size(ann[field]) != count:
                        log.add(f'annotation {ann["id"]}', field, f'must be {count} numbers')
                        del ann[field]

    @property
    def name(self) -> str:
        """A short name for captions: the dataset's folder and the file, e.g. ``classroom/val``."""
        parent = self.path.absolute().parent
        folder = parent.parent if parent.name == 'annotations' else parent
        return f'{folder.name}/{self.path.stem}'

    @property
    def num_people(self) -> int:
        """Labeled people, crowd regions left out."""
        return sum(map(len, self._annotations.values()))

    @property
    def domains(self) -> Counter[str]:
        """Number of images of each ``domain``; images that state none are left out."""
        return Counter(image['domain'] for image in self.images.values() if image.get('domain'))

    def image_path(self, image_id: int) -> Path:
        """Return the file of an image."""
        return self.img_prefix / self.images[image_id]['file_name']

    def layer_path(self, image_id: int, field: str, folder: str) -> Path | None:
        """Return the stencil or depth file of an image, or None where the dataset has none.

        Args:
            image_id: The image.
            field: ``'stencil_file'`` or ``'depth_file'``.
            folder: The folder of such files in the SynPose format, ``'stencils'`` or ``'depth'``.
        """
        name = self.images[image_id].get(field)
        candidates = [self.data_root / name, self.data_root / folder / name] if name else []
        return next((path for path in candidates if path.is_file()), None)

    def people(self, image_id: int) -> People:
        """Return the labeled people of an image; a person with a box only has joints of visibility 0."""
        annotations = self._annotations[image_id]
        boxes = np.array([ann['bbox'] for ann in annotations], dtype=float).reshape(-1, 4)
        keypoints = np.zeros((len(annotations), len(self.joint_names), 3))
        for person, ann in zip(keypoints, annotations):
            for field in self._joints.keys() & ann.keys():
                person[self._joints[field]] = np.reshape(ann[field], (-1, 3))
        areas = [ann.get('area') or box[2] * box[3] for ann, box in zip(annotations, boxes)]
        colors = [(ann.get('stencil_id') or i + 1) - 1 for i, ann in enumerate(annotations)]
        return People(
            keypoints=keypoints,
            boxes=boxes,
            areas=np.array(areas, dtype=float),
            colors=np.array(colors, dtype=int),
        )


def read_predictions(path: str | os.PathLike, num_joints: int) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Read keypoint results of COCO's form.

    Args:
        path: A list of ``{image_id, keypoints (x, y, score a joint), score}``.
        num_joints: ``K``.

    Returns:
        ``{image_id: (keypoints (P, K, 3), scores (P,))}``, best score first.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If an entry is malformed; names file, record and field.
    """
    return group_results(read_json(path), path, num_joints)


def group_results(entries: Any, path: str | os.PathLike, num_joints: int) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Group keypoint results by image; see :func:`read_predictions`.

    Args:
        entries: A list of results.
        path: Where they come from, for messages.
        num_joints: ``K``.

    Raises:
        ValueError: If an entry is malformed; names file, record and field.
    """
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f'{path}: must hold a list of keypoint results')
    found: dict[int, list[tuple[float, np.ndarray]]] = {}
    for i, entry in enumerate(entries):
        missing = [field for field in ('image_id', 'keypoints', 'score') if field not in entry]
        if missing:
            raise ValueError(f'{path}: entry {i}: {missing[0]}: missing')
        keypoints = np.array(entry['keypoints'], dtype=float)
        if keypoints.shape != (3 * num_joints,) or not np.isfinite(keypoints).all():
            raise ValueError(
                f'{path}: entry {i}: keypoints: must be {3 * num_joints} finite numbers, for {num_joints} joints, but '
                f'are {keypoints.size}'
            )
        found.setdefault(entry['image_id'], []).append((float(entry['score']), keypoints.reshape(num_joints, 3)))
    result = {}
    for image_id, entries in found.items():
        entries.sort(key=lambda item: -item[0])
        result[image_id] = np.stack([pose for _, pose in entries]), np.array([score for score, _ in entries])
    return result
