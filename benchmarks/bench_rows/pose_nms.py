"""Parametric pose NMS against MMPose's ``oks_nms`` and ``soft_oks_nms`` on the same crowds.

Every person was detected twice on average. Ours compares people by the 17 joints of the body, as
``ParametricNMSWholeBodyMetric`` does, and merges copies, which the others do not.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from .common import Case, Options, alternate

TITLE = 'pose NMS'
COPIES = 2  # detections a person, on average


def run(options: Options) -> Iterator[Case]:
    """Suppress crowds of poses of the body alone, and of 133 joints."""
    from mmpose.evaluation.functional import oks_nms, soft_oks_nms

    from synpose.evaluation.functional import parametric_pose_nms

    rng = np.random.default_rng(0)
    for joints in (17, 133):
        for count in (20, 200) if options.quick else (20, 50, 100, 200):
            poses, scores, boxes = make_detections(rng, count, joints)
            areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
            records = [
                {'keypoints': np.c_[pose, row], 'score': row.mean(), 'area': area}
                for pose, row, area in zip(poses, scores, areas)
            ]
            sigmas = np.full(joints, 0.05)
            ours = partial(parametric_pose_nms, poses, scores, boxes, joints=range(17))
            peers = {
                'oks_nms': partial(oks_nms, records, 0.9, sigmas=sigmas),
                'soft_oks_nms': partial(soft_oks_nms, records, 0.9, max_dets=count, sigmas=sigmas),
            }
            for name, peer in peers.items():
                timed = alternate(peer, ours, options)
                kept, merged = timed.results
                yield Case(
                    f'{count} poses of {joints} joints, {name}',
                    *timed.times,
                    same=f'{len(kept)} and {len(merged.picks)} left',
                    turns=timed.turns,
                    series=f'poses of {joints} joints, beside {name}',
                    size=count,
                )


def make_detections(rng: np.random.Generator, count: int, joints: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``count`` poses ``(N, K, 2)`` px of 1920x1080, their scores ``(N, K)`` and boxes ``(N, 4)``."""
    people = max(1, count // COPIES)
    heights = rng.uniform(80, 400, (people, 1, 1))
    places = rng.uniform((0, 200), (1920, 900), (people, 1, 2))
    bodies = places + rng.uniform(-0.5, 0.5, (people, joints, 2)) * heights * (0.5, 1)
    who = rng.integers(people, size=count)
    poses = bodies[who] + rng.normal(0, 0.01, (count, joints, 2)) * heights[who]
    scores = rng.uniform(0.3, 1, (count, 1)) * rng.uniform(0.6, 1, (count, joints))
    return poses, scores, np.concatenate([poses.min(axis=1), poses.max(axis=1)], axis=1)
