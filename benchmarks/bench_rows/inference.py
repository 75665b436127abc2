"""Test images a second, both flips: BottomupPoseEstimator + DEKRHead against CrowdPoseEstimator + CrowdDEKRHead."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from .common import CODEC, Case, Options, alternate, crowd, models

TITLE = 'test images'
PEOPLE = 40


def _batch(size: int, options: Options) -> tuple[torch.Tensor, list[Any]]:
    from mmpose.structures import PoseDataSample

    torch.manual_seed(0)
    width, height = CODEC['input_size']
    info = {
        'input_size': (width, height),
        'input_center': np.array([width, height]) / 2,
        'input_scale': np.array([width, height]),
        'batch_input_shape': (height, width),
        'flip_indices': [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15],
    }
    return torch.randn(size, 3, height, width, device=options.device), [
        PoseDataSample(metainfo=info) for _ in range(size)
    ]


def _plant(model: Any) -> None:
    """Add a crowd to a network's maps: untrained weights find nobody, and decoding would cost nothing."""
    from synpose.codecs import FastSPR

    targets = FastSPR(**CODEC).encode(crowd(PEOPLE, 17, CODEC['input_size']))
    planted = [torch.from_numpy(targets[name])[None] for name in ('heatmaps', 'displacements')]
    forward = model.head.forward

    def with_crowd(feats: Any) -> tuple[torch.Tensor, ...]:
        return tuple(maps + crowd_maps.to(maps) for maps, crowd_maps in zip(forward(feats), planted))

    model.head.forward = with_crowd


def _difference(stock: list[Any], ours: list[Any]) -> str:
    pairs = [(one.pred_instances, other.pred_instances) for one, other in zip(stock, ours)]
    if any(len(one) != len(other) for one, other in pairs):
        return 'DIFFERENT numbers of people'
    poses = max(np.abs(one.keypoints - other.keypoints).max() for one, other in pairs)
    scores = max(np.abs(one.keypoint_scores - other.keypoint_scores).max() for one, other in pairs)
    return f'{len(pairs[0][0])} people, {poses:.0e} px, {scores:.0e} of scores'


def run(options: Options) -> Iterator[Case]:
    """Predict batches; MMPose's class takes one image at a time."""
    stock, ours = (model.eval() for model in models(options))
    for model in (stock, ours):
        _plant(model)
    aim = 3 if options.device == 'cuda' else 1.5
    with torch.no_grad():
        for size in (1, 2) if options.quick else (1, 8, 16):
            images, samples = _batch(size, options)

            def theirs(images: torch.Tensor = images, samples: list[Any] = samples) -> list[Any]:
                return [stock.predict(images[b : b + 1], samples[b : b + 1])[0] for b in range(len(images))]

            def own(images: torch.Tensor = images, samples: list[Any] = samples) -> list[Any]:
                return ours.predict(images, samples)

            same = _difference([s.clone() for s in theirs()], [s.clone() for s in own()]) if size < 3 else ''
            times = alternate(theirs, own, options)
            rates = [1000 * size / ms for ms in times]
            yield Case(
                f'batch {size}, {PEOPLE} people, 17 joints, 512x512',
                *rates,
                unit='images/s',
                same=same,
                aim=aim,
                series='images a batch',
                size=size,
            )
