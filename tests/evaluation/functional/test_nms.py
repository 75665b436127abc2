"""The vectorized suppression against MMPose's loop."""

import numpy as np
import pytest
import torch
from mmpose.evaluation.functional import nearby_joints_nms as stock

from synpose.evaluation.functional.nms import _close_on_cpu, _close_on_gpu, nearby_joints_nms


def random_poses(rng, people, joints):
    """Return poses (N, K, 2) in clusters of near copies, and scores (N, K) with ties."""
    leaders = rng.uniform(0, 500, (max(people // 3, 1), 1, 2)) + rng.normal(size=(max(people // 3, 1), joints, 2)) * 40
    poses = leaders[rng.integers(len(leaders), size=people)] + rng.normal(size=(people, joints, 2)) * rng.choice(
        [0.1, 4, 12], (people, 1, 1)
    )
    scores = rng.choice([0.3, 0.5, 0.9], (people, 1)) * np.where(rng.random((people, joints)) < 0.5, 1, 0.7)
    return poses.astype(np.float32), scores.astype(np.float32)


@pytest.mark.parametrize('joints', [14, 17, 59])
@pytest.mark.parametrize('people', [1, 30, 120])
def test_keeps_what_the_stock_function_keeps(people, joints):
    for seed in range(70):
        rng = np.random.default_rng([people, joints, seed])
        poses, scores = random_poses(rng, people, joints)
        options = {
            'dist_thr': float(rng.choice([0.02, 0.05, 0.15])),
            'num_nearby_joints_thr': [None, 3, 8][seed % 3],
            'max_dets': [30, 300, 0][seed % 3],
        }
        records = [{'keypoints': pose, 'score': score} for pose, score in zip(poses, scores)]
        expected = stock(records, score_per_joint=True, **options)
        assert nearby_joints_nms(torch.tensor(poses), torch.tensor(scores), **options) == expected


@pytest.mark.parametrize('joints', [1, 17, 59])
def test_both_devices_find_the_same_pairs(joints):
    for seed in range(40):
        rng = np.random.default_rng([joints, seed])
        poses, _ = random_poses(rng, 60, joints)
        threshold = rng.integers(joints)
        found = [
            set(zip(*(side.tolist() for side in pairs)))
            for pairs in (_close_on_cpu(poses, 0.1, threshold), _close_on_gpu(torch.tensor(poses), 0.1, threshold))
        ]
        assert found[0] == found[1]
        assert found[0] or joints == 1  # a single joint reaches nowhere


def test_a_pose_of_one_point_is_kept():
    assert nearby_joints_nms(torch.zeros(1, 17, 2), torch.ones(1, 17)) == [0]


def test_no_pose():
    assert nearby_joints_nms(torch.zeros(0, 17, 2), torch.zeros(0, 17)) == []


@pytest.mark.parametrize(
    ('options', 'message'),
    [({'dist_thr': 0}, 'dist_thr: 0'), ({'num_nearby_joints_thr': 17}, 'num_nearby_joints_thr: 17')],
)
def test_bad_thresholds_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        nearby_joints_nms(torch.zeros(2, 17, 2), torch.zeros(2, 17), **options)
