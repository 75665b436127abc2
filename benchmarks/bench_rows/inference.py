"""Test images a second, both flips: BottomupPoseEstimator + DEKRHead against CrowdPoseEstimator + CrowdDEKRHead."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from .common import CODEC, Case, Options, alternate, compared, crowd, models

TITLE = 'test images'
PEOPLE = 40
FLIPPED = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]


def _batch(size: int, options: Options) -> tuple[torch.Tensor, list[Any]]:
    from mmpose.structures import PoseDataSample

    torch.manual_seed(0)
    width, height = CODEC['input_size']
    info = {
        'input_size': (width, height),
        'input_center': np.array([width, height]) / 2,
        'input_scale': np.array([width, height]),
        'batch_input_shape': (height, width),
        'flip_indices': FLIPPED,
    }
    return torch.randn(size, 3, height, width, device=options.device), [
        PoseDataSample(metainfo=info) for _ in range(size)
    ]


def _mirrored(heatmaps: torch.Tensor, displacements: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the maps of the flipped image that MMPose turns back into these: the mirrored crowd's."""
    from mmpose.models.utils.tta import flip_heatmaps

    offsets = displacements.clone()
    offsets[:, ::2] -= 0.75  # cells of 4 px: what MMPose adds for them to lie on other pixels when flipped
    shifted = heatmaps.roll(-1, -1)  # the stock config's shift_heatmap
    roots = flip_heatmaps(shifted, [*FLIPPED, len(FLIPPED)], 'heatmap', shift_heatmap=False)
    return roots, flip_heatmaps(offsets, FLIPPED, 'offset', shift_heatmap=False)


def _plant(model: Any, both_at_once: bool, options: Options) -> None:
    """Add a crowd to a network's maps: untrained weights find nobody, and decoding would cost nothing.

    Maps of the flipped image get the mirrored crowd; they come second, in the same batch or in the next call.
    """
    from synpose.codecs import FastSPR

    targets = FastSPR(**CODEC).encode(crowd(PEOPLE, 17, CODEC['input_size']))
    maps = [torch.from_numpy(targets[name])[None] for name in ('heatmaps', 'displacements')]
    planted = [torch.cat(pair).to(options.device) for pair in zip(maps, _mirrored(*maps))]
    forward, sides = model.head.forward, itertools.cycle(range(2))

    def with_crowd(feats: Any) -> tuple[torch.Tensor, ...]:
        maps = forward(feats)
        maps[0][:, -1] *= 0.01  # the noise of random weights would be people
        if both_at_once:
            return tuple(own + both.repeat_interleave(len(own) // 2, 0) for own, both in zip(maps, planted))
        side = next(sides)
        return tuple(own + both[side] for own, both in zip(maps, planted))

    model.head.forward = with_crowd


def _difference(stock: list[Any], ours: list[Any]) -> str:
    pairs = [(one.pred_instances, other.pred_instances) for one, other in zip(stock, ours, strict=True)]
    numbers = [[len(one) for one in side] for side in zip(*pairs)]
    if numbers[0] != numbers[1] or 0 in numbers[0]:
        return f'DIFFERENT: {numbers[0]} and {numbers[1]} people'
    poses = max(np.abs(one.keypoints - other.keypoints).max() for one, other in pairs)
    scores = max(np.abs(one.keypoint_scores - other.keypoint_scores).max() for one, other in pairs)
    found = f'{min(numbers[0])} to {max(numbers[0])} people found'
    return f'{found}, {compared((poses, 1e-2, "px"), (scores, 1e-4, "of scores"))}'


def run(options: Options) -> Iterator[Case]:
    """Predict batches; MMPose's class takes one image at a time."""
    stock, ours = (model.eval() for model in models(options))
    _plant(stock, False, options)
    _plant(ours, True, options)
    aim = 3 if options.device == 'cuda' else 1.5
    with torch.no_grad():
        for size in (1, 2) if options.quick else (1, 8, 16):
            images, samples = _batch(size, options)

            def theirs(images: torch.Tensor = images, samples: list[Any] = samples) -> list[Any]:
                found = [stock.predict(images[b : b + 1], samples[b : b + 1])[0] for b in range(len(images))]
                return [sample.clone() for sample in found]  # both write into the same samples

            def own(images: torch.Tensor = images, samples: list[Any] = samples) -> list[Any]:
                return [sample.clone() for sample in ours.predict(images, samples)]

            timed = alternate(theirs, own, options)
            rates = [1000 * size / ms for ms in timed.times]
            yield Case(
                f'batch {size}, {PEOPLE} people, 17 joints, 512x512',
                *rates,
                unit='images/s',
                same=_difference(*timed.results),
                turns=timed.turns,
                aim=aim,
                series='images a batch',
                size=size,
            )
