"""An order of samples that never ends."""

from collections.abc import Sequence

import numpy as np


class EndlessOrder:
    """Goes through ``range(size)`` again and again, each time reshuffled; remembers the last round.

    Args:
        size: Number of items.
        seed: Same seed, same order.
        shuffle: False for the items in order, each time.
    """

    def __init__(self, size: int, seed: Sequence[int], shuffle: bool = True) -> None:
        self.size, self.seed, self.shuffle = size, tuple(seed), shuffle
        self._last: tuple[int, np.ndarray] = (-1, np.zeros(0, np.int64))

    def take(self, start: int, count: int) -> np.ndarray:
        """Return items ``start`` to ``start + count`` of the order, ``(count,)``."""
        first, last = start // self.size, -(-(start + count) // self.size)
        rounds = [self._round(number) for number in range(first, last)]
        return np.concatenate(rounds)[start - first * self.size :][:count] if rounds else np.empty(0, np.int64)

    def _round(self, number: int) -> np.ndarray:
        if not self.shuffle:
            return np.arange(self.size)
        if self._last[0] != number:
            order = np.random.default_rng([*self.seed, number]).permutation(self.size)
            self._last = number, order.astype(np.int32) if self.size < 1 << 31 else order
        return self._last[1]
