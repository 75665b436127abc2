"""What became of people, boxes and joints, as numbers that add up over pictures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .label_rules import RULES
from .part_boxes import BOX_STATES
from .whole_body_parts import PARTS, PSEUDO_PARTS


def count_labels(states: Sequence[str], boxes: Mapping[str, np.ndarray], verdicts: np.ndarray) -> dict[str, int]:
    """Count what became of N people.

    Args:
        states: What became of each, e.g. ``'labeled'`` or ``'crowd'``.
        boxes: For each part with a teacher ``(N,)`` int, a place in :data:`~synpose.adaptation.part_boxes.BOX_STATES`;
            -1 for people who were not looked at.
        verdicts: ``(N, 133)`` int, places in :data:`~synpose.adaptation.label_rules.RULES`.

    Returns:
        Numbers that are not 0: of people, ``'people/<state>'``; of boxes, ``'<part>_boxes/<state>'``; of joints that a
        teacher gave, ``'<part>_joints/kept'`` or with the rule that rejected them.
    """
    counts: Counter[str] = Counter(f'people/{state}' for state in states)
    for part, found in boxes.items():
        for number, name in enumerate(BOX_STATES):
            counts[f'{part}_boxes/{name}'] += int((found == number).sum())
    for part in PSEUDO_PARTS:
        for number, name in enumerate(RULES):
            if name != 'not_predicted':
                counts[f'{part}_joints/{name}'] += int((verdicts[:, PARTS[part]] == number).sum())
    return {name: count for name, count in sorted(counts.items()) if count}


def add_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add numbers up by their names, in the order of the names."""
    total: Counter[str] = Counter()
    for found in counts:
        total.update(found)
    return dict(sorted(total.items()))
