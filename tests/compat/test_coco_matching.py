import numpy as np
import pytest

from synpose.compat.coco_matching import match_greedily


def match_by_loops(ious, thresholds, ignored, crowd):
    """The rule, one comparison at a time."""
    object_of = np.full((len(ignored), len(thresholds), len(ious)), -1)
    for a, t, d in np.ndindex(*object_of.shape):
        best = (False, -1.0, -1)
        for g in range(ious.shape[1]):
            taken = g in object_of[a, t, :d] and not crowd[g]
            candidate = (not ignored[a, g], ious[d, g], g)
            if not taken and ious[d, g] >= min(thresholds[t], 1 - 1e-10) and candidate > best:
                best = candidate
        object_of[a, t, d] = best[2]
    return object_of


@pytest.mark.parametrize('seed', range(8))
def test_matching_equals_plain_loops(seed):
    rng = np.random.default_rng(seed)
    ious = rng.integers(0, 11, (9, 7)) / 10  # coarse, so that many are equal
    ignored = rng.random((3, 7)) < 0.4
    crowd = rng.random(7) < 0.3
    ignored |= crowd
    thresholds = np.array([0.3, 0.5, 0.8, 1.0])
    object_of, detection_of = match_greedily(ious, thresholds, ignored, crowd)
    np.testing.assert_array_equal(object_of, match_by_loops(ious, thresholds, ignored, crowd))
    for a, t, g in np.ndindex(*detection_of.shape):
        takers = np.flatnonzero(object_of[a, t] == g)
        assert detection_of[a, t, g] == (takers[-1] if len(takers) else -1)


def test_matching_of_nothing():
    for shape in ((0, 3), (3, 0), (0, 0)):
        crowd = np.zeros(shape[1], dtype=bool)
        object_of, detection_of = match_greedily(np.zeros(shape), np.array([0.5]), crowd[None], crowd)
        assert object_of.shape == (1, 1, shape[0])
        assert detection_of.shape == (1, 1, shape[1])
        assert (object_of == -1).all()
