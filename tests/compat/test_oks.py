import numpy as np
import pytest

from synpose.compat.oks import COCO_SIGMAS, KEYPOINT_TYPES, joints_of, object_keypoint_similarity


@pytest.mark.parametrize(
    ('area', 'offset', 'seen', 'expected'),
    [
        (100.0, 0.0, [2, 2, 2], 1.0),
        (100.0, 2.0, [2, 0, 0], np.exp(-4 / (2 * 100 * 0.2**2))),
        (100.0, 2.0, [0, 1, 0], np.exp(-4 / (2 * 100 * 0.4**2))),
        (100.0, 2.0, [2, 1, 0], (np.exp(-4 / (2 * 100 * 0.2**2)) + np.exp(-4 / (2 * 100 * 0.4**2))) / 2),
        (50.0, 2.0, [0, 0, 2], np.exp(-4 / (2 * 50 * 1.0**2))),
        (100.0, 19.0, [0, 0, 0], 1.0),  # without labeled joints: anywhere in the box of three times the size
        (100.0, 24.0, [0, 0, 0], np.mean([np.exp(-16 / (2 * 100 * s**2)) for s in (0.2, 0.4, 1.0)])),
    ],
)
def test_similarity_is_the_definition(area, offset, seen, expected):
    labeled = np.zeros((1, 3, 3))
    labeled[0, :, 2] = seen
    detected = np.zeros((1, 3, 3))
    detected[0, :, 0] = offset
    box = np.array([[0.0, 0.0, 10.0, 10.0]])
    got = object_keypoint_similarity(detected, labeled, box, np.array([area]), np.array([0.1, 0.2, 0.5]))
    assert got.item() == pytest.approx(expected, abs=1e-12)


def test_similarity_of_many_pairs_equals_single_pairs():
    rng = np.random.default_rng(0)
    detected, labeled = rng.random((5, 17, 3)) * 50, rng.random((7, 17, 3)) * 50
    labeled[..., 2] = rng.integers(0, 3, (7, 17))
    boxes, areas = rng.random((7, 4)) * 40, rng.random(7) * 900
    together = object_keypoint_similarity(detected, labeled, boxes, areas, COCO_SIGMAS)
    assert together.shape == (5, 7)
    for d, g in np.ndindex(5, 7):
        seen = labeled[g, :, 2] > 0
        squares = ((detected[d, seen, :2] - labeled[g, seen, :2]) ** 2).sum(axis=1)
        expected = np.exp(-squares / (2 * areas[g] * (2 * COCO_SIGMAS[seen]) ** 2)).mean()
        assert together[d, g] == pytest.approx(expected, rel=1e-12)


def test_joints_of_parts_are_joined_in_order():
    fields = KEYPOINT_TYPES['keypoints_wholebody'][0]
    person = {field: [i, i + 0.5, 2] for i, field in enumerate(fields)}
    joints = joints_of([person, person], 'keypoints_wholebody', 5)
    assert joints.shape == (2, 5, 3)
    assert joints[1].tolist() == [[i, i + 0.5, 2] for i in range(5)]
    assert joints_of([person], 'keypoints_face', 1).tolist() == [[[2, 2.5, 2]]]
    assert joints_of([], 'keypoints', 17).shape == (0, 17, 3)


def test_joints_of_another_number_are_named():
    with pytest.raises(ValueError, match=r"annotation 4: no 'foot_kpts', which 'keypoints_foot' needs"):
        joints_of([{'id': 4, 'keypoints': [1, 2, 2]}], 'keypoints_foot', 1)
    with pytest.raises(ValueError, match='annotation 4: keypoints holds 2 numbers, expected 3 for 1 sigmas'):
        joints_of([{'id': 4, 'keypoints': [1, 2]}], 'keypoints', 1)
