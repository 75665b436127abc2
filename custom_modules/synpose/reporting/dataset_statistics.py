"""What a dataset holds, counted image by image and merged: no more memory for 60,000 images than for ten."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycocotools import mask

from synpose.reporting.audit.bodies import facing
from synpose.reporting.audit.view import View, identity
from synpose.reporting.distribution import Distribution

DISTRIBUTIONS: dict[str, tuple[float, str]] = {
    'people per image': (1, 'people'),
    'box height': (4, 'px'),
    'stencil size': (2, 'px, the square root of the area'),
    'visible joints of a person': (0.05, 'share of all joints'),
    'box covered by other boxes': (0.05, 'share of the box'),
    'distance of the pelvis': (0.5, 'm from the camera'),
    'camera pitch': (2.5, 'deg below the horizon'),
    'camera height': (0.1, 'm above the floor'),
    'trunk lean': (5, 'deg from the vertical'),
    'head turn': (10, 'deg left (+) or right (-) of the trunk'),
    'elbow angle': (10, 'deg, 180 is straight'),
    'knee angle': (10, 'deg, 180 is straight'),
}
"""Bin width and unit of each distribution."""

COUNTERS = ('room size', 'viewpoint', 'domain', 'camera', 'scene', 'room', 'behavior', 'movement', 'identity')
POSE_RANGE, POSE_BINS = 1.2, 60  # m around the pelvis, bins a side of the pose maps


@dataclass
class Statistics:
    """Counts over images.

    Attributes:
        images: Number of images.
        people: Number of people, crowd regions left out.
        synthetic: How many of them state that they are synthetic.
        sizes: Images of each (width, height).
        distributions: By name, see :data:`DISTRIBUTIONS`.
        counters: By name, see :data:`COUNTERS`.
        joints: ``(K, 3)`` people whose joint is absent, occluded, visible.
        poses: ``(2, B, B)`` joints by place from the pelvis, from ahead (to the left, up) and from the left (ahead,
            up).
    """

    images: int = 0
    people: int = 0
    synthetic: int = 0
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    distributions: dict[str, Distribution] = field(
        default_factory=lambda: {name: Distribution(width) for name, (width, _) in DISTRIBUTIONS.items()}
    )
    counters: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTERS})
    joint_names: tuple[str, ...] = ()
    joints: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), dtype=int))
    poses: np.ndarray = field(default_factory=lambda: np.zeros((2, POSE_BINS, POSE_BINS), dtype=int))

    def merge(self, other: 'Statistics') -> None:
        """Add the counts of other images of the same skeleton."""
        self.images += other.images
        self.people += other.people
        self.synthetic += other.synthetic
        self.sizes.update(other.sizes)
        for name, distribution in other.distributions.items():
            self.distributions[name].merge(distribution)
        for name, counter in other.counters.items():
            self.counters[name].update(counter)
        if other.joint_names and self.joint_names in ((), other.joint_names):
            self.joint_names = other.joint_names
            self.joints = other.joints + (self.joints if len(self.joints) else 0)
        self.poses = self.poses + other.poses

    def add(self, view: View) -> None:
        """Count one image."""
        self.images += 1
        self.people += len(view.people)
        self.synthetic += int(view.synthetic.sum())
        self.sizes[view.size] += 1
        self._count_image(view)
        self._count_people(view)
        posed = view.select(view.having('keypoints_3d'))
        if len(posed.people):
            self._count_poses(posed)

    def _count_image(self, view: View) -> None:
        image = view.image
        fields = {'room size': 'room_size', 'viewpoint': 'viewpoint', 'domain': 'domain', 'camera': 'camera_id'}
        for name, key in {**fields, 'scene': 'scene_id', 'room': 'room'}.items():
            if image.get(key) is not None:
                self.counters[name][str(image[key])] += 1
        self.distributions['people per image'].add(len(view.people))
        if image.get('camera_pitch') is not None:
            self.distributions['camera pitch'].add(np.rad2deg(image['camera_pitch']))
        if view.R is not None and view.t is not None:
            self.distributions['camera height'].add((-view.R.T @ view.t)[2])

    def _count_people(self, view: View) -> None:
        for person in view.people:
            if person.get('behavior'):
                self.counters['behavior'][str(person['behavior'])] += 1
            movement = (person.get('attributes') or {}).get('movement')
            if movement:
                self.counters['movement'][str(movement)] += 1
            if identity(person) is not None:
                self.counters['identity'][str(identity(person))] += 1
        self.distributions['box height'].add(view.boxes[:, 3])
        self.distributions['stencil size'].add(np.sqrt(np.maximum(view.areas[view.having('stencil_id')], 0)))
        self.distributions['box covered by other boxes'].add(covered_shares(view.boxes))
        visibility = view.keypoints[view.having('keypoints'), :, 2]
        if visibility.size:
            self.joint_names = view.joint_names
            counts = np.stack([(visibility == value).sum(0) for value in (0, 1, 2)], axis=1)
            self.joints = counts + (self.joints if len(self.joints) else 0)
            self.distributions['visible joints of a person'].add((visibility == 2).mean(1))

    def _count_poses(self, view: View) -> None:
        self.distributions['distance of the pelvis'].add(np.linalg.norm(view.joint('pelvis'), axis=1))
        up, ahead = facing(view)
        for side in ('left', 'right'):
            for name, ends in (('elbow', ('shoulder', 'wrist')), ('knee', ('hip', 'ankle'))):
                middle = view.joint(f'{side}_{name}')
                angle = angle_between(*(view.joint(f'{side}_{end}') - middle for end in ends))
                self.distributions[f'{name} angle'].add(angle)
        ears = (view.joint('left_ear') + view.joint('right_ear')) / 2
        gaze = view.joint('nose') - ears
        left = view.joint('left_shoulder') - view.joint('right_shoulder')
        left /= np.linalg.norm(left, axis=-1, keepdims=True)
        chest = np.cross(left, up)  # the way the shoulders face; the head has no say in it
        self.distributions['head turn'].add(np.rad2deg(np.arctan2((gaze * left).sum(-1), (gaze * chest).sum(-1))))
        if view.R is None:
            return
        vertical = np.broadcast_to(view.R[:, 2], up.shape)  # the world's z axis in the camera's frame
        self.distributions['trunk lean'].add(angle_between(up, vertical))
        # Upright frames: a map in the trunk's own frame would hide how far it leans.
        level = ahead - (ahead * vertical).sum(-1, keepdims=True) * vertical
        level /= np.linalg.norm(level, axis=-1, keepdims=True)
        offsets = view.points - view.joint('pelvis')[:, None]
        axes = {'left': np.cross(vertical, level), 'ahead': level, 'up': vertical}
        place = {name: (offsets * axis[:, None]).sum(-1).ravel() for name, axis in axes.items()}
        edges = np.linspace(-POSE_RANGE, POSE_RANGE, POSE_BINS + 1)
        for k, across in enumerate(('left', 'ahead')):
            finite = np.isfinite(place[across]) & np.isfinite(place['up'])
            counts, _, _ = np.histogram2d(place['up'][finite], place[across][finite], bins=(edges, edges))
            self.poses[k] += counts.astype(int)

    def summary(self) -> dict[str, Any]:
        """Return everything as JSON types; distributions and counters without values are left out."""
        return {
            'images': self.images,
            'people': self.people,
            'synthetic_people': self.synthetic,
            'image_sizes': {f'{width}x{height}': count for (width, height), count in self.sizes.most_common()},
            'distributions': {
                name: {'unit': DISTRIBUTIONS[name][1], **values.summary()}
                for name, values in self.distributions.items()
                if values.count
            },
            'counts': {name: dict(values.most_common()) for name, values in self.counters.items() if values},
            'joints': {
                name: {'absent': absent, 'occluded': occluded, 'visible': visible}
                for name, (absent, occluded, visible) in zip(self.joint_names, self.joints.tolist())
            },
        }


def angle_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the angle between vectors ``(N, 3)``, ``(N,)`` deg in [0, 180]."""
    with np.errstate(divide='ignore', invalid='ignore'):
        cosine = (first * second).sum(-1) / np.linalg.norm(first, axis=-1) / np.linalg.norm(second, axis=-1)
    return np.rad2deg(np.arccos(np.clip(cosine, -1, 1)))


def covered_shares(boxes: np.ndarray) -> np.ndarray:
    """Return the largest share of each box that one other box covers, ``(N,)`` in [0, 1].

    Args:
        boxes: ``(N, 4)`` left, top, width, height, px; a row of NaN takes no part.
    """
    boxes = boxes[~np.isnan(boxes).any(axis=1)]
    if len(boxes) < 2:
        return np.zeros(len(boxes))
    shares = mask.iou(boxes, boxes, [1] * len(boxes))  # against a crowd COCO divides by the first box's area
    np.fill_diagonal(shares, 0)
    return shares.max(axis=1)
