"""Time the grouping of joints to people by part affinity fields against plain loops, one thread.

    python benchmarks/part_affinity_grouping.py

Both take turns on the same maps of random people, with noise on them, and group the same peaks; the people found must
be the same. Processor time, the median of the turns.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import KEYPOINT_CODECS

import synpose  # noqa: F401
from synpose.codecs.part_affinity_grouping import Peaks, assemble_people, find_peaks, match_greedily, score_limbs
from synpose.testing.plain_part_affinity import plain_grouping


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function returns, and the milliseconds of processor time it took."""
    start = time.process_time()
    result = function()
    return result, 1e3 * (time.process_time() - start)


def group(peaks: Peaks, fields: torch.Tensor, limbs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Group the peaks as the codec does, with its defaults."""
    joints, most = peaks.scores.shape
    matches = match_greedily(score_limbs(peaks, fields, limbs, 10, 0.05, 0.8).numpy())
    return assemble_people(matches, limbs, joints, most)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--people', type=int, nargs='+', default=[5, 20, 50])
    parser.add_argument('--skeleton', default='coco', help="one of MMPose's (default coco)")
    parser.add_argument('--size', type=int, nargs=2, default=[656, 368], help='of the input, px (default 656 368)')
    parser.add_argument('--turns', type=int, default=9)
    args = parser.parse_args()
    torch.set_num_threads(1)
    init_default_scope('mmpose')
    size = tuple(args.size)
    cells = tuple(side // 8 for side in size)
    codec = KEYPOINT_CODECS.build(
        {'type': 'PartAffinityFields', 'input_size': size, 'heatmap_size': cells, 'skeleton': args.skeleton}
    )
    limbs = codec.limbs.pairs
    print('| people | peaks | people found | whole decoding, ms | grouping, ms | plain loops, ms | ratio |')
    print('|---:|---:|---:|---:|---:|---:|---:|')
    for people in args.people:
        rng = np.random.default_rng(people)
        centers = rng.uniform(0.1, 0.9, (people, 1, 2)) * size
        encoded = codec.encode(centers + rng.normal(0, 25, (people, codec.num_keypoints, 2)))
        heatmaps, fields = (
            torch.tensor(maps + rng.normal(0, 0.03, maps.shape), dtype=torch.float32) for maps in encoded.values()
        )
        peaks = Peaks(*(values[0] for values in find_peaks(heatmaps[None, :-1], 0.1, 300)))
        lists = [places[seen].double().numpy() for places, seen in zip(peaks.cells, peaks.scores > 0)]
        pairs = [(start, end) for start, end in limbs.tolist()]
        maps = fields.double().numpy()
        turns = []
        for turn in range(args.turns):
            _, decoding = timed(lambda: codec.decode(heatmaps, fields))  # noqa: B023 - called at once
            found, ours = timed(lambda: group(peaks, fields, limbs))  # noqa: B023
            times = [decoding, ours]
            if turn < 3:
                expected, plain = timed(lambda: plain_grouping(lists, maps, pairs))  # noqa: B023
                joints = range(codec.num_keypoints)
                wanted = sorted([person.get(joint, -1) for joint in joints] for person, _ in expected)
                if sorted(found[0].tolist()) != wanted:
                    raise SystemExit(f'{people} people: the loops find other people')
            turns.append([*times, plain])
        decoding, ours, plain = np.median(turns, axis=0)
        print(
            f'| {people} | {sum(map(len, lists))} | {len(found[0])} | {decoding:.1f} | {ours:.1f} | {plain:.0f} '
            f'| {plain / ours:.0f}x |'
        )


if __name__ == '__main__':
    main()
