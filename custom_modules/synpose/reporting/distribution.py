"""Counting values of any range in little memory, mergeable over processes."""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Distribution:
    """A histogram without fixed ends, with exact mean, least and greatest value.

    Attributes:
        width: Width of a bin, in the unit of the values; bin ``b`` holds ``[b * width, (b + 1) * width)``.
        bins: Number of values in each bin.
        count: Number of values.
        total: Their sum.
        low: The least.
        high: The greatest.
    """

    width: float
    bins: Counter[int] = field(default_factory=Counter)
    count: int = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf

    def add(self, values: Any) -> None:
        """Count values of any shape; what is not finite is left out."""
        values = np.asarray(values, dtype=float).ravel()
        values = values[np.isfinite(values)]
        if not len(values):
            return
        # A hair's breadth keeps multiples of the width, such as 0.3 / 0.1, in the bin that starts with them.
        numbers, counts = np.unique(np.floor(values / self.width + 1e-9).astype(int), return_counts=True)
        self.bins.update(dict(zip(numbers.tolist(), counts.tolist())))
        self.count += len(values)
        self.total += float(values.sum())
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))

    def merge(self, other: 'Distribution') -> None:
        """Add another distribution of the same width."""
        self.bins.update(other.bins)
        self.count += other.count
        self.total += other.total
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    @property
    def mean(self) -> float:
        """Mean value; nan where there is none."""
        return self.total / self.count if self.count else math.nan

    def histogram(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the bins' lower edges ``(B,)`` and counts ``(B,)``, without gaps between the first and the last."""
        if not self.bins:
            return np.zeros(0), np.zeros(0, dtype=int)
        numbers = np.arange(min(self.bins), max(self.bins) + 1)
        return numbers * self.width, np.array([self.bins[number] for number in numbers.tolist()])

    def summary(self) -> dict[str, Any]:
        """Return figures and histogram as JSON types; None where there are no values."""
        if not self.count:
            return {'count': 0, 'mean': None, 'min': None, 'max': None, 'bin_width': self.width, 'bins': {}}
        return {
            'count': self.count,
            'mean': self.mean,
            'min': self.low,
            'max': self.high,
            'bin_width': self.width,
            'bins': {f'{number * self.width:g}': self.bins[number] for number in sorted(self.bins)},
        }
