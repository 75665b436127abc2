"""Places are filled late, and a worker waits for them; whoever waits for nothing is told."""

import threading
from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest

from synpose.datasets import late_indices
from synpose.datasets.late_indices import LateIndices


def test_a_place_gives_the_index_of_its_stretch():
    late = LateIndices(3)
    late.choose(0, np.array([5, 6, 7]))
    assert [late.read(place) for place in range(3)] == [5, 6, 7]
    late.choose(1, np.array([8, 9, 2**40 - 1]))
    assert [late.read(place) for place in (3, 4, 5)] == [8, 9, 2**40 - 1]
    assert late.read(0) == 8  # over: any index


def test_a_worker_waits():
    late = LateIndices(1)
    late.choose(0, np.array([5]))
    late._main = -1  # as in a worker
    timer = threading.Timer(0.1, late.choose, (1, np.array([6])))
    timer.start()
    assert late.read(1) == 6
    threading.Timer(0.1, late.close).start()
    assert isinstance(late.read(7), int)


def test_a_copy_for_a_spawned_worker_sees_what_is_chosen():
    late = LateIndices(2)
    copy = ForkingPickler.loads(bytes(ForkingPickler.dumps(late)))
    late.choose(0, np.array([5, 6]))
    assert [copy.read(0), copy.read(1)] == [5, 6]


def test_nobody_waits_for_ever(monkeypatch):
    late = LateIndices(1)
    with pytest.raises(RuntimeError, match='AdversarialTeacherHook, which draws them, must be in custom_hooks'):
        late.read(0)
    late._main = -1
    monkeypatch.setattr(late_indices, '_PATIENCE_S', 0.01)
    with pytest.raises(RuntimeError, match='no group was drawn for stretch 4'):
        late.read(4)
    late.attach()
    parents = iter([1, 1, 1, 2])
    monkeypatch.setattr(late_indices.os, 'getppid', lambda: next(parents))  # the main process is gone
    with pytest.raises(RuntimeError, match='no group'):
        late.read(0)
