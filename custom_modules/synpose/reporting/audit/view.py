"""What the checks of the audit work on: one image with its people as arrays, and what a check found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np

from synpose.datasets.coco_people import WHOLEBODY_PARTS
from synpose.skeletons import JOINT_ALIASES


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        check: Name of the check, a key of :data:`synpose.reporting.audit.CHECKS`.
        split: Name of the annotation file, without suffix.
        file: The image's file name, or the file that is wrong.
        image: The image's id; None where a finding concerns a whole file.
        annotation: The annotation's id; None where a finding concerns the image.
        field: The field that is wrong; a joint's name in brackets.
        value: What it holds, of JSON types.
        message: What is wrong with it.
    """

    check: str
    split: str
    file: str
    image: int | None
    annotation: int | None
    field: str
    value: Any
    message: str


@dataclass(frozen=True)
class View:
    """One image and its ``N`` people, with joints ``K``. What a dataset does not have is NaN or None.

    Attributes:
        split: Name of the annotation file, without suffix.
        image: The image record.
        people: The ``N`` annotation records.
        joint_names: The ``K`` names, as :data:`synpose.skeletons.JOINT_NAMES` spells them.
        keypoints: ``(N, K, 3)`` x px, y px, visibility.
        points: ``(N, K, 3)`` m, camera frame.
        boxes: ``(N, 4)`` left, top, width, height, px.
        areas: ``(N,)`` px^2.
        stencil_ids: ``(N,)`` int; 0 where a person has no stencil.
        synthetic: ``(N,)`` bool.
        pixels: ``(H, W, 3)`` uint8, blue green red.
        stencil: ``(H, W)`` integer.
        depth: z-depth ``(H, W)`` m; 0 = nothing hit.
        parts: Body parts ``(H, W)``, numbers of :data:`synpose.skeletons.BODY_PARTS`.
        K: ``(3, 3)`` px.
        R: World-to-camera rotation ``(3, 3)``.
        t: World-to-camera translation ``(3,)``, m.
        crowd_ids: Stencil ids of crowd regions, which are not among the people.
    """

    split: str
    image: dict[str, Any]
    people: tuple[dict[str, Any], ...]
    joint_names: tuple[str, ...]
    keypoints: np.ndarray
    points: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray
    stencil_ids: np.ndarray
    synthetic: np.ndarray
    pixels: np.ndarray | None = None
    stencil: np.ndarray | None = None
    depth: np.ndarray | None = None
    parts: np.ndarray | None = None
    K: np.ndarray | None = None
    R: np.ndarray | None = None
    t: np.ndarray | None = None
    crowd_ids: tuple[int, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height the image record states, px."""
        return self.image['width'], self.image['height']

    def joint(self, name: str) -> np.ndarray:
        """Return a joint of all people ``(N, 3)`` m, camera frame; NaN where the file has no joint of this name."""
        if name in self.joint_names:
            return self.points[:, self.joint_names.index(name)]
        return np.full((len(self.points), 3), np.nan)

    def having(self, field: str) -> np.ndarray:
        """Return who has what a check needs, ``(N,)`` bool.

        Args:
            field: Of a person: ``'keypoints'``, ``'keypoints_3d'``, ``'area'``, ``'stencil_id'``, ``'synthetic'``,
                ``'identity'``, ``'wholebody'``. Of
                the image, and so of all or none: ``'pixels'``, ``'stencil'``, ``'depth'``, ``'parts'``,
                ``'camera'``.
        """
        count = len(self.people)
        if field == 'camera':
            return np.full(count, self.K is not None)
        if field in ('pixels', 'stencil', 'depth', 'parts'):
            return np.full(count, getattr(self, field) is not None)
        flags = {
            'keypoints': lambda: ~np.isnan(self.keypoints[..., 2]).all(axis=1),
            'keypoints_3d': lambda: ~np.isnan(self.points).all(axis=(1, 2)),
            'area': lambda: ~np.isnan(self.areas),
            'stencil_id': lambda: self.stencil_ids > 0,
            'synthetic': lambda: self.synthetic,
            'identity': lambda: np.array([identity(person) is not None for person in self.people], dtype=bool),
            'wholebody': lambda: np.array(
                [any(person.get(field) is not None for field in WHOLEBODY_PARTS) for person in self.people], dtype=bool
            ),
        }
        return flags[field]()

    def select(self, chosen: np.ndarray) -> 'View':
        """Return the view with only the chosen people, ``(N,)`` bool."""
        names = ('keypoints', 'points', 'boxes', 'areas', 'stencil_ids', 'synthetic')
        arrays: dict[str, Any] = {name: getattr(self, name)[chosen] for name in names}
        return replace(self, people=tuple(compress(self.people, chosen)), **arrays)

    def finding(self, check: str, field: str, value: Any, message: str, person: int | None = None) -> Finding:
        """Describe what is wrong with the image, or with the person of this index."""
        if isinstance(value, np.ndarray | np.generic):
            value = value.tolist()
        if isinstance(value, float):
            value = round(value, 4)
        annotation = None if person is None else self.people[person].get('id')
        image = self.image
        return Finding(check, self.split, image['file_name'], image['id'], annotation, field, value, message)


def identity(person: dict[str, Any]) -> Any:
    """Return who a person is where the annotation or its attributes state an ``identity``, else None."""
    attributes = person.get('attributes') or {}
    return person.get('identity', attributes.get('identity'))


def own_names(names: Sequence[str]) -> tuple[str, ...]:
    """Spell joint names as :data:`synpose.skeletons.JOINT_NAMES` does; unknown ones stay."""
    return tuple(JOINT_ALIASES.get(name, name) for name in names)


def make_view(
    split: str, image: dict[str, Any], annotations: Sequence[dict[str, Any]], joint_names: Sequence[str]
) -> tuple[View, list[Finding]]:
    """Turn records into arrays.

    Args:
        split: Name of the annotation file, without suffix.
        image: The image record, with ``id``, ``file_name``, ``width`` and ``height``.
        annotations: Its annotation records; crowd regions are left out.
        joint_names: Names of the file's joints.

    Returns:
        The view without its pixel layers, and a finding for each field that cannot be used; such a field then counts
        as missing.
    """
    people = tuple(annotation for annotation in annotations if not annotation.get('iscrowd'))
    count, joints = len(people), len(joint_names)
    view = View(
        split=split,
        image=image,
        people=people,
        joint_names=own_names(joint_names),
        keypoints=np.full((count, joints, 3), np.nan),
        points=np.full((count, joints, 3), np.nan),
        boxes=np.full((count, 4), np.nan),
        areas=np.full(count, np.nan),
        stencil_ids=np.zeros(count, dtype=int),
        synthetic=np.array([bool(person.get('is_synthetic')) for person in people], dtype=bool),
        crowd_ids=tuple(crowd.get('stencil_id') or 0 for crowd in annotations if crowd.get('iscrowd')),
    )
    findings: list[Finding] = []

    def fill(target: np.ndarray, i: int, field: str) -> None:
        value = people[i].get(field)
        if value is None:
            return
        try:
            target[i] = np.asarray(value, dtype=float).reshape(target[i].shape)
        except (TypeError, ValueError):
            shape = 'x'.join(map(str, target[i].shape)) or 'one'
            findings.append(view.finding('records', field, repr(value)[:80], f'must be {shape} numbers', i))
            return
        finite = np.isfinite(target[i])
        if not finite.all():
            bad = int((~finite).sum())
            findings.append(view.finding('records', field, bad, 'numbers that are NaN or infinite', i))
            target[i] = np.nan

    for i, person in enumerate(people):
        for target, field in (
            (view.keypoints, 'keypoints'),
            (view.points, 'keypoints_3d'),
            (view.boxes, 'bbox'),
            (view.areas, 'area'),
        ):
            fill(target, i, field)
        if person.get('bbox') is None:
            findings.append(view.finding('records', 'bbox', None, 'missing', i))
        if person.get('is_synthetic') and person.get('keypoints') is None:
            findings.append(view.finding('records', 'keypoints', None, 'missing on a synthetic person', i))
        stencil_id = person.get('stencil_id') or 0
        if type(stencil_id) is int and stencil_id >= 0:
            view.stencil_ids[i] = stencil_id
        else:
            findings.append(view.finding('records', 'stencil_id', repr(stencil_id), 'must be a whole number', i))
    camera = image.get('camera')
    if camera is not None:
        try:
            shapes = {'K': (3, 3), 'R': (3, 3), 't': (3,)}
            values: dict[str, Any] = {
                name: np.array(camera[name], dtype=float).reshape(shape) for name, shape in shapes.items()
            }
            if not all(np.isfinite(value).all() for value in values.values()):
                raise ValueError
        except (KeyError, TypeError, ValueError):
            findings.append(view.finding('records', 'camera', repr(camera)[:80], 'must hold K 3x3, R 3x3 and t 3'))
        else:
            view = replace(view, **values)
    return view, findings
