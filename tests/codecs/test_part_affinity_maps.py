"""Heatmaps and fields against plain loops over cells, and against figures computed by hand."""

import math

import numpy as np
import pytest

from synpose.codecs.part_affinity_maps import joint_heatmaps, limb_fields
from synpose.testing.plain_part_affinity import plain_fields, plain_heatmaps

LIMBS = [(0, 1), (1, 2), (3, 0)]
SIZE = (19, 13)


@pytest.mark.parametrize('people', [0, 1, 2, 6])
def test_maps_are_those_of_plain_loops(people: int) -> None:
    rng = np.random.default_rng(people)
    keypoints = rng.uniform(-4, 22, (people, 4, 2))
    keypoints[people // 2 :] = np.round(keypoints[people // 2 :])  # on cells, where edges of limbs are met exactly
    if people:
        keypoints[-1, 1] = keypoints[-1, 0]  # a limb without length
    visible = (rng.random((people, 4)) < 0.8).astype(np.float32)
    keypoints[visible == 0] = np.nan  # what is not labeled can be anywhere
    heatmaps = joint_heatmaps(SIZE, keypoints, visible, 0.9)
    np.testing.assert_allclose(heatmaps, plain_heatmaps(SIZE, keypoints, visible, 0.9), atol=1e-6)
    fields = limb_fields(SIZE, keypoints, visible, np.array(LIMBS), 1.3)
    np.testing.assert_allclose(fields, plain_fields(SIZE, keypoints, visible, LIMBS, 1.3), atol=1e-6)
    assert (heatmaps.dtype, fields.dtype) == (np.float32, np.float32)


def test_heatmaps_by_hand() -> None:
    heatmaps = joint_heatmaps((4, 3), np.array([[[1.0, 1.0]], [[2.0, 1.0]]]), np.ones((2, 1)), 1.0)
    assert heatmaps.shape == (2, 3, 4)
    half = math.exp(-0.5)
    np.testing.assert_allclose(heatmaps[0, 1], [half, 1, 1, half], rtol=1e-6)
    np.testing.assert_allclose(heatmaps[0, 0], [half**2, half, half, half**2], rtol=1e-6)
    np.testing.assert_allclose(heatmaps[1], 1 - heatmaps[0])


def test_crossing_limbs_of_two_people_by_hand() -> None:
    keypoints = np.array([[[0.0, 2.0], [4.0, 2.0]], [[2.0, 0.0], [2.0, 4.0]]])
    field = limb_fields((5, 5), keypoints, np.ones((2, 2)), np.array([[0, 1]]), 0.5)
    x, y = np.zeros((5, 5)), np.zeros((5, 5))
    x[2], y[:, 2] = 1, 1
    x[2, 2] = y[2, 2] = 0.5  # the mean of both directions
    np.testing.assert_array_equal(field, [x, y])


def test_an_invisible_joint_takes_its_limbs_along() -> None:
    keypoints = np.array([[[2.0, 2.0], [8.0, 2.0], [8.0, 8.0], [2.0, 8.0]]])
    fields = limb_fields(SIZE, keypoints, np.array([[1, 1, 0, 1]]), np.array(LIMBS), 1).reshape(3, 2, 13, 19)
    assert [bool(field.any()) for field in fields] == [True, False, True]
