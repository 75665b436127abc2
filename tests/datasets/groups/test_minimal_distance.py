"""The distance to the nearest other person, against a loop and against SciPy's tree."""

from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from synpose.datasets.groups import minimal_distance as module
from synpose.datasets.groups import minimal_distances


def test_hand_computed():
    points = np.array([[0, 0], [3, 4], [100, 0], [7, 7], [0, 0], [0, 0]], float)
    first = np.array([0, 3, 4, 4, 6])  # three people, one, none, two at one place
    found = minimal_distances(points, first)
    assert found[:3].tolist() == [5, 5, np.float32(np.hypot(97, 4))]
    assert np.isinf(found[3])
    assert found[4:].tolist() == [0, 0]


def test_as_a_tree_finds_it(monkeypatch):
    monkeypatch.setattr(module, '_CHUNK', 200)  # several chunks
    rng = np.random.default_rng(0)
    first = np.concatenate([[0], np.cumsum(rng.integers(0, 12, 60))])
    points = rng.uniform(0, 640, (first[-1], 2))
    found = minimal_distances(points, first)
    for start, stop in pairwise(first):
        if stop - start > 1:
            expected = cKDTree(points[start:stop]).query(points[start:stop], k=2)[0][:, 1]
            np.testing.assert_allclose(found[start:stop], expected, rtol=1e-4)
        else:
            assert np.isinf(found[start:stop]).all()
