"""Time the harmonizing of composites against decoding the JPEG, on the images of a dataset folder, one thread.

    python tools/generate.py configs/generate/synpose.py --out data/harmonizing --num-images 4
    python benchmarks/harmonizing.py data/harmonizing

Both take turns on the same image, each time freshly decoded, as in a pipeline; processor time, the median of the turns.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, TRANSFORMS

import synpose  # noqa: F401

STEPS = ('CenterHumanBrightness', 'BackgroundOcclusion')


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function returns, and the milliseconds of processor time it took."""
    start = time.process_time()
    result = function()
    return result, 1e3 * (time.process_time() - start)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data_root', help='dataset folder in the SynPose format')
    parser.add_argument('--ann-file', default='annotations/train.json')
    parser.add_argument('--turns', type=int, default=30)
    parser.add_argument('--quality', type=int, default=95, help='of the JPEG that is decoded (default 95)')
    args = parser.parse_args()
    cv2.setNumThreads(1)
    init_default_scope('mmpose')
    dataset = DATASETS.build(
        {
            'type': 'SynPoseDataset',
            'data_root': args.data_root,
            'ann_file': args.ann_file,
            'data_mode': 'bottomup',
            'pipeline': [{'type': 'LoadImage'}, {'type': 'LoadStencil'}],
        }
    )
    steps = [TRANSFORMS.build({'type': name}) for name in STEPS]
    print('| image | people | shown | decode, ms | brightness | occlusion | both / decode |')
    print('|---|---:|---:|---:|---:|---:|---:|')
    ratios = []
    for index in range(len(dataset)):
        sample = dataset[index]
        _, jpeg = cv2.imencode('.jpg', sample['img'], [cv2.IMWRITE_JPEG_QUALITY, args.quality])
        turns = []
        for _ in range(args.turns):
            image, decoding = timed(lambda: cv2.imdecode(jpeg, cv2.IMREAD_COLOR))  # noqa: B023 - called at once
            results = {**sample, 'img': image, 'stencil': sample['stencil'].copy()}
            times = [decoding]
            for step in steps:
                results, spent = timed(lambda: step(results))  # noqa: B023
                times.append(spent)
            turns.append(times)
        decoding, brightness, occlusion = np.median(turns, axis=0)
        ratios.append((brightness + occlusion) / decoding)
        height, width = sample['img'].shape[:2]
        people = len(np.unique(sample['stencil'])) - 1
        print(
            f'| {Path(sample["img_path"]).name}, {width}x{height} | {people} | {(sample["stencil"] > 0).mean():.0%} '
            f'| {decoding:.1f} | {brightness:.1f} | {occlusion:.1f} | {ratios[-1]:.2f} |'
        )
    print(f'\nmedian of {len(ratios)} images: {np.median(ratios):.2f}')


if __name__ == '__main__':
    main()
