"""A person on the way from a model to a submission."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ScoredPose:
    """A predicted person.

    Attributes:
        joints: ``(K, 3)`` x, y (px of the image, pixel centers at whole numbers from 0) and score, in the benchmark's
            order; nan for a joint that the model does not have.
        score: Of the person.
        id: Place of the person in the annotation file, for benchmarks that count people, not images.
    """

    joints: np.ndarray
    score: float
    id: int = 0


PosesByImage = Mapping[int, Iterable[ScoredPose]]
"""Image id -> its people."""
