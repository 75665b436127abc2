import numpy as np
from mmpose.registry import TRANSFORMS


def test_the_longer_side_is_the_unit() -> None:
    points = np.array([[[10, 20], [50, 120], [30, 70], [99, 99]]], dtype=float)
    scores = np.array([[0.9, 0.1, 0.5, -0.01]])
    results = {'keypoints': points, 'keypoint_scores': scores, 'bbox': np.array([10, 20, 40, 100])}
    found = TRANSFORMS.build({'type': 'NormalizePoseByBox'})(dict(results))
    # corners of the box, its middle, and a joint that is missing
    np.testing.assert_allclose(found['keypoints'], [[[-0.2, -0.5], [0.2, 0.5], [0, 0], [0, 0]]], rtol=1e-6)
    np.testing.assert_allclose(found['keypoint_scores'], [[0.9, 0.1, 0.5, 0]], rtol=1e-6)
    assert points[0, 0, 0] == 10  # the caller's array is left alone
    assert scores[0, 3] < 0


def test_a_pose_that_moves_and_grows_is_the_same_pose() -> None:
    rng = np.random.default_rng(0)
    transform = TRANSFORMS.build({'type': 'NormalizePoseByBox'})
    points, scores, box = rng.uniform(0, 50, (1, 5, 2)), np.ones((1, 5)), np.array([0.0, 0, 50, 50])
    first = transform({'keypoints': points, 'keypoint_scores': scores, 'bbox': box})
    other = transform({'keypoints': points * 3 + (7, 9), 'keypoint_scores': scores, 'bbox': box * 3 + (7, 9, 0, 0)})
    np.testing.assert_allclose(other['keypoints'], first['keypoints'], atol=1e-6)


def test_a_box_for_every_time_and_a_box_without_extent() -> None:
    transform = TRANSFORMS.build({'type': 'NormalizePoseByBox'})
    points = np.array([[[5.0, 5]], [[25, 25]]])
    boxes = np.array([[0.0, 0, 10, 10], [20, 20, 10, 10]])
    found = transform({'keypoints': points, 'keypoint_scores': np.ones((2, 1)), 'bbox': boxes})
    np.testing.assert_allclose(found['keypoints'], 0, atol=1e-6)
    # The box of a single joint, clipped to an image of 5 px: the joint lies a little below.
    flat = {
        'keypoints': np.array([[[5, 5.1]]]),
        'keypoint_scores': np.ones((1, 1)),
        'bbox': np.array([5, 5, 0, 0]),
    }
    np.testing.assert_allclose(transform(flat)['keypoints'], [[[0, 0.1]]], atol=1e-6)
