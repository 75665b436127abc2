"""Indices of samples that are chosen after the samplers' batches were handed to workers."""

import os
import time
from typing import Any

import numpy as np
import torch

_BITS = 40  # of an index; what is above them numbers its stretch
_MASK = (1 << _BITS) - 1
_OVER = 1 << 62  # of a stretch after all others
_POLL_S = 0.002
_PATIENCE_S = 300.0  # that a worker waits for somebody to begin choosing


class LateIndices:
    """Places for the indices of a stretch of training, filled by the main process, read by the workers of its loader.

    A loader with workers asks its sampler for batches long before they are trained on. So the sampler hands out
    *places*, and a worker that has to fill one waits until the index is chosen. What is chosen before an iteration
    begins is in the batch of that iteration, whatever the number of workers and of batches they prefetch.

    Place p is of stretch ``p // size``. One stretch is kept at a time: the main process chooses the next one when all
    of the last have been trained on. An index and its stretch are written as one 64-bit number, so no reader sees half
    of a change.

    Args:
        size: Places in a stretch.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._shared = torch.full((size,), -1, dtype=torch.int64).share_memory_()
        self._numbers = self._shared.numpy()  # the same memory; an item takes a tenth of the time
        self._attached = torch.zeros(1, dtype=torch.int64).share_memory_()
        self._main = os.getpid()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the array behind: a copy in a spawned worker has to look into the shared memory."""
        return {key: value for key, value in self.__dict__.items() if key != '_numbers'}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._numbers = self._shared.numpy()

    def attach(self) -> None:
        """Promise that stretches will be chosen, so that workers wait for them."""
        self._attached.fill_(1)

    def choose(self, stretch: int, indices: np.ndarray) -> None:
        """Fill the places of a stretch.

        Args:
            stretch: Its number.
            indices: ``(size,)`` int64, each below 2**40.
        """
        self._numbers[:] = indices + (stretch << _BITS)

    def close(self) -> None:
        """Let workers go that wait for stretches that will never come, at the end of a training."""
        self._numbers[:] = _OVER

    def read(self, place: int) -> int:
        """Return the index at a place, and wait for it in a worker.

        A place of a stretch that is over gives any index: only loops that skip batches ask for one.

        Raises:
            RuntimeError: If nobody chooses, or the main process is gone.
        """
        stretch, slot = divmod(place, self.size)
        number = int(self._numbers[slot])
        if number >> _BITS < stretch:
            number = self._wait(stretch, slot)
        return number & _MASK

    def _wait(self, stretch: int, slot: int) -> int:
        started, parent, worker = time.monotonic(), os.getppid(), os.getpid() != self._main
        while (number := int(self._numbers[slot])) >> _BITS < stretch:
            waited = time.monotonic() - started
            if not worker or os.getppid() != parent or (not self._attached[0] and waited > _PATIENCE_S):
                raise RuntimeError(
                    f'TeacherGroupSampler: no group was drawn for stretch {stretch} of the training: '
                    'AdversarialTeacherHook, which draws them, must be in custom_hooks'
                )
            time.sleep(_POLL_S)
        return number
