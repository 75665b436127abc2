"""Evaluation parameters of each iouType, and which figures its summary holds."""

# ruff: noqa: N815 - the parameters' names are the COCO API's own

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from synpose.compat.oks import KEYPOINT_TYPES

IOU_TYPES = (*KEYPOINT_TYPES, 'segm', 'bbox')

_LARGEST = 1e5**2
_AREAS: dict[str, list[float]] = {
    'all': [0, _LARGEST],
    'small': [0, 32**2],
    'medium': [32**2, 96**2],
    'large': [96**2, _LARGEST],
}


@dataclass
class Params:
    """What to evaluate: set the attributes before ``COCOeval.evaluate()``.

    Args:
        iouType: One of the ten names of :data:`IOU_TYPES`.
        imgIds: Images to evaluate; ``COCOeval`` fills in all.
        catIds: Categories to evaluate; ``COCOeval`` fills in all.
        iouThrs: Similarities at which a match counts ``(T,)``.
        recThrs: Recalls to read precision at ``(R,)``.
        maxDets: Caps on the detections of an image and category (M of them); empty for the iouType's usual ones.
        areaRng: Ranges of object area in px^2 (A pairs); empty for the iouType's usual ones.
        areaRngLbl: Their names.
        useCats: 0 evaluates all categories as one.
        useSegm: Deprecated; 1 and 0 stand for the iouTypes ``'segm'`` and ``'bbox'``.

    Raises:
        ValueError: When there is no such iouType.
    """

    iouType: str = 'segm'
    imgIds: list = field(default_factory=list)
    catIds: list = field(default_factory=list)
    iouThrs: np.ndarray = field(default_factory=lambda: np.linspace(0.5, 0.95, 10))
    recThrs: np.ndarray = field(default_factory=lambda: np.linspace(0.0, 1.0, 101))
    maxDets: list[int] = field(default_factory=list)
    areaRng: list[list[float]] = field(default_factory=list)
    areaRngLbl: list[str] = field(default_factory=list)
    useCats: int = 1
    useSegm: int | None = None

    def __post_init__(self) -> None:
        if self.iouType not in IOU_TYPES:
            raise ValueError(f'iouType must be one of {", ".join(IOU_TYPES)}, got {self.iouType!r}')
        on_joints = self.iouType in KEYPOINT_TYPES
        # COCO labels no joints on people below 32 x 32 px.
        self.areaRngLbl = self.areaRngLbl or [name for name in _AREAS if not (on_joints and name == 'small')]
        self.areaRng = self.areaRng or [list(_AREAS[name]) for name in self.areaRngLbl]
        self.maxDets = self.maxDets or ([20] if on_joints else [1, 10, 100])

    @property
    def categories(self) -> list:
        """The categories to evaluate on their own; [-1] when all count as one."""
        return list(self.catIds) if self.useCats else [-1]


class Figure(NamedTuple):
    """One figure of a summary: mean precision or recall under a condition."""

    name: str  # '{}' stands for the cap
    iou: float | None = None
    area: str = 'all'
    cap: int = -1  # position in Params.maxDets

    @property
    def is_precision(self) -> bool:
        """Whether the figure is an average precision; else it is an average recall."""
        return self.name.startswith('AP')


_CROWD = [
    Figure(f'{kind}{suffix}', iou)
    for kind in ('AP', 'AR')
    for suffix, iou in (('', None), (' .5', 0.5), (' .75', 0.75))
]
_JOINTS = [
    figure
    for kind, overall in (('AP', _CROWD[:3]), ('AR', _CROWD[3:]))
    for figure in (*overall, Figure(f'{kind} (M)', area='medium'), Figure(f'{kind} (L)', area='large'))
]
_REGIONS = [
    *_CROWD[:3],
    *(Figure(f'AP ({area[0].upper()})', area=area) for area in ('small', 'medium', 'large')),
    *(Figure('AR@{}', cap=cap) for cap in (0, 1, -1)),
    *(Figure(f'AR ({area[0].upper()})', area=area) for area in ('small', 'medium', 'large')),
]
# CrowdPose's shares of an image's crowdIndex, as xtcocotools has them: from (included), to (excluded).
CROWD_LEVELS = {'easy': (-np.inf, 0.2), 'medium': (0.2, 0.8), 'hard': (0.8, np.inf)}


def figures_of(iou_type: str) -> list[Figure]:
    """The figures that the summary of ``iou_type`` holds, in order (CrowdPose's levels come on top)."""
    if iou_type == 'keypoints_crowd':
        return _CROWD
    return _JOINTS if iou_type in KEYPOINT_TYPES else _REGIONS


def mean_of_defined(values: np.ndarray) -> float:
    """Mean of the values that are not -1, the mark of a setting without objects; -1 when there are none."""
    defined = values[values > -1]
    return float(np.mean(defined)) if len(defined) else -1.0


def read_figure(evaluation: dict[str, Any], params: Params, figure: Figure, max_dets: int) -> float:
    """Look up one figure in what ``COCOeval.accumulate`` found.

    Args:
        evaluation: Holds ``precision`` ``(T, R, K, A, M)`` and ``recall`` ``(T, K, A, M)``.
        params: The parameters it was found with.
        figure: Which figure.
        max_dets: At which cap; one of ``params.maxDets``.

    Returns:
        The figure in [0, 1], or -1 where no object meets its condition.
    """
    values = evaluation['precision' if figure.is_precision else 'recall']
    if figure.iou is not None:
        values = values[np.isclose(params.iouThrs, figure.iou)]
    areas = [i for i, name in enumerate(params.areaRngLbl) if name == figure.area]
    return mean_of_defined(values[..., areas, params.maxDets.index(max_dets)])


def format_figure(is_precision: bool, iou: str, condition: str, max_dets: int, value: str) -> str:
    """One line of the printed summary, in the shape COCO users know."""
    kind, short = ('Precision', 'AP') if is_precision else ('Recall', 'AR')
    title = f'Average {kind}'
    return f' {title:<18} ({short}) @[ IoU={iou:<9} | {condition} | maxDets={max_dets:>3d} ] = {value}'
