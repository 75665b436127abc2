"""Time parametric pose NMS against MMPose's ``oks_nms`` and ``soft_oks_nms`` on the same crowds, one thread.

    python benchmarks/pose_nms.py

Every person of a crowd was detected twice on average. All take turns on the same crowd; processor time, the median of
the turns. Ours compares people by the 17 body joints, as ``ParametricNMSWholeBodyMetric`` does, and by all; it merges
copies, which the others do not.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np

import synpose  # noqa: F401 - its stand-ins must be in place before MMPose
from synpose.evaluation.functional import parametric_pose_nms

COPIES = 2  # detections a person, on average


def timed(function: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that a call takes."""
    start = time.process_time()
    function()
    return 1e3 * (time.process_time() - start)


def crowd(rng: np.random.Generator, count: int, joints: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``count`` poses (N, K, 2) px of an image of 1920x1080 with their scores (N, K) and boxes (N, 4)."""
    people = max(1, count // COPIES)
    heights = rng.uniform(80, 400, (people, 1, 1))
    places = rng.uniform((0, 200), (1920, 900), (people, 1, 2))
    bodies = places + rng.uniform(-0.5, 0.5, (people, joints, 2)) * heights * (0.5, 1)
    who = rng.integers(people, size=count)
    poses = bodies[who] + rng.normal(0, 0.01, (count, joints, 2)) * heights[who]
    scores = rng.uniform(0.3, 1, (count, 1)) * rng.uniform(0.6, 1, (count, joints))
    return poses, scores, np.concatenate([poses.min(axis=1), poses.max(axis=1)], axis=1)


def main() -> None:
    """Measure and print a table."""
    from mmpose.evaluation.functional import oks_nms, soft_oks_nms

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--turns', type=int, default=9)
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    print(
        '| joints | poses | left | ours, ms | by all joints | oks_nms | soft_oks_nms | oks_nms / ours | soft / ours |'
    )
    print('|---:|---:|---:|---:|---:|---:|---:|---:|---:|')
    for joints in (17, 133):
        for count in (20, 50, 100, 200):
            poses, scores, boxes = crowd(rng, count, joints)
            sides = boxes[:, 2:] - boxes[:, :2]
            records = [
                {'keypoints': np.c_[pose, row], 'score': row.mean(), 'area': area}
                for pose, row, area in zip(poses, scores, sides.prod(axis=1))
            ]
            sigmas = np.full(joints, 0.05)
            calls = (
                partial(parametric_pose_nms, poses, scores, boxes, joints=range(17)),
                partial(parametric_pose_nms, poses, scores, boxes),
                partial(oks_nms, records, 0.9, sigmas=sigmas),
                partial(soft_oks_nms, records, 0.9, max_dets=count, sigmas=sigmas),
            )
            ours, by_all, hard, soft = np.median([[timed(call) for call in calls] for _ in range(args.turns)], axis=0)
            left = len(calls[0]().picks)
            print(
                f'| {joints} | {count} | {left} | {ours:.2f} | {by_all:.2f} | {hard:.2f} | {soft:.2f} '
                f'| {hard / ours:.1f} | {soft / ours:.1f} |'
            )


if __name__ == '__main__':
    main()
