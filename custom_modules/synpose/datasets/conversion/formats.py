"""The formats that can be converted, by name."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from synpose.skeletons import COCO17_NAMES, CROWDPOSE14_NAMES, WHOLEBODY133_NAMES

from ..coco_people import JOINT_FIELDS
from .ai_challenger import AIChallengerSource
from .coco_style import CocoLayout, CocoStyleSource
from .mpii import open_mpii
from .source import AnnotationSource

HALPE_BODY_NAMES: tuple[str, ...] = (
    *COCO17_NAMES,
    *('head', 'neck', 'hip'),
    *(f'{side}_{part}' for part in ('big_toe', 'small_toe', 'heel') for side in ('left', 'right')),
)
"""The 26 body joints of Halpe; its 110 points of face and hands are COCO-WholeBody's, and follow in the same order."""

COCO_LAYOUTS: Mapping[str, CocoLayout] = {
    'coco': CocoLayout(),
    # Some keypoints carry a score for a flag; all above 0 are reliable (COCO-WholeBody, data_format.md).
    'wholebody': CocoLayout(names=(WHOLEBODY133_NAMES,), threshold=1e-6, fields=JOINT_FIELDS),
    # Its files say 'head' for the joint that MMPose calls 'top_head'.
    'crowdpose': CocoLayout(names=(CROWDPOSE14_NAMES,), renames={'head': 'head_top'}),
    # Flags other than COCO's are scores; AlphaPose (Halpe's authors) takes joints from .35 on.
    'halpe': CocoLayout(
        names=(HALPE_BODY_NAMES, (*HALPE_BODY_NAMES, *WHOLEBODY133_NAMES[23:])),
        renames={'head': 'head_top', 'hip': 'pelvis'},
        threshold=0.35,
    ),
    # The release's own flags: 0 occluded by others or things, 1 by the own body, 2 visible (its annotation page).
    'synpose': CocoLayout(renames={'head': 'head_top'}, flags={0: 1, 1: 1, 2: 2}, domain='synthetic'),
}
"""Formats that are COCO's but for names and flags."""

FORMATS: Mapping[str, Callable[[Path], AnnotationSource]] = {
    **{name: partial(CocoStyleSource, layout=layout) for name, layout in COCO_LAYOUTS.items()},
    'aic': AIChallengerSource,
    'mpii': open_mpii,
}
"""For each format what opens a file of it."""
