"""The vectorized suppression against a plain reading of its definition."""

import math

import numpy as np
import pytest

from synpose.evaluation.functional import RMPE_PAPER, parametric_pose_nms

ALPHAPOSE = dict(
    s1=1, mu=1.7, s2=2.65, eta=22.48, score_thr=0.3, min_matches=5, alpha=0.1, near=1, match_reach=7, merge_reach=15
)


def plain_nms(poses, scores, boxes, box_scores, joints, squared=False, **constants):
    """Go through the definition joint by joint, with Python's numbers."""
    c = {**ALPHAPOSE, **constants}
    poses, scores, boxes = poses.tolist(), scores.tolist(), boxes.tolist()
    left, found = list(range(len(poses))), []
    while left:
        best = left[0]
        for i in left:
            if sum(scores[i]) / len(scores[i]) > sum(scores[best]) / len(scores[best]):
                best = i
        width, height = (max(0, boxes[best][2 + axis] - boxes[best][axis]) for axis in (0, 1))
        scale = c['alpha'] * max(width, height)
        removed = []
        for j in left:
            similarity, matches = 0.0, 0
            for k in joints:
                dx, dy = (abs(poses[best][k][axis] - poses[j][k][axis]) for axis in (0, 1))
                distance = math.sqrt(dx * dx + dy * dy)
                is_near = distance <= c['near'] if c['near'] is not None else dx <= width / 20 and dy <= height / 20
                if is_near:
                    similarity += math.tanh(scores[best][k] / c['s1']) * math.tanh(scores[j][k] / c['s1'])
                similarity += c['mu'] * math.exp(-(distance**2 if squared else distance) / c['s2'])
                matches += distance <= min(scale, c['match_reach'])
            if j == best or similarity > c['eta'] or (c['min_matches'] is not None and matches >= c['min_matches']):
                removed.append(j)
        left = [j for j in left if j not in removed]
        if max(scores[best]) < c['score_thr']:
            continue
        pose, pose_scores = [], []
        for k in range(len(scores[best])):
            weights = [
                max(scores[j][k], 0) if math.dist(poses[j][k], poses[best][k]) <= min(scale, c['merge_reach']) else 0
                for j in removed
            ]
            total = sum(weights)
            if total == 0:
                pose.append(poses[best][k])
                pose_scores.append(scores[best][k])
                continue
            pose.append(
                [sum(w * poses[j][k][axis] for w, j in zip(weights, removed)) / total for axis in (0, 1)],
            )
            pose_scores.append(sum(w * scores[j][k] for w, j in zip(weights, removed)) / total)
        if max(pose_scores) >= c['score_thr']:
            final = box_scores[best] + sum(pose_scores) / len(pose_scores) + 1.25 * max(pose_scores)
            found.append((best, pose, pose_scores, final))
    return found


def random_crowd(rng, people, joints):
    """Return poses in clusters of near copies, scores with ties, zeros and weak poses, boxes and their scores."""
    centers = rng.uniform(0, 120, (max(people // 3, 1), 1, 2))
    leaders = centers + rng.normal(size=(len(centers), joints, 2)) * 25
    spread = rng.choice([0, 0.3, 2, 8], (people, 1, 1))
    poses = leaders[rng.integers(len(leaders), size=people)] + rng.normal(size=(people, joints, 2)) * spread
    # Eighths and their products are added without rounding, so that ties are ties in both.
    scores = rng.choice([0.125, 0.5, 0.875], (people, 1)) * rng.choice(
        [1, 0.75, 0], (people, joints), p=[0.6, 0.3, 0.1]
    )
    margin = rng.choice([-5, 3, 20], (people, 1))
    boxes = np.concatenate([poses.min(axis=1) - margin, poses.max(axis=1) + margin], axis=1)
    boxes[rng.random(people) < 0.1, 2:] = boxes[0, :2]  # without area, or turned inside out
    return poses, scores, boxes, rng.uniform(0.2, 1, people)


@pytest.mark.parametrize('options', [{}, {'joints': range(3, 12)}, RMPE_PAPER, {'eta': 5.0, 'min_matches': 9}])
@pytest.mark.parametrize(('people', 'joints'), [(12, 17), (9, 29), (8, 133)])
def test_leaves_what_the_definition_leaves(people, joints, options):
    sizes = []
    for seed in range(24):
        rng = np.random.default_rng([people, joints, seed])
        crowd = random_crowd(rng, people, joints)
        found = parametric_pose_nms(*crowd, **options)
        constants = dict(options)
        expected = plain_nms(*crowd, joints=constants.pop('joints', range(joints)), **constants)
        assert found.picks.tolist() == [pick for pick, *_ in expected]
        for row, (_, pose, pose_scores, final) in enumerate(expected):
            np.testing.assert_allclose(found.keypoints[row], pose, rtol=0, atol=1e-9)
            np.testing.assert_allclose(found.keypoint_scores[row], pose_scores, rtol=0, atol=1e-12)
            assert found.scores[row] == pytest.approx(final, abs=1e-12)
        sizes.append(len(expected))
    assert 1 < np.mean(sizes) < people - 0.5  # some are removed, some are not


def test_a_trio_of_copies_is_one_pose():
    pose = np.random.default_rng(0).uniform(0, 100, (133, 2))
    found = parametric_pose_nms([pose] * 3, [np.full(133, 0.8)] * 3, [[0, 0, 100, 100]] * 3, [0.9, 0.8, 0.7])
    assert found.picks.tolist() == [0]
    np.testing.assert_array_equal(found.keypoints[0], pose)
    assert found.scores[0] == pytest.approx(0.9 + 0.8 + 1.25 * 0.8)


def test_copies_are_merged_by_their_scores():
    pose = np.random.default_rng(0).uniform(0, 100, (17, 2))
    other = pose + np.array([2.0, 0])
    other[16] = pose[16] + np.array([12.0, 0])  # farther than a tenth of the box
    scores = np.stack([np.full(17, 0.9), np.full(17, 0.3)])
    found = parametric_pose_nms([pose, other], scores, [[0, 0, 100, 50]] * 2)
    assert found.picks.tolist() == [0]
    np.testing.assert_allclose(found.keypoints[0, :16], pose[:16] + np.array([2 * 0.3 / 1.2, 0]))
    np.testing.assert_array_equal(found.keypoints[0, 16], pose[16])
    np.testing.assert_allclose(found.keypoint_scores[0], [*[(0.81 + 0.09) / 1.2] * 16, 0.9])


@pytest.mark.parametrize(('shift', 'left'), [(6.0, 1), (6.2, 2)])
def test_poses_beside_one_another_are_compared(shift, left):
    """1.7 * 133 * exp(-shift / 2.65) crosses eta between the two, though the extents of the poses do not meet."""
    pose = np.stack([np.zeros(133), np.arange(133.0)], axis=1)
    copies = [pose, pose + np.array([shift, 0])]
    found = parametric_pose_nms(copies, np.ones((2, 133)), [[0, 0, 9, 133]] * 2, min_matches=None)
    assert len(found.picks) == left


def test_a_weak_pose_goes_with_its_copies():
    pose = np.random.default_rng(0).uniform(0, 100, (17, 2))
    scores = np.full((2, 17), 0.2)
    scores[1, 0] = 0.9
    scores[1, 1:] = 0.1
    assert not len(parametric_pose_nms([pose, pose], scores, [[0, 0, 100, 100]] * 2).picks)
    assert parametric_pose_nms([pose, pose + 500], scores, [[0, 0, 100, 100]] * 2).picks.tolist() == [1]


def test_boxes_without_area_still_remove_exact_copies():
    pose = np.random.default_rng(0).uniform(0, 100, (17, 2))
    found = parametric_pose_nms([pose, pose, pose + 6], np.full((3, 17), 0.1), np.zeros((3, 4)), score_thr=0)
    assert found.picks.tolist() == [0, 2]


@pytest.mark.parametrize('empty', [[], np.zeros((0, 17, 2))])
def test_no_pose(empty):
    found = parametric_pose_nms(empty, np.zeros((0, 17)), [], [])
    assert [len(field) for field in found] == [0, 0, 0, 0]
    assert found.keypoints.shape[2] == 2


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'keypoints': [np.zeros((17, 2)), np.zeros((14, 2))]}, 'keypoints: pose 1 has 14 joints, and pose 0 has 17'),
        ({'keypoint_scores': [np.ones(17), np.ones(16)]}, 'keypoint_scores: pose 1 has 16 scores for 17 joints'),
        ({'keypoint_scores': [np.ones(17), np.array([1.0] * 5 + [np.nan] * 12)]}, 'pose 1, joint 5: nan is not finite'),
        ({'keypoints': np.full((2, 17, 2), np.inf)}, 'keypoints: pose 0, joint 0: inf is not finite'),
        ({'boxes': [[0, 0, 1, np.nan]] * 2}, 'boxes: pose 0: nan is not finite'),
        ({'boxes': np.zeros((3, 4))}, r'boxes must have the shape \(2, 4\)'),
        ({'box_scores': [1.0]}, r'box_scores must have the shape \(2,\)'),
        ({'eta': 0}, 'eta must be positive'),
        ({'s1': -1}, 's1 must be positive'),
    ],
)
def test_bad_input_is_named(change, message):
    given = {'keypoints': np.zeros((2, 17, 2)), 'keypoint_scores': np.ones((2, 17)), 'boxes': np.zeros((2, 4))}
    with pytest.raises(ValueError, match=message):
        parametric_pose_nms(**{**given, **change})
